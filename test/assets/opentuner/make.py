"""Makes study.db, a tuning run as OpenTuner 0.8.8 stores it (Python 3.11).

    python -m venv venv && venv/bin/pip install opentuner==0.8.8 && venv/bin/python make.py
"""

import os
import random
import sqlite3

import numpy
import opentuner
from opentuner import ConfigurationManipulator, EnumParameter, FloatParameter, IntegerParameter, MeasurementInterface, Result
from opentuner.search.manipulator import BooleanParameter, PermutationParameter

random.seed(1)
numpy.random.seed(1)
here = os.path.dirname(os.path.abspath(__file__))
db = os.path.join(here, "study.db")
if os.path.exists(db):
    os.remove(db)


class Tuner(MeasurementInterface):
    def manipulator(self):
        space = ConfigurationManipulator()
        space.add_parameter(IntegerParameter("block", 1, 64))
        space.add_parameter(FloatParameter("rate", 0.0, 1.0))
        space.add_parameter(EnumParameter("kind", ["a", "b", "c"]))
        space.add_parameter(BooleanParameter("unroll-loops"))
        space.add_parameter(PermutationParameter("order", [0, 1, 2]))
        return space

    def run(self, desired_result, input, limit):
        own = desired_result.configuration.data
        if own["block"] > 50:
            return Result(state="ERROR", time=float("inf"))
        return Result(time=abs(own["block"] - 20) + own["rate"] + {"a": 0, "b": 1, "c": 2}[own["kind"]] + own["order"][0])


options = ["--database", f"sqlite:///{db}", "--test-limit", "40", "--no-dups", "--label", "demo"]
Tuner.main(opentuner.default_argparser().parse_args(options))
connection = sqlite3.connect(db)
connection.execute("VACUUM")
connection.close()

# What Python itself reads in it, and how it writes plain data by every protocol.
import json  # noqa: E402
import pickle  # noqa: E402
import zlib  # noqa: E402


def loads(blob):
    try:
        return pickle.loads(zlib.decompress(blob))
    except zlib.error:
        return pickle.loads(blob)


connection = sqlite3.connect(db)
query = "SELECT data, state, time FROM result JOIN configuration ON configuration.id = configuration_id ORDER BY result.id"
trials = [
    {"data": loads(data), "state": state, "time": None if time == float("inf") else time}
    for data, state, time in connection.execute(query)
]
value = {"i": [0, -1, 255, 65535, -70000, 2**40], "f": 0.1, "t": (1, (2, 3), ()), "s": "ä" * 300, "n": None, "b": [True, False], "same": ["x", "x"]}
plain = {str(protocol): pickle.dumps(value, protocol).hex() for protocol in range(2, 6)}
with open(os.path.join(here, "trials.json"), "w") as file:
    json.dump({"trials": trials, "value": value, "pickles": plain}, file, indent=1, ensure_ascii=False)
    file.write("\n")
