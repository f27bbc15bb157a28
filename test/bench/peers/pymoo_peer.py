"""pymoo's NSGA-II (population 20) over choice variables, and its mixed-variable GA for one objective."""

import pymoo
from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowdingSurvival
from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableGA, MixedVariableMating, MixedVariableSampling
from pymoo.core.problem import ElementwiseProblem
from pymoo.core.variable import Choice
from pymoo.optimize import minimize

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


def run(technique, problem, recorder, seed, trials):
    class Recorded(ElementwiseProblem):
        def __init__(self):
            variables = {name: Choice(options=choices) for name, choices in problem.choices.items()}
            super().__init__(vars=variables, n_obj=len(problem.signs))

        def _evaluate(self, x, out, *args, **kwargs):
            # The last generation may run past the budget; what is beyond it must not count.
            losses = recorder.ask(problem.canonical(x)) if recorder.asks < trials else None
            out["F"] = losses if losses is not None else [WORST] * len(problem.signs)

    minimize(Recorded(), algorithm_of(technique), ("n_eval", trials), seed=seed, verbose=False)
