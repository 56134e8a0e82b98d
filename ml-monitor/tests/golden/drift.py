"""Golden values of the drift tests, from SciPy and NumPy. Run: python drift.py > drift.json

Long samples are not written out: `wave(n, step, prime, scale, shift, round_to)` makes the same numbers here and in Rust.
"""
import json
import sys

import numpy as np
import scipy
from scipy import stats
from scipy.stats._stats_py import _attempt_exact_2kssamp


def wave(n, step, prime, scale, shift, decimals):
    x = (np.arange(1, n + 1) * step % prime) / prime * scale + shift
    return np.floor(x * 10**decimals) / 10**decimals if decimals is not None else x


def ks(a, b):
    out = {}
    for method in ("auto", "exact", "asymp"):
        short = max(len(a), len(b)) <= 10_000 or len(a) * len(b) <= 10_000_000
        if method == "exact" and not short:
            continue
        # SciPy's "auto" goes by the longer sample alone.
        r = stats.ks_2samp(a, b, method="exact" if method == "auto" and short else method)
        if method == "asymp" and r.statistic == 1:
            continue  # SciPy says 0; the exact value is 2 n! m! / (n + m)!
        out[method] = {"statistic": float(r.statistic), "p": float(r.pvalue)}
    return out


SMALL = [
    ([1.0, 2.0, 3.0, 4.0], [3.5, 4.5, 5.5, 6.5]),
    ([0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05, -0.06, 0.64, -0.82, 0.37, 1.77, 1.09, -1.28],
     [1.29, 2.33, -0.12, 0.83, 2.11, 0.77, 1.58, 0.04, 2.4, 1.12, 0.93]),
    ([1, 1, 1, 2, 2, 3, 3, 3, 3, 4], [1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 5]),
    ([5.0], [1.0, 2.0, 3.0, 9.0]),
]

LONG = [  # (n, step, prime, scale, shift, decimals) of both samples
    [(60, 37, 101, 1.0, 0.0, None), (45, 41, 103, 1.1, 0.02, None)],
    [(500, 311, 997, 1.0, 0.0, None), (500, 211, 1009, 1.0, 0.08, None)],
    [(700, 311, 997, 1.0, 0.0, 1), (333, 211, 1009, 1.0, 0.1, 1)],
    [(3000, 1511, 4001, 1.0, 0.0, None), (2999, 1013, 4003, 1.0, 0.04, None)],
    [(10000, 7919, 20011, 1.0, 0.0, None), (9000, 6007, 20021, 1.0, 0.015, None)],
    [(10000, 7919, 20011, 1.0, 0.0, None), (128, 61, 131, 1.0, 0.2, None)],
    [(10001, 7919, 20011, 1.0, 0.0, None), (9000, 6007, 20021, 1.0, 0.02, None)],
    [(80000, 70001, 160001, 1.0, 0.0, None), (70000, 50021, 160009, 1.01, -0.002, None)],
    [(80000, 70001, 160001, 1.0, 0.0, 2), (70000, 50021, 160009, 1.02, 0.0, 2)],
    [(20000, 7919, 20011, 1.0, 0.0, None), (12, 5, 13, 1.0, 0.3, None)],
    [(20000, 7919, 20011, 1.0, 0.0, None), (1, 1, 2, 1.0, 9.0, None)],
    [(20000, 7919, 20011, 1.0, 0.0, None), (1, 1, 2, 1.0, 0.4, None)],
    [(30000, 7919, 30011, 1.0, 0.0, None), (2, 1, 3, 1.0, 0.6, None)],
    [(100000, 70001, 160001, 1.0, 0.0, None), (3, 1, 4, 0.1, 0.0, None)],
    [(12000, 7919, 20011, 1.0, 0.0, None), (40, 17, 41, 0.7, 0.0, None)],
    [(50000, 7919, 50021, 1.0, 0.0, 1), (7, 3, 11, 0.5, 0.0, 1)],
    [(10001, 7919, 20011, 1.0, 0.0, None), (999, 601, 1009, 0.95, 0.0, None)],
    [(90000, 70001, 160001, 1.0, 0.0, None), (90000, 50021, 160009, 1.0, 0.5, None)],
]

# Above n = 1e6 SciPy switches to a rougher formula (4e-7 relative), so the grid stops before.
KOLMOGOROV = [(n, z2) for n in (1, 2, 5, 10, 37, 140, 141, 500, 5000, 99999, 100001, 500000, 900000)
              for z2 in (0.02, 0.1, 0.3, 0.7, 0.8, 1.2, 2.1, 2.3, 3.9, 4.1, 10.0, 60.0, 300.0)]

# Sizes at the ends: (n, m), and distances in units of 1 / lcm(n, m) from the smallest to the largest.
SIZES = [(1, 1), (1, 2), (2, 1), (1, 10_000), (10_000, 1), (3, 7_919), (20_000, 1), (1, 1_000_000), (1_000_000, 2), (99_991, 5),
         (12_000, 12), (2, 2), (3, 5), (10_000, 9_999), (10_000, 10_000), (400_000, 25), (9_973, 1_000)]


def sweep():
    for n, m in SIZES:
        g = int(np.gcd(n, m))
        lcm = n // g * m
        for part in (0.001, 0.01, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0):
            h = max(1, round(part * lcm))
            ok, _, p = _attempt_exact_2kssamp(n, m, g, h / lcm, "two-sided")
            # below 1e-12 SciPy's own path count loses digits
            if ok and (p > 1e-12 or h == lcm):
                yield [n, m, h * g, float(p)]


TABLES = [
    [[10, 20, 30], [6, 9, 17]],
    [[1200, 300, 45, 5], [1100, 380, 60, 0]],
    [[0, 40, 60], [12, 33, 55]],
    [[120, 80], [95, 110]],
    [[3, 2], [1, 4]],
    [[500000, 300000, 200000], [498000, 301500, 200500]],
    [[90, 5, 3, 1, 1], [10, 30, 20, 25, 15]],
]


def chi2(table):
    table = np.array(table)
    r = stats.chi2_contingency(table)
    plain = stats.chi2_contingency(table, correction=False)
    return {"table": table.tolist(), "statistic": float(r.statistic), "p": float(r.pvalue), "dof": int(r.dof),
            "plain_statistic": float(plain.statistic), "plain_p": float(plain.pvalue),
            "min_expected": float(r.expected_freq.min()), "cramers_v": float(stats.contingency.association(table, method="cramer"))}


def psi(a, b, bins, eps=1e-4):
    edges = np.unique(np.quantile(a, np.linspace(0, 1, bins + 1)[1:-1]))
    p, q = (np.maximum(np.bincount(np.searchsorted(edges, z), minlength=len(edges) + 1) / len(z), eps) for z in (a, b))
    return float(((q - p) * np.log(q / p)).sum())


def psi_cases():
    for a, b in LONG[:8]:  # the tests count on these eight
        for bins in (5, 10, 20):
            yield {"a": a, "b": b, "bins": bins, "psi": psi(wave(*a), wave(*b), bins)}


P_VALUES = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34, 0.341, 0.384, 0.569,
            0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986]

json.dump({
    "made_with": {"scipy": scipy.__version__, "numpy": np.__version__},
    "ks_small": [{"a": a, "b": b} | ks(a, b) for a, b in SMALL],
    "ks_long": [{"a": a, "b": b} | ks(wave(*a), wave(*b)) for a, b in LONG],
    "kolmogorov": [{"n": n, "d": float(np.sqrt(z2 / n)), "sf": float(stats.kstwo.sf(np.sqrt(z2 / n), n))} for n, z2 in KOLMOGOROV],
    "ks_sweep": list(sweep()),
    "chi2": [chi2(t) for t in TABLES],
    "psi": list(psi_cases()),
    "fdr": {"p": P_VALUES, "bh": stats.false_discovery_control(P_VALUES, method="bh").tolist()},
}, sys.stdout, indent=None, separators=(",", ":"))
print()
