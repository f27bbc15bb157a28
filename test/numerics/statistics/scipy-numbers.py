"""Prints what scipy 1.17.1 says of the tests this package has: python3 scipy-numbers.py > scipy-numbers.json"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(7)


def signed_rank(a, b):
    differences = np.subtract(a, b)
    kept = differences[differences != 0]
    tied = len(set(np.abs(kept))) < len(kept)
    # scipy's "exact" knows no ties; all sign patterns tell what is true then.
    method = "exact" if not tied else stats.PermutationMethod(n_resamples=np.inf)
    if len(kept) > 50:
        method = "asymptotic"
    test = stats.wilcoxon(a, b, method=method, correction=False)
    return {"a": list(map(float, a)), "b": list(map(float, b)), "statistic": test.statistic, "p": test.pvalue}


samples = [
    (rng.normal(0, 1, 6), rng.normal(0.5, 1, 6)),
    (rng.normal(0, 1, 20), rng.normal(0.3, 1, 20)),
    (rng.normal(0, 1, 20), rng.normal(2, 1, 20)),
    (rng.integers(0, 6, 12), rng.integers(1, 7, 12)),
    (rng.integers(0, 3, 10), rng.integers(0, 3, 10)),
    (rng.normal(0, 1, 80), rng.normal(0.2, 1, 80)),
    (rng.integers(0, 9, 90), rng.integers(0, 10, 90)),
]

blocks = [rng.normal([0, 0.4, 0.8, 0.1], 1, (12, 4)), rng.integers(0, 4, (15, 5)), rng.normal(0, 1, (9, 3))]
friedman = []
for block in blocks:
    test = stats.friedmanchisquare(*block.T)
    ranks = stats.rankdata(block, axis=1).mean(axis=0)
    friedman.append(
        {"blocks": block.tolist(), "meanRanks": ranks.tolist(), "statistic": test.statistic, "p": test.pvalue}
    )

nemenyi = [
    {
        "treatments": k,
        "blocks": n,
        "difference": stats.studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n)),
    }
    for k, n in [(2, 10), (5, 20), (10, 20), (24, 20)]
]

ps = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04]
order = np.argsort(ps, kind="stable")
adjusted = np.empty(len(ps))
adjusted[order] = np.minimum(1, np.maximum.accumulate((len(ps) - np.arange(len(ps))) * np.sort(ps)))

print(
    json.dumps(
        {
            "signedRank": [signed_rank(a, b) for a, b in samples],
            "friedman": friedman,
            "nemenyi": nemenyi,
            "holm": {"p": ps, "adjusted": adjusted.tolist()},
        },
        indent=1,
    )
)
