"""Nevergrad's NGOpt, which picks a method by the space and the budget; finite parameters declared categorical."""

import warnings

import nevergrad
import numpy
from problem import Interval

warnings.simplefilter("ignore")
# What an illegal configuration is worth: worse than anything measured, and as much as NGOpt lets through unclipped.
WORST = 1e20
VERSION = f"nevergrad {nevergrad.__version__}"


def run(technique, problem, recorder, seed, trials):
    parameters = nevergrad.p.Dict(**{name: parameter_of(domain) for name, domain in problem.domains.items()})
    parameters.random_state = numpy.random.RandomState(seed)
    optimizer = nevergrad.optimizers.registry["NGOpt"](parametrization=parameters, budget=trials)
    several = len(problem.signs) > 1
    if several:
        # Without it the bounds of the hypervolume are the worst of the first fifteen, illegal ones included.
        optimizer.tell(nevergrad.p.MultiobjectiveReference(), recorder.reference)
    for _ in range(trials):
        candidate = optimizer.ask()
        losses = recorder.ask(problem.canonical(candidate.value))
        told = [WORST] * len(problem.signs) if losses is None else losses
        optimizer.tell(candidate, told if several else told[0])


def parameter_of(domain):
    if not isinstance(domain, Interval):
        return nevergrad.p.Choice(domain)
    return (nevergrad.p.Log if domain.log else nevergrad.p.Scalar)(lower=domain.low, upper=domain.high)
