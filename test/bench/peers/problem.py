"""A recorded problem as the peers see it: the same space file and the same oracle that `supersam compare` reads."""

import csv
import json
import math
import operator
import os
import re
import subprocess
from typing import NamedTuple

COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class Interval(NamedTuple):
    """The numbers from low to high, both included; log: even steps multiply."""

    low: float
    high: float
    log: bool

    def nearest(self, value):
        """Some tools calculate with fewer digits and leave the interval by the last one."""
        return min(self.high, max(self.low, float(value)))


class Order(NamedTuple):
    """A permutation of the items."""

    items: list


class Problem:
    """Parameters that are finite (a list of choices), an Interval or an Order, some conditional, and what measures them.

    A configuration that a table does not hold is illegal, whether a constraint forbids it or nobody could measure it.
    """

    def __init__(self, space_file, oracle, objectives):
        with open(space_file) as file:
            parameters = json.load(file)["parameters"]
        self.domains = {p["name"]: domain_of(p) for p in parameters}
        self.conditions = {p["name"]: condition_of(p["when"]) for p in parameters if "when" in p}
        self.metrics = [metric for metric, _ in objectives]
        self.signs = [1.0 if direction == "min" else -1.0 for _, direction in objectives]
        kind, _, where = oracle.partition(":")
        if kind == "table":
            rows = read_table(where, list(self.domains))
            self.look_up = lambda configuration: rows.get(self.key(configuration))
        elif kind == "module":
            self.look_up = serve_module(where)
        else:
            raise SystemExit(f"cannot read --oracle {oracle}; write table:FILE.csv or module:FILE.mjs")

    def is_active(self, name, configuration):
        return name not in self.conditions or self.conditions[name](configuration)

    def canonical(self, configuration):
        """Without the parameters that are not active."""
        kept = {}
        for name, domain in self.domains.items():
            if not self.is_active(name, kept):
                continue
            if isinstance(domain, Interval):
                kept[name] = domain.nearest(configuration[name])
            elif isinstance(domain, Order):
                kept[name] = list(configuration[name])
            else:
                # The one in the list: some tools hand back their own copies (numpy integers, say).
                kept[name] = domain[domain.index(configuration[name])]
        return kept

    def key(self, configuration):
        return tuple(spell(configuration.get(name, "")) for name in self.domains)

    def measure(self, configuration):
        """The losses (smaller is better), or None for an illegal configuration."""
        metrics = self.look_up(configuration)
        return None if metrics is None else [s * float(metrics[m]) for s, m in zip(self.signs, self.metrics)]


def domain_of(parameter):
    kind = parameter["type"]
    if kind == "float" and "step" not in parameter:
        return Interval(float(parameter["min"]), float(parameter["max"]), parameter.get("scale", "linear") != "linear")
    if kind == "permutation":
        return Order(parameter["items"])
    return choices_of(parameter)


def choices_of(parameter):
    kind = parameter["type"]
    if kind == "boolean":
        return [False, True]
    if kind in ("categorical", "ordinal"):
        return parameter["choices"]
    if kind not in ("integer", "power-of-two", "float"):
        raise SystemExit(f"{parameter['name']}: the peers take scalar parameters only, not {kind}")
    low, high = parameter["min"], parameter["max"]
    if kind == "float":
        step = parameter["step"]
        # Twelve digits, as the engine spells the multiples of a step.
        return [float(f"{low + step * i:.12g}") for i in range(math.floor((high - low) / step + 1e-9) + 1)]
    if kind == "integer":
        return list(range(low, high + 1, parameter.get("step", 1)))
    return [2**e for e in range(64) if low <= 2**e <= high]


def condition_of(text):
    """`name` or `name OP value`: what the benchmark's spaces use."""
    match = re.fullmatch(r"(\w+)(?:\s*(==|!=|>=|<=|>|<)\s*(.+))?", text.strip())
    if match is None:
        raise SystemExit(f'the peers cannot read the condition "{text}"')
    name, sign, value = match.groups()
    if sign is None:
        return lambda configuration: configuration.get(name) is True
    value = json.loads(value.replace("'", '"'))
    return lambda configuration: name in configuration and COMPARISONS[sign](configuration[name], value)


def read_table(path, names):
    rows = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row.get("state", "complete") == "complete":
                rows.setdefault(tuple(spell(row[name]) for name in names), row)
    return rows


def serve_module(path):
    """Asks the JavaScript oracle itself, one line of JSON a configuration, so that both sides measure the same."""
    server = os.path.join(os.path.dirname(os.path.abspath(__file__)), "serve-oracle.mjs")
    node = subprocess.Popen(["node", server, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look_up(configuration):
        node.stdin.write(json.dumps(configuration) + "\n")
        node.stdin.flush()
        return json.loads(node.stdout.readline())

    return look_up


def spell(value):
    """One spelling for a value, whether it comes from JSON or from a CSV: 1, 1.0 and "1" are one choice."""
    if isinstance(value, list):
        return ",".join(spell(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() else str(number)
