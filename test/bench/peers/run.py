"""Runs peers over a recorded problem and writes the rows that `supersam compare --peers FILE` puts into its table.

Stopped and started again it goes on with the runs that are missing.
"""

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import sys
import time

from problem import Order, Problem
from recorder import Recorder

PEERS = {
    name: f"{name}_peer" for name in ("optuna", "pymoo", "opentuner", "hebo", "nevergrad", "smac", "kerneltuner")
}


def main():
    options = read_options()
    done = {"rows": [], "versions": {}}
    if os.path.exists(options.out):
        with open(options.out) as file:
            done = json.load(file)
    finished = {(row["technique"], row["seed"]) for row in done["rows"]}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for technique in options.techniques:
            if (technique, seed) in finished:
                continue
            started = time.perf_counter()
            # A process for every run: OpenTuner's traces depend on what ran before in the same one. What it imports takes
            # longer than many a run, and is the same for all of them.
            importlib.import_module(PEERS[technique.split("-")[0]])
            with multiprocessing.get_context("fork").Pool(1) as pool:
                row, done["versions"][technique] = pool.apply(run, (options, technique, seed))
            done["rows"].append(row)
            save(options, done)
            print(f"{technique} seed {seed}: {time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)


def run(options, technique, seed):
    peer = importlib.import_module(PEERS[technique.split("-")[0]])
    try:
        problem = Problem(options.space, options.oracle, options.objective)
        if peer.__name__ != "opentuner_peer" and any(isinstance(d, Order) for d in problem.domains.values()):
            raise SystemExit(f"{technique} is asked about scalar parameters only; of orders OpenTuner alone is asked")
        recorder = Recorder(problem, options.reference)
        peer.run(technique, problem, recorder, seed, options.trials)
    except SystemExit as refusal:
        # A worker that exits leaves the pool waiting for ever.
        raise ValueError(refusal) from None
    return recorder.row(technique, seed, options.trials), peer.VERSION


def save(options, done):
    content = {
        "objectives": [":".join(objective) for objective in options.objective],
        "reference": options.reference,
        "trials": options.trials,
        "versions": done["versions"],
        "python": platform.python_version(),
        "rows": sorted(done["rows"], key=lambda row: (row["technique"], row["seed"])),
    }
    temporary = f"{options.out}.tmp"
    with open(temporary, "w") as file:
        head = {key: value for key, value in content.items() if key != "rows"}
        rows = ",\n".join(json.dumps(row) for row in content["rows"])
        file.write(f"{json.dumps(head)[:-1]}, \"rows\": [\n{rows}\n]}}\n")
    os.replace(temporary, options.out)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--space", required=True)
    parser.add_argument("--oracle", required=True, help="table:FILE.csv or module:FILE.mjs")
    parser.add_argument("--objective", required=True, action="append", type=objective, help="METRIC:min or METRIC:max")
    parser.add_argument("--techniques", required=True, type=lambda text: text.split(","), help="optuna-tpe,pymoo-nsga2,…")
    parser.add_argument("--seeds", type=int, default=20, help="how many, counted from --first-seed")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--reference", type=lambda text: [float(part) for part in text.split(",")])
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    if len(options.objective) > 2 or (len(options.objective) == 2) != (options.reference is not None):
        parser.error("give one objective, or two and their --reference")
    return options


def objective(text):
    metric, _, direction = text.rpartition(":")
    if direction not in ("min", "max"):
        raise argparse.ArgumentTypeError("write METRIC:min or METRIC:max")
    return metric, direction


main()
