"""Keeps what one run reached, in the rows format of comparison.json. Every ask counts as a trial."""

import time

STEPS = [50, 100, 200, 500, 1000, 2000, 5000, 10000]


class Recorder:
    def __init__(self, problem, reference):
        self.problem = problem
        self.reference = None if reference is None else [s * r for s, r in zip(problem.signs, reference)]
        self.asks = self.illegal = self.repeated = 0
        self.seen = set()
        self.front = []
        self.improvements = []
        self.oracle_seconds = 0.0
        self.started = time.perf_counter()

    def ask(self, configuration):
        """Measures a configuration and returns its losses, or None when it is illegal."""
        started = time.perf_counter()
        losses = self.problem.measure(configuration)
        key = self.problem.key(configuration)
        self.asks += 1
        self.repeated += key in self.seen
        self.illegal += losses is None
        self.seen.add(key)
        if losses is not None and not any(all(a <= b for a, b in zip(other, losses)) for other in self.front):
            self.front = [o for o in self.front if not all(a <= b for a, b in zip(losses, o))] + [losses]
            self.improvements.append([self.asks, self.reached()])
        self.oracle_seconds += time.perf_counter() - started
        return losses

    def reached(self):
        """The best value as measured, or the hypervolume of the front up to the reference."""
        if self.reference is None:
            return self.problem.signs[0] * self.front[0][0]
        inside = sorted(p for p in self.front if all(a < r for a, r in zip(p, self.reference)))
        area, ceiling = 0.0, self.reference[1]
        for x, y in inside:
            area += (self.reference[0] - x) * (ceiling - y)
            ceiling = y
        return area

    def row(self, technique, seed, trials):
        seconds = time.perf_counter() - self.started - self.oracle_seconds
        at = {step: self.value_at(step) for step in sorted({s for s in STEPS if s <= trials} | {trials})}
        return {
            "technique": technique,
            "seed": seed,
            "at": {str(step): value for step, value in at.items()},
            "improvements": self.improvements,
            "illegalShare": self.illegal / self.asks,
            "repeatedShare": self.repeated / self.asks,
            "engineSeconds": round(seconds, 3),
        }

    def value_at(self, step):
        reached = [value for trial, value in self.improvements if trial <= step]
        return reached[-1] if reached else (None if self.reference is None else 0)
