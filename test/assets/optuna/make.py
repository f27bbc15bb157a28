"""Makes study.db, studies as Optuna 5.0.0 stores them, and importance.json, what it says matters in them.

    python -m venv venv && venv/bin/pip install optuna==5.0.0 scikit-learn && venv/bin/python make.py
"""

import json
import math
import os
import warnings

import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
from optuna.samplers._tpe.sampler import _split_complete_trials_multi_objective

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.WARNING)
here = os.path.dirname(os.path.abspath(__file__))
db = os.path.join(here, "study.db")
if os.path.exists(db):
    os.remove(db)
storage = f"sqlite:///{db}"


def mixed(trial):
    """Every kind of parameter, one of them conditional; one trial in twenty fails, one in fifteen is pruned."""
    rate = trial.suggest_float("learning rate", 1e-5, 1.0, log=True)
    width = trial.suggest_int("width", 8, 512, log=True)
    depth = trial.suggest_int("depth", 1, 9, step=2)
    kind = trial.suggest_categorical("kind", ["plain", "norm", None])
    decay = trial.suggest_float("decay", 0.0, 0.5, step=0.05) if kind != "plain" else 0.0
    trial.set_user_attr("parameters", float(width * depth))
    trial.set_user_attr("comment", "no number")
    if trial.number % 20 == 7:
        raise ValueError("out of memory")
    if trial.number % 15 == 4:
        trial.report(9.5, 1)
        raise optuna.TrialPruned()
    return (math.log10(rate) + 2) ** 2 + 3 * abs(decay - 0.2) + 100 / width + {"plain": 1, "norm": 0, None: 2}[kind]


study = optuna.create_study(study_name="mixed", storage=storage, sampler=optuna.samplers.RandomSampler(seed=1))
study.optimize(mixed, n_trials=80, catch=(ValueError,))


def two(trial):
    x = trial.suggest_float("x", -3, 3)
    y = trial.suggest_float("y", -3, 3)
    n = trial.suggest_int("n", 0, 5)
    return x**2 + 0.1 * y**2 + 0.2 * n, (x - 1) ** 2 - 0.3 * y


pair = optuna.create_study(
    study_name="pair",
    storage=storage,
    directions=["minimize", "maximize"],
    sampler=optuna.samplers.RandomSampler(seed=2),
)
pair.set_metric_names(["error", "gain"])
pair.optimize(two, n_trials=60)


def smooth(trial):
    a = trial.suggest_float("a", 0, 1)
    b = trial.suggest_float("b", 0, 1)
    c = trial.suggest_int("c", 0, 9)
    d = trial.suggest_float("d", 0, 1)
    return 3 * a + 2 * math.sin(math.pi * b) + 0.05 * c + 0 * d


even = optuna.create_study(
    study_name="smooth", storage=storage, direction="maximize", sampler=optuna.samplers.RandomSampler(seed=3)
)
even.optimize(smooth, n_trials=200)

ped = PedAnovaImportanceEvaluator()
results = {
    "mixed": {"ped-anova": {"value": get_param_importances(study, evaluator=ped)}},
    "pair": {
        "ped-anova": {
            "error": get_param_importances(pair, evaluator=ped, target=lambda t: t.values[0]),
            "gain": get_param_importances(pair, evaluator=ped, target=lambda t: -t.values[1]),
            "front": get_param_importances(pair, evaluator=ped),
        }
    },
    "smooth": {
        "ped-anova": {"value": get_param_importances(even, evaluator=ped)},
        "fanova": {"value": get_param_importances(even, evaluator=FanovaImportanceEvaluator(seed=0))},
    },
}
# Which trials it calls good with several objectives: it breaks ties within a front by another reference point than ours.
good, _ = _split_complete_trials_multi_objective(pair.trials, pair, math.ceil(0.1 * len(pair.trials)))
results["pair"]["good"] = [trial.number for trial in good]
with open(os.path.join(here, "importance.json"), "w") as file:
    json.dump(results, file, indent=2)
    file.write("\n")
