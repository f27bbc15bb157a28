"""Writes python-cases.json: expressions and what Python makes of them, with which `test/interop` is held."""

import itertools
import json
import math
import random

SPACE = {"a": [-4, -3, 0, 1, 2, 7], "b": [1, 2, 3, 16], "c": [-2, 3], "f": [True, False], "g": [0.5, 1.5, 2.0]}
random.seed(1)


def number(depth):
    kind = random.randrange(9 if depth > 0 else 3)
    if kind < 2:
        return random.choice("aabbcg")
    if kind == 2:
        return random.choice(["0", "1", "2", "3", "-1", "16", "0.5", "1e1"])
    left, right = number(depth - 1), number(depth - 1)
    if kind < 7:
        operator = random.choice(["+", "-", "*", "/", "//", "%", "%", "//"])
        return random.choice(["({} {} {})", "{} {} {}"]).format(left, operator, right)
    if kind == 7:
        return random.choice(["min({}, {})", "max({}, {})", "abs({} - {})", "max([{}, {}])"]).format(left, right)
    return random.choice(["-{}", "(-{})", "{} ** 2", "+{}"]).format(random.choice("abc"))


def condition(depth):
    kind = random.randrange(10 if depth > 0 else 5)
    if kind < 2:
        return f"{number(2)} {random.choice(['==', '!=', '<', '<=', '>', '>='])} {number(2)}"
    if kind == 2:
        ends = random.choice(["[]", "()"])
        items = ", ".join(number(0) for _ in range(random.randrange(2, 4)))
        return f"{random.choice('abc')} {random.choice(['in', 'not in'])} {ends[0]}{items}{ends[1]}"
    if kind == 3:
        return random.choice(["f", "a", "f == True", "not f", "f != False", "a % 2", "f == 1"])
    if kind == 4:
        return f"{number(1)} {random.choice(['<', '<='])} {number(1)} {random.choice(['<', '<=', '!='])} {number(1)}"
    left, right = condition(depth - 1), condition(depth - 1)
    if kind < 8:
        return random.choice(["{} {} {}", "({}) {} ({})", "({} {} {})"]).format(left, random.choice(["and", "or"]), right)
    if kind == 8:
        return random.choice(["not ({})", "(not {})"]).format(left)
    return f"({left}) if ({right}) else ({condition(depth - 1)})"


HAND = [
    "(not a == 1) or b > 2", "b not in [16]", "b in (2, 16)", "b // 3 >= 1", "a % b == 0", "a % c < 0", "a // c == -4",
    "not a", "not (a and b)", "a in range(1, 8)", "b in range(1, 17, 5)", "a in [2 ** i for i in range(3)]", "b in (16,)",
    "a in []", "1 <= a < b != c", "-a ** 2 == -4", "2 ** -1 * b == 8", "b << 1 == 4", "b >> 1 == 1", "a >> 1 < 0",
    "(a > 1) == (b > 2)", "(a > 1) != f", "not a > 1 and b", "a if f else b > 2", "True", "not False and a", "g // 0.5 == 3",
    "g % 1 == 0.5", "bool(a)", "a == -3 or not not f", "len([1, 2]) == 2 and a", "b == max(b, *[1])", "a is not None",
    "f in [True]", "f in [1]", "a < b < 3 in [3]", "b % 16 == 0 or b <= 2 and f",
    "(a > 0) & (b > 1)", "(a > 0) | (b > 1)", "(a > 0) ^ (b > 1)", "~a == -1", "(a if b > 2 else c) > 0", "b == 0b11", "0o20 == b",
    "(1 if f else 2) * b == 4", "int(b / 2) == 1", "int(a / 2) == -1", "int(a > 1) == 1", "len([a, b]) == 2", "pow(b, 2) > 4",
    "sum([a, b, c]) > 2", "sum(x * 2 for x in (a, b)) > 3", "sum([a > 1, b > 2]) == 1", "any([a > 1, b > 2])", "all([a > 1, b])",
    "any(x > 2 for x in (a, b))", "any([])", "all([])", "not any([a, b > 2])", "all(x > y for x in [a, b] for y in [c, 0])",
    "math.ceil(b / 2) == 1", "math.floor(g) == 1", "math.prod([a, b]) > 3", "max([x for x in [a, b]]) > 2", "[a, b][0] == 1",
    "(a or b) > 2", "(a and b) > 2", "(a or b) == 2", "a == (1 if f else 2)", "a & 1 == 0", "(b & (b - 1)) == 0", "round(g) == 2",
    "(a & 1) == 0", "b & 3", "7 & a > 2", "(a > 1) & 1 == 1", "(7 & a) == 4", "round(a / 2) == b", "round(a / 3) <= round(g)", "round(a > 1) == 1",
    "(a, b) == (1, 2)", "a & b", "(a | b) == 3", "a ^ 5 > 2", "(b & 6) == 2", "a & b == 0 or f", "(a >> 1) & 3 == b | 2", "a & -b < 0 and c", "[a, c][f] > 0", "'x' == 'x' and a", "sum([int(a / 2), int(b / 2), int(c / 2), int(g), a or b]) > 1",
]

VALUES = [
    "[16, 32, 64]", "list(range(1, 9))", "[32 * i for i in range(1, 5)]", "[1] + [2 * i for i in range(1, 4)]", "range(3)",
    "[2**i for i in range(0, 11)]", "[i for i in range(1, 33) if 32 % i == 0]", "(1, 2, 4)", "(1,)", "[True, False]",
    "['a', \"b\", 'it\\'s']", "[-1, -2.5, 1e3, 0x10, 1_000]", "[x * y for x in (1, 2) for y in [3, 5] if x + y > 4]",
    "sorted([3, 1, 2])", "list(range(10, 0, -3))", "[7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, -7.5 % 2]", "[1, 2] * 2",
    "[max(1, i) for i in range(3)]", "[i if i > 1 else -i for i in range(4)]", "[1.0 // 0.1, 1 % 0.1, 6 / 3]",
    "[[1, 2], [3]]", "[not i for i in range(2)]", "[int(2.7), float(3), abs(-4), min(3, 2), sum([1, 2])]",
    "[len(x) for x in ['a', 'bc']]", "[(1, 2)[1], [3, 4][-1]]", "[a * b for a, b in [(1, 2), (3, 4)]]", "[1, 2, 3,]",
    "[round(x) for x in [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 2.675, 7]]",
    "[round(0.1 * i, 1) for i in range(12)]", "[round(x, 2) for x in [2.675, 1.005, 0.125, 0.375, -0.125, 2.5, 1e15 + 0.5, 3]]",
    "[pow(2, i) for i in range(-2, 5)]", "[math.floor(-1.5), math.ceil(-1.5), math.sqrt(2), math.prod([2, 3]), math.log2(0.5)]",
    "[math.log2(2 ** i) for i in range(0, 53)]", "[math.sqrt(-1)]", "[math.log2(0)]", "[pow(0, -1)]",
    "[1 if True else 2, 1 << 4, 33 >> 2]", "[x for x in 'no']", "", "[", "[i for i in range(10**9)]", "[10 ** 30]",
]


def evaluated(text, scope):
    try:
        return eval(text, {"math": math, **scope})
    except ZeroDivisionError:
        return None
    except Exception:
        return None


def called(depth):
    """A condition of functions, bits of conditions and choices between values."""
    value = lambda: random.choice([number(1), number(0), f"int({number(1)})", f"({number(0)} if {condition(0)} else {number(0)})"])
    kind = random.randrange(6 if depth > 0 else 2)
    if kind == 0:
        items = ", ".join(value() for _ in range(2))
        return random.choice(["sum([{}]) {} {}", "math.prod([{}]) {} {}", "max(x for x in [{}]) {} {}"]).format(
            items, random.choice(["<", ">=", "=="]), value()
        )
    if kind == 1:
        items = ", ".join(value() for _ in range(2))
        return f"{random.choice(['any', 'all'])}(x {random.choice(['<', '>', '!='])} {number(1)} for x in [{items}])"
    left, right = called(depth - 1), called(depth - 1)
    if kind < 4:
        return f"({left}) {random.choice('&|^')} ({right})"
    return random.choice(["any([{}, {}])", "all([{}, {}])", "sum([{}, {}]) == 1", "({}) == ({})"]).format(left, right)


conditions = []
for text in HAND + [condition(3) for _ in range(400)] + [called(1) for _ in range(120)]:
    if len(text) > 160:
        continue
    points = [dict(zip(SPACE, values)) for values in itertools.product(*SPACE.values())]
    results = [evaluated(text, point) for point in points]
    if any(result is None for result in results):
        continue
    bits = "".join("1" if result else "0" for result in results)
    conditions.append([text, f"{int(bits, 2):0{len(bits) // 4}x}"])

values = []
for text in VALUES:
    result = None if "10**9" in text or "30" in text else evaluated(text, {})
    values.append([text, json.loads(json.dumps(list(result))) if result is not None else None])

with open(__file__.replace(".py", ".json"), "w") as file:
    lines = lambda cases: ",\n".join("    " + json.dumps(case) for case in cases)
    space = json.dumps(SPACE)
    file.write(f'{{\n  "space": {space},\n  "conditions": [\n{lines(conditions)}\n  ],\n')
    file.write(f'  "values": [\n{lines(values)}\n  ]\n}}\n')
print(len(conditions), len(values))
