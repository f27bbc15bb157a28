"""Optuna's samplers, finite parameters declared categorical; an illegal configuration is told as infinitely bad."""

import warnings

import optuna
from problem import Interval

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")

SAMPLERS = {
    "optuna-random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "optuna-tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
    "optuna-tpe-default": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "optuna-nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed, population_size=20),
    "optuna-gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}
# Told as a failed trial instead, the samplers forget it and ask for it again: TPE is then no better than random.
ILLEGAL = [float("inf")]
VERSION = f"optuna {optuna.__version__}"


def run(technique, problem, recorder, seed, trials):
    study = optuna.create_study(
        directions=["minimize"] * len(problem.signs), sampler=SAMPLERS[technique](seed)
    )
    for _ in range(trials):
        trial = study.ask()
        configuration = {}
        for name, domain in problem.domains.items():
            if problem.is_active(name, configuration):
                configuration[name] = suggest(trial, name, domain)
        losses = recorder.ask(configuration)
        study.tell(trial, ILLEGAL * len(problem.signs) if losses is None else losses)


def suggest(trial, name, domain):
    if isinstance(domain, Interval):
        return trial.suggest_float(name, domain.low, domain.high, log=domain.log)
    return trial.suggest_categorical(name, domain)
