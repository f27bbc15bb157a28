"""SMAC3's facade for hyperparameters (a random forest), finite parameters declared categorical; ParEGO for two objectives."""

import tempfile
import warnings
from pathlib import Path

import smac
from ConfigSpace import Categorical, ConfigurationSpace, Float
from problem import Interval
from smac import HyperparameterOptimizationFacade, Scenario
from smac.multi_objective.parego import ParEGO
from smac.runhistory.dataclasses import TrialValue
from smac.runhistory.enumerations import StatusType

warnings.simplefilter("ignore")
VERSION = f"SMAC3 {smac.version}"


def run(technique, problem, recorder, seed, trials):
    space = ConfigurationSpace(seed=seed)
    space.add([parameter_of(name, domain) for name, domain in problem.domains.items()])
    several = len(problem.signs) > 1
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space,
            objectives=[f"loss{i}" for i in range(len(problem.signs))] if several else "loss",
            deterministic=True,
            n_trials=trials,
            seed=seed,
            output_directory=Path(folder),
        )
        optimizer = HyperparameterOptimizationFacade(
            scenario, multi_objective_algorithm=ParEGO(scenario) if several else None, logging_level=False
        )
        worst, untold = None, []
        for _ in range(trials):
            asked = optimizer.ask()
            losses = recorder.ask(problem.canonical(dict(asked.config)))
            if losses is None:
                # As bad as the worst one measured, which there may not be yet: it scales what it is told by the range.
                untold.append(asked)
            else:
                worst = losses if worst is None else [max(pair) for pair in zip(worst, losses)]
                optimizer.tell(asked, TrialValue(losses if several else losses[0]), save=False)
            while worst is not None and untold:
                told = TrialValue(worst if several else worst[0], status=StatusType.CRASHED)
                optimizer.tell(untold.pop(0), told, save=False)


def parameter_of(name, domain):
    if isinstance(domain, Interval):
        return Float(name, (domain.low, domain.high), log=domain.log)
    return Categorical(name, domain)
