"""OpenTuner's techniques by its ask-and-tell interface, finite parameters declared as enumerations; one objective only."""

import argparse
import logging
import random
import tempfile
import warnings
from importlib.metadata import version

import numpy
import opentuner
from opentuner.api import TuningRunManager
from opentuner.measurement.interface import DefaultMeasurementInterface
from opentuner.resultsdb.models import Result
from opentuner.search.manipulator import ConfigurationManipulator, EnumParameter, FloatParameter, LogFloatParameter, PermutationParameter
from problem import Interval, Order

warnings.simplefilter("ignore")
TECHNIQUES = {
    "opentuner-bandit": "AUCBanditMetaTechniqueA",
    "opentuner-greedy": "UniformGreedyMutation10",
    "opentuner-gga": "GGA",
    "opentuner-ga-ox1": "ga-OX1",
    "opentuner-ga-ox3": "ga-OX3",
    "opentuner-ga-px": "ga-PX",
    "opentuner-ga-cx": "ga-CX",
    "opentuner-ga-pmx": "ga-PMX",
}
VERSION = f"opentuner {version('opentuner')}"


def run(technique, problem, recorder, seed, trials):
    if len(problem.signs) > 1:
        raise SystemExit("OpenTuner takes one objective")
    random.seed(seed)
    numpy.random.seed(seed)
    parser = argparse.ArgumentParser(parents=opentuner.argparsers())
    with tempfile.TemporaryDirectory() as folder:
        args = parser.parse_args(
            [f"--database=sqlite:///{folder}/run.db", f"--technique={TECHNIQUES[technique]}", "--test-limit=1000000"]
        )
        logging.disable(logging.CRITICAL)
        manipulator = ConfigurationManipulator()
        for name, domain in problem.domains.items():
            manipulator.add_parameter(parameter_of(name, domain))
        interface = DefaultMeasurementInterface(
            args=args, manipulator=manipulator, project_name="peer", program_name="table", program_version="1"
        )
        manager = TuningRunManager(interface, args)
        waited = 0
        while recorder.asks < trials and waited < 1000:
            desired = manager.get_next_desired_result()
            if desired is None:
                # It repeats itself and is told the known result inside; a technique that converged does so for ever.
                waited += 1
                continue
            losses = recorder.ask(problem.canonical(desired.configuration.data))
            result = Result(state="ERROR", time=float("inf")) if losses is None else Result(time=losses[0])
            manager.report_result(desired, result)
        manager.finish()


def parameter_of(name, domain):
    if isinstance(domain, Order):
        return PermutationParameter(name, domain.items)
    if not isinstance(domain, Interval):
        return EnumParameter(name, domain)
    return (LogFloatParameter if domain.log else FloatParameter)(name, domain.low, domain.high)
