"""Adds to releases.json what one release of Kernel Tuner writes, its cache and its T4 results, of runs by a made-up device.

    python -m venv v && v/bin/pip install kernel_tuner==1.5.0 && v/bin/python releases.py      likewise 1.3.1, 1.0 and 0.4.5
"""

import json
import os
import tempfile
from collections import OrderedDict
from importlib.metadata import version

import numpy as np
from kernel_tuner import core, tune_kernel, util

release = version("kernel_tuner")
failures = {3: util.CompilationFailedConfig, 4: util.RuntimeFailedConfig, 5: util.InvalidConfig}


def measure(_device, _source, _arguments, params, _options, to):
    width, tile = params["width"], params["tile"]
    times = {"compile_time": 100.0, "verification_time": 1.0, "benchmark_time": 10.0}
    if width in failures and tile == 2:
        # Since 1.5 a failure has a name of its own.
        name = "__error__" if isinstance(to.objective, list) else to.objective
        return {**times, name: failures[width]()}
    time = np.float64("nan" if width == 2 else width * tile / 7)
    return {**times, "time": time, "times": [np.float32(time)] * 3}


core.DeviceInterface.compile_and_benchmark = measure
parameters = OrderedDict(
    [("width", [1, 2, 3, 4, 5]), ("tile", [1, 2]), ("mode", ["a", "b,c"]), ("use", [True, False]), ("share", [0.5])]
)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "releases.json")
releases = json.load(open(path)) if os.path.exists(path) else []
for objective in ["time", "GFLOP/s"]:
    with tempfile.TemporaryDirectory() as folder:
        cache = os.path.join(folder, "cache.json")
        results, _ = tune_kernel(
            "k",
            "int k() { return 0; }",
            1,
            [np.zeros(3, np.float32)],
            parameters,
            lang="C",
            restrictions=["width * tile <= 8", "use == (mode == 'a')"],
            metrics=OrderedDict([("GFLOP/s", lambda own: 10 / own["time"])]),
            objective=objective,
            cache=cache,
        )
        entry = {"release": release, "objective": objective, "cache": open(cache).read(), "results": []}
        for own in results:
            errors = [type(value).__name__ for value in own.values() if isinstance(value, util.ErrorConfig)]
            errors += [value for value in own.values() if isinstance(value, str) and value.endswith("Config")]
            number = lambda name: None if errors or np.isnan(own[name]) else float(own[name])
            values = [own[name] for name in parameters]
            entry["results"].append([values, errors[0] if errors else None, number("time"), number("GFLOP/s")])
        try:
            from kernel_tuner.file_utils import store_output_file

            store_output_file(os.path.join(folder, "t4.json"), results, parameters, objective)
            entry["t4"] = open(os.path.join(folder, "t4.json")).read()
        except ImportError:
            pass
    releases = [one for one in releases if (one["release"], one["objective"]) != (release, objective)] + [entry]
with open(path, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in releases) + "\n]\n")
