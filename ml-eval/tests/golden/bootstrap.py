"""Golden values of bootstrap intervals, from SciPy. Run: python bootstrap.py > bootstrap.json"""
import json
import sys

import numpy as np
import scipy
from scipy import stats
from scipy._lib._array_api import array_namespace
from scipy.stats._resampling import _bca_interval

rng = np.random.default_rng(7)


def bca(values, level):
    means = np.array([rng.choice(values, len(values)).mean() for _ in range(100)])
    a1, a2, _ = _bca_interval((values,), np.mean, -1, (1 - level) / 2, means, None, array_namespace(values))
    ends = [float(np.percentile(means, q * 100)) for q in (a1, a2)]
    return {"values": values.tolist(), "means": means.tolist(), "level": level, "estimate": float(np.mean(values)),
            "levels": [float(a1), float(a2)], "ends": ends}


SAMPLES = [np.exp(rng.normal(size=30)), rng.normal(size=12), rng.exponential(size=50), np.round(rng.random(40), 1)]


def corrected(tail, n):
    return [tail, n, float(stats.norm.cdf(stats.t.ppf(tail, n - 1) * np.sqrt(n / (n - 1))))]


json.dump({
    "made_with": {"scipy": scipy.__version__, "numpy": np.__version__},
    "bca": [bca(s, level) for s in SAMPLES for level in (0.8, 0.95, 0.99)],
    "corrected": [corrected(t, n) for t in (0.025, 0.005, 0.1) for n in (2, 10, 50, 1000)],
}, sys.stdout, separators=(",", ":"))
print()
