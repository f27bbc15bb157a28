"""HEBO with its defaults, finite parameters declared categorical; one objective only, and no notion of conditions."""

import random
import warnings
from importlib.metadata import version

import numpy
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO
from problem import Interval
from pymoo.config import Config
from pymoo.core.mixed import MixedVariableDuplicateElimination

Config.warnings["not_compiled"] = False
warnings.simplefilter("ignore")
VERSION = f"HEBO {version('HEBO')} with torch {version('torch')}"


def duplicates_of(self, population, others, is_duplicate):
    """What pymoo 0.6.0 finds by comparing all pairs in Python, by hashes: that alone took half of a run."""
    names = list(population[0].X)
    keys = [tuple(member.X[name] for name in names) for member in population]
    seen = set() if others is None else {tuple(other.X[name] for name in names) for other in others}
    # Of members that are the same the last one stays.
    for i in reversed(range(len(keys))):
        is_duplicate[i] = keys[i] in seen
        if others is None:
            seen.add(keys[i])
    return is_duplicate


MixedVariableDuplicateElimination._do = duplicates_of


def run(technique, problem, recorder, seed, trials):
    if len(problem.signs) > 1:
        raise SystemExit("HEBO takes one objective")
    # It draws from all three, besides the first points that have a seed of their own.
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    space = DesignSpace().parse([parameter_of(name, domain) for name, domain in problem.domains.items()])
    optimizer = HEBO(space, scramble_seed=seed)
    worst = None
    for _ in range(trials):
        suggested = optimizer.suggest()
        losses = recorder.ask(problem.canonical(suggested.iloc[0].to_dict()))
        if losses is not None:
            worst = losses[0] if worst is None else max(worst, losses[0])
        # It forgets what is infinitely bad, and the power transform of its losses bears no made-up huge number: an
        # illegal configuration is as bad as the worst one measured, or forgotten where there is none yet.
        told = losses[0] if losses is not None else numpy.inf if worst is None else worst
        optimizer.observe(suggested, numpy.array([[told]]))


def parameter_of(name, domain):
    if isinstance(domain, Interval):
        return {"name": name, "type": "pow" if domain.log else "num", "lb": domain.low, "ub": domain.high}
    return {"name": name, "type": "cat", "categories": domain}
