"""Writes public.json: the spaces of the T1 files of public benchmarks, with the values and counts that Python itself gives.

    git clone https://github.com/AutoTuningAssociation/benchmark_hub   # MIT, at 8eeb99e
    git clone https://github.com/KernelTuner/kernel_tuner              # Apache 2.0, at 96a6abc
    python public.py benchmark_hub kernel_tuner > public.json
"""

import ast
import json
import pathlib
import sys


def names_in(text):
    return {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def count(parameters, conditions):
    """Configurations that meet all conditions, each held as soon as the last of its names has a value."""
    read = set().union(*map(names_in, conditions)) if conditions else set()
    free = 1
    for name, values in parameters.items():
        free *= 1 if name in read else len(values)
    used = [name for name in parameters if name in read]
    at = [[] for _ in used]
    for condition in conditions:
        last = max(used.index(name) for name in names_in(condition) if name in used)
        at[last].append(compile(condition, "condition", "eval"))
    point = {}

    def walk(i):
        if i == len(used):
            return 1
        found = 0
        for value in parameters[used[i]]:
            point[used[i]] = value
            found += walk(i + 1) if all(eval(test, {}, point) for test in at[i]) else 0
        return found

    return free * walk(0)


files = []
for folder in map(pathlib.Path, sys.argv[1:]):
    for path in sorted(folder.rglob("*.json")):
        text = path.read_text(errors="replace")
        if '"TuningParameters"' not in text or "schema" in path.name:
            continue
        space = json.loads(text)["ConfigurationSpace"]
        parameters = {}
        for parameter in space["TuningParameters"]:
            values = parameter["Values"]
            parameters[parameter["Name"]] = list(eval(values)) if isinstance(values, str) else values
        conditions = [condition["Expression"] for condition in space.get("Conditions") or []]
        kept = [{"Name": p["Name"], "Values": p["Values"]} for p in space["TuningParameters"]]
        files.append(
            {
                "file": str(path.relative_to(folder.parent)),
                "space": {"TuningParameters": kept, "Conditions": [{"Expression": c} for c in conditions]},
                "values": parameters,
                "count": count(parameters, conditions),
            }
        )
print("[\n" + ",\n".join(json.dumps(file) for file in files) + "\n]")
