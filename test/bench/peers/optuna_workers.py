"""What a trial costs Optuna with several processes on one study: python optuna_workers.py [MS] [JOBS] [WORKERS,...] [STORAGE...]

MS (10) is what the objective waits, JOBS (200) the trials of each run, WORKERS (1,2,4,8) the processes that call
study.optimize on one study, as Optuna's documentation has it. A STORAGE is journal (a file), sqlite, or a URL of SQLAlchemy.
Overhead is wall clock from the first trial to the last, times the workers, a trial, less what the objective waits;
processorMs the processor time of all processes, a trial. One line of JSON a run. Random sampling, one float parameter.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time

import optuna


def open_storage(name, folder):
    if name == "journal":
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        return JournalStorage(JournalFileBackend(os.path.join(folder, "journal.log")))
    url = f"sqlite:///{folder}/study.db" if name == "sqlite" else name
    return optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 100}} if name == "sqlite" else {})


def work(name, folder, study_name, wait, jobs, seed, barrier, results):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.load_study(
        study_name=study_name, storage=open_storage(name, folder), sampler=optuna.samplers.RandomSampler(seed=seed)
    )

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        time.sleep(wait)
        return x

    # A first round is not counted.
    study.optimize(objective, n_trials=1)
    barrier.wait()
    started, cpu = time.time(), time.process_time()
    study.optimize(objective, n_trials=jobs)
    results.put((started, time.time(), time.process_time() - cpu))


def measure(name, wait, jobs, workers):
    with tempfile.TemporaryDirectory() as folder:
        study_name = f"bench-{os.getpid()}-{workers}-{time.time()}"
        optuna.create_study(study_name=study_name, storage=open_storage(name, folder))
        context = multiprocessing.get_context("spawn")
        barrier, results = context.Barrier(workers), context.Queue()
        share = [jobs // workers + (i < jobs % workers) for i in range(workers)]
        processes = [
            context.Process(target=work, args=(name, folder, study_name, wait, share[i], i, barrier, results))
            for i in range(workers)
        ]
        for process in processes:
            process.start()
        spans = [results.get() for _ in processes]
        for process in processes:
            process.join()
    seconds = max(end for _, end, _ in spans) - min(start for start, _, _ in spans)
    return seconds, sum(cpu for _, _, cpu in spans)


def main():
    ms, jobs, counts, *storages = (sys.argv[1:] + ["10", "200", "1,2,4,8"][len(sys.argv) - 1 :])
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for name in storages or ["journal", "sqlite"]:
        for workers in map(int, counts.split(",")):
            seconds, cpu = measure(name, float(ms) / 1000, int(jobs), workers)
            rounded = {
                "jobsPerSecond": int(jobs) / seconds,
                "overheadMs": 1000 * seconds * workers / int(jobs) - float(ms),
                "processorMs": 1000 * cpu / int(jobs),
            }
            print(
                json.dumps(
                    {"executor": f"optuna {name.split('://')[0]}", "oracleMs": float(ms), "workers": workers, "jobs": int(jobs)}
                    | {key: float(f"{value:.3g}") for key, value in rounded.items()}
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
