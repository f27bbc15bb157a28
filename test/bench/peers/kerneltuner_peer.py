"""Kernel Tuner's strategies in its simulation mode, over a table of one objective that was a cache of its own."""

import itertools
import json
import os
import random
import tempfile
import warnings
from importlib.metadata import version

import kernel_tuner
import numpy
from problem import Interval

warnings.simplefilter("ignore")
STRATEGIES = {"kerneltuner-ga": "genetic_algorithm", "kerneltuner-annealing": "simulated_annealing"}
VERSION = f"Kernel Tuner {version('kernel-tuner')}"


def run(technique, problem, recorder, seed, trials):
    if len(problem.signs) > 1 or any(isinstance(domain, Interval) for domain in problem.domains.values()):
        raise SystemExit("Kernel Tuner's simulation takes one objective and finite parameters")
    random.seed(seed)
    numpy.random.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        cache = os.path.join(folder, "cache.json")
        with open(cache, "w") as file:
            json.dump(cache_of(problem), file)
        results, _ = kernel_tuner.tune_kernel(
            "table",
            "__global__ void table() {}",
            (1, 1),
            [],
            problem.domains,
            restrictions=[],
            strategy=STRATEGIES[technique],
            strategy_options={"max_fevals": trials},
            simulation_mode=True,
            cache=cache,
            quiet=True,
        )
    # What it asks again it answers inside, and does not count.
    for result in results:
        configuration = {name: result[name] for name in problem.domains}
        if recorder.asks < trials and problem.key(configuration) not in recorder.seen:
            recorder.ask(configuration)


def cache_of(problem):
    """What Kernel Tuner would have recorded: every configuration of the grid, those that cannot be run as invalid."""
    rows = {}
    for values in itertools.product(*problem.domains.values()):
        configuration = dict(zip(problem.domains, values))
        losses = problem.measure(configuration)
        told = {"time": losses[0]} if losses is not None else {"time": "InvalidConfig", "__error__": "InvalidConfig"}
        rows[",".join(str(value) for value in values)] = {**configuration, **told}
    return {
        "device_name": "Simulation",
        "kernel_name": "table",
        "problem_size": [1, 1],
        "tune_params_keys": list(problem.domains),
        "tune_params": problem.domains,
        "objective": "time",
        "cache": rows,
    }
