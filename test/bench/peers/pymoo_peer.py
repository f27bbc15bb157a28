"""pymoo's NSGA-II (population 20) over mixed variables, and its mixed-variable GA for one objective."""

import pymoo
from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowdingSurvival
from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableGA, MixedVariableMating, MixedVariableSampling
from pymoo.core.problem import ElementwiseProblem
from pymoo.core.variable import Choice, Real
from pymoo.optimize import minimize
from problem import Interval

POPULATION = 20
# What an illegal configuration is worth: worse than anything measured.
WORST = 1e30
VERSION = f"pymoo {pymoo.__version__}"


def algorithm_of(technique):
    duplicates = MixedVariableDuplicateElimination()
    if technique == "pymoo-ga":
        return MixedVariableGA(pop_size=POPULATION)
    return NSGA2(
        pop_size=POPULATION,
        sampling=MixedVariableSampling(),
        mating=MixedVariableMating(eliminate_duplicates=duplicates),
        eliminate_duplicates=duplicates,
        survival=RankAndCrowdingSurvival(),
    )


def variable_of(name, domain):
    if not isinstance(domain, Interval):
        return Choice(options=domain)
    if domain.log:
        raise SystemExit(f"{name}: pymoo has no logarithmic variables")
    return Real(bounds=(domain.low, domain.high))


def run(technique, problem, recorder, seed, trials):
    class Recorded(ElementwiseProblem):
        def __init__(self):
            variables = {name: variable_of(name, domain) for name, domain in problem.domains.items()}
            super().__init__(vars=variables, n_obj=len(problem.signs))

        def _evaluate(self, x, out, *args, **kwargs):
            # The last generation may run past the budget; what is beyond it must not count.
            losses = recorder.ask(problem.canonical(x)) if recorder.asks < trials else None
            out["F"] = losses if losses is not None else [WORST] * len(problem.signs)

    minimize(Recorded(), algorithm_of(technique), ("n_eval", trials), seed=seed, verbose=False)
