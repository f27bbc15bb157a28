"""Makes a storage as one release of Optuna keeps it, with odd parameters and ends, and beside it what that Optuna says is in it.

    python -m venv v && v/bin/pip install optuna==2.10.1 "sqlalchemy<2" "numpy<2" setuptools && v/bin/python make-storages.py storage-2.10.db
    python -m venv v && v/bin/pip install optuna==3.6.2 && v/bin/python make-storages.py storage-3.6.journal
    python -m venv v && v/bin/pip install optuna==5.0.0 && v/bin/python make-storages.py storage-5.0.journal
"""

import json
import math
import os
import sys
import warnings

import optuna
from optuna.distributions import CategoricalDistribution
from optuna.trial import TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
major = int(optuna.__version__.split(".")[0])
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.argv[1])
if os.path.exists(path):
    os.remove(path)
if path.endswith(".db"):
    storage = optuna.storages.RDBStorage("sqlite:///" + path)
elif major < 4:
    storage = optuna.storages.JournalStorage(optuna.storages.JournalFileStorage(path))
else:
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(path))
random = optuna.samplers.RandomSampler(seed=1)


def every(trial):
    n = trial.number
    trial.suggest_float("x", -1, 1)
    trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    trial.suggest_float("share", 0.1, 0.7, step=0.1)
    trial.suggest_int("n units", 1, 100, log=True)
    trial.suggest_int("k", 3, 17, step=7)
    kind = trial.suggest_categorical("kind", [None, True, False, 1, 1.5, "it's \"q\" ü", "true"])
    if kind is None or kind == 1.5:
        trial.suggest_int("deep", 0, 5)
    trial.set_user_attr("accuracy", 0.5 + n)
    trial.set_user_attr("nothing", float("nan"))
    trial.set_user_attr("value", 99.0)
    trial.report(1.0, 0)
    trial.report(0.5, 3)
    if n % 5 == 1:
        raise optuna.TrialPruned()
    if n % 5 == 2:
        raise RuntimeError("boom")
    return {3: float("inf"), 4: float("nan"), 8: float("-inf")}.get(n, n / 8)


study = optuna.create_study(study_name='every "kind" é 漢', storage=storage, sampler=random)
study.optimize(every, n_trials=16, catch=(RuntimeError,))
study.enqueue_trial({"x": 0.5})
study.ask()
study.enqueue_trial({"x": 0.25})


def pair(trial):
    a = trial.suggest_int("a", 0, 10)
    b = trial.suggest_categorical("b", ["p", "q"])
    trial.set_user_attr("limit", [float(a - 5), -1.0])
    return a, float("inf") if trial.number == 4 else (a - 3) * (2 if b == "p" else 1)


several = optuna.create_study(
    study_name="several",
    storage=storage,
    directions=["minimize", "maximize"],
    sampler=optuna.samplers.NSGAIISampler(seed=1, constraints_func=lambda t: t.user_attrs["limit"], population_size=5),
)
several.optimize(pair, n_trials=12)
if major > 2:
    several.set_metric_names(["size", "score"])


def growing(trial):
    n = trial.suggest_int("n", 1, 10 if trial.number < 4 else 20)
    share = trial.suggest_float("share", 0.0, 1.0, step=0.25 if trial.number < 4 else 0.1)
    if trial.number == 2:
        trial.suggest_categorical("c", ["a", "b"])
    if trial.number == 3:
        try:
            trial.suggest_categorical("c", ["a", "b", "d"])
        except ValueError:
            pass
    return n + share


growing_study = optuna.create_study(study_name="growing", storage=storage, direction="maximize", sampler=random)
growing_study.optimize(growing, n_trials=8)
optuna.create_study(study_name="empty", storage=storage)
gone = optuna.create_study(study_name="gone", storage=storage)
gone.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
optuna.delete_study(study_name="gone", storage=storage)
added = optuna.create_study(study_name="added", storage=storage)
one = {"z": CategoricalDistribution(["", " ", "\n"])}
added.add_trial(optuna.trial.create_trial(params={"z": "\n"}, distributions=one, value=1.0))
added.add_trial(optuna.trial.create_trial(params={"z": ""}, distributions=one, value=2.0))
added.add_trial(
    optuna.trial.create_trial(
        state=TrialState.PRUNED, params={"z": " "}, distributions=one, intermediate_values={1: 0.5, 2: 0.25}
    )
)


def named(value):
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


said = [
    {
        "name": one.study_name,
        "directions": [direction.name for direction in one.directions],
        "trials": [
            {
                "number": trial.number,
                "state": trial.state.name,
                "values": trial.values and [named(value) for value in trial.values],
                "params": trial.params,
                "constraints": trial.system_attrs.get("constraints"),
                "seconds": None if trial.duration is None else trial.duration.total_seconds(),
            }
            for trial in one.trials
        ],
    }
    for one in (optuna.load_study(study_name=name, storage=storage) for name in [study.study_name, "several", "growing", "added"])
]
with open(path + ".json", "w") as file:
    json.dump(said, file, ensure_ascii=False, indent=1)
