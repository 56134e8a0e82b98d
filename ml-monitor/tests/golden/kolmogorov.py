"""Golden values of the one-sample Kolmogorov-Smirnov distribution. Run: python kolmogorov.py > kolmogorov.json

Rows of n, d, P(D_n < d), P(D_n >= d). Short samples are counted in exact fractions (Durbin's matrix, Marsaglia, Tsang and Wang
2003); long ones are SciPy's.
"""
import json
import math
import sys
from fractions import Fraction

import numpy as np
import scipy
from scipy import stats

EXACT_TO = 30


def durbin(n, d):
    """P(D_n < d) of a fraction d."""
    t = n * d
    k = math.ceil(t)
    h = k - t
    size = 2 * k - 1
    m = [[Fraction(int(j <= i + 1)) for j in range(size)] for i in range(size)]
    for i in range(size):
        m[i][0] -= h ** (i + 1)
        m[size - 1][size - 1 - i] -= h ** (i + 1)
    if 2 * h > 1:
        m[size - 1][0] += (2 * h - 1) ** size
    for i in range(size):
        for j in range(min(i + 1, size - 1) + 1):
            if i - j + 1 > 0:
                m[i][j] /= math.factorial(i - j + 1)
    power = np.array(m, dtype=object)
    result = power
    for _ in range(n - 1):
        result = result.dot(power)
    return result[k - 1][k - 1] * math.factorial(n) / Fraction(n) ** n


def row(n, t):
    d = t / n
    if n <= EXACT_TO:
        below = durbin(n, Fraction(d))  # the very fraction that the float is
        return [n, d, float(below), float(1 - below)]
    return [n, d, float(stats.kstwo.cdf(d, n)), float(stats.kstwo.sf(d, n))]


SHORT = [(n, t) for n in (1, 2, 3, 4, 7, 12, 30)
         for t in (0.55, 0.7, 0.95, 1.0, 1.05, 1.3, 1.6, 1.95, 2.0, 2.2, 2.75, 3.4, 4.6, 6.3, 8.9, 11.5, 14.0, 17.0, 26.0, 29.5) if t < n]
LONG = [(n, t) for n in (100, 139, 140) for t in (0.6, 1.0, 1.4, 2.5, 4.3, 7.7, 12.6, 19.9, 23.6, 30.0, 69.0, 71.0, 100.0)]
# Durbin's matrix; the limit of n d^1.5 is where t = 1.2515 n^(1/3).
LONG += [(n, part * 1.2515 * n ** (1 / 3)) for n in (141, 300, 2_000, 20_000, 100_000) for part in (0.3, 0.6, 0.95)]
# The series of Pelz and Good, from small to large z = sqrt(n) d.
LONG += [(n, z * n ** 0.5) for n in (400, 3_000, 20_000, 100_000, 250_000) for z in (0.35, 0.42, 0.6, 0.85, 1.1, 1.45)
         if z * n ** 0.5 > 1.3 * n ** (1 / 3)]
# The one-sided tail, in full and with strides of 2 and more.
LONG += [(n, z * n ** 0.5) for n in (141, 1_000, 8_191, 16_384, 40_000, 700_000) for z in (1.49, 2.0, 3.0, 5.0, 8.0, 12.0)
         if z * n ** 0.5 < n]

if __name__ == "__main__":
    json.dump({
        "made_with": {"scipy": scipy.__version__, "numpy": np.__version__},
        "rows": [row(n, t) for n, t in SHORT + LONG],
    }, sys.stdout, separators=(",", ":"))
    print()
