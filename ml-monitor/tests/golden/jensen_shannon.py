"""Golden values of the Jensen-Shannon distance, from SciPy. Run: python jensen_shannon.py > jensen_shannon.json

Long samples are not written out: `wave` (see drift.py) makes the same numbers here and in Rust. They are binned at quantiles of
the first sample, with a last bin for missing values, of which the second sample gets as many as `missing` says.
"""
import json
import sys

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon


def wave(n, step, prime, scale, shift, decimals):
    x = (np.arange(1, n + 1) * step % prime) / prime * scale + shift
    return np.floor(x * 10**decimals) / 10**decimals if decimals is not None else x


TABLES = [
    [[10, 20, 30], [6, 9, 17]],
    [[1200, 300, 45, 5], [1100, 380, 60, 0]],
    [[0, 40, 60], [12, 33, 55]],
    [[1, 0], [0, 1]],
    [[3], [90]],
    [[500000, 300000, 200000], [498000, 301500, 200500]],
    [[90, 5, 3, 1, 1, 0], [10, 30, 20, 25, 15, 0]],
]

WAVES = [
    [(500, 311, 997, 1.0, 0.0, None), (500, 211, 1009, 1.0, 0.08, None)],
    [(700, 311, 997, 1.0, 0.0, 1), (333, 211, 1009, 1.0, 0.1, 1)],
    [(3000, 1511, 4001, 1.0, 0.0, None), (2999, 1013, 4003, 1.0, 0.04, None)],
    [(10000, 7919, 20011, 1.0, 0.0, None), (9000, 6007, 20021, 1.0, 0.015, None)],
]


def sample(a, b, bins, missing):
    x, y = wave(*a), wave(*b)
    edges = np.unique(np.quantile(x, np.linspace(0, 1, bins + 1)[1:-1]))
    if edges[0] == x.min():  # values below the smallest get a bin of their own
        edges = np.r_[np.nextafter(edges[0], -np.inf), edges]
    p, q = (np.bincount(np.searchsorted(edges, z), minlength=len(edges) + 2) for z in (x, y))
    q[-1] += missing
    return {"a": a, "b": b, "bins": bins, "missing": missing, "distance": float(jensenshannon(p, q, base=2))}


json.dump({
    "made_with": {"scipy": scipy.__version__, "numpy": np.__version__},
    "tables": [{"table": t, "distance": float(jensenshannon(*t, base=2))} for t in TABLES],
    "samples": [sample(a, b, bins, missing) for a, b in WAVES for bins in (5, 10, 20) for missing in (0, 100)],
}, sys.stdout, separators=(",", ":"))
print()
