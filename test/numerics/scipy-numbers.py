"""Prints what scipy 1.17.1 says of the tests this package has: python3 scipy-numbers.py > scipy-numbers.json"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(7)


def rank_sum(a, b):
    both = np.concatenate([a, b])
    method = "exact" if len(set(both)) == len(both) and len(both) <= 50 else "asymptotic"
    test = stats.mannwhitneyu(a, b, method=method)
    return {"a": list(map(float, a)), "b": list(map(float, b)), "statistic": test.statistic, "p": test.pvalue}


samples = [
    (rng.normal(0, 1, 3), rng.normal(2, 1, 3)),
    (rng.normal(0, 1, 20), rng.normal(0.3, 1, 20)),
    (rng.normal(0, 1, 20), rng.normal(2, 1, 20)),
    (rng.normal(0, 1, 5), rng.normal(1, 1, 20)),
    (rng.integers(0, 6, 12), rng.integers(1, 7, 12)),
    (rng.integers(0, 3, 10), rng.integers(0, 3, 14)),
    (rng.normal(0, 1, 60), rng.normal(0.2, 1, 80)),
]

ps = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04]
order = np.argsort(ps, kind="stable")
adjusted = np.empty(len(ps))
adjusted[order] = np.minimum(1, np.maximum.accumulate((len(ps) - np.arange(len(ps))) * np.sort(ps)))

print(
    json.dumps(
        {
            "rankSum": [rank_sum(a, b) for a, b in samples],
            "holm": {"p": ps, "adjusted": adjusted.tolist()},
        },
        indent=1,
    )
)
