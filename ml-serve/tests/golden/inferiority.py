"""One-sided score tests of two proportions, written to inferiority.in. Run: python inferiority.py

The constrained likelihood is maximised numerically by SciPy, not by the closed form of the library. statsmodels
(test_proportions_2indep, method="score") agrees at margin 0, asserted below; at other margins the closed form of
statsmodels 0.14 has the count in the place of the number of trials in one coefficient and misses the maximum."""
import math
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.stats.proportion import test_proportions_2indep

cases = [  # control n, x; challenger n, x; margin
    (4000, 132, 1000, 20, 0.002),
    (1000, 33, 1000, 33, 0.0),
    (950, 19, 50, 2, 0.005),
    (10000, 330, 10000, 260, 0.005),
    (500, 0, 500, 7, 0.001),
    (20, 9, 31, 3, 0.0),
    (400, 13, 20, 0, 0.002),
    (60, 58, 70, 69, 0.05),
]


def constrained(n0, x0, n1, x1, delta):
    def slope(p):
        return x0 / p - (n0 - x0) / (1 - p) + x1 / (p + delta) - (n1 - x1) / (1 - p - delta)

    eps = 1e-12
    return brentq(slope, max(0, -delta) + eps, min(1, 1 - delta) - eps, xtol=1e-15, rtol=1e-14)


rows = []
for n0, x0, n1, x1, margin in cases:
    p0 = constrained(n0, x0, n1, x1, -margin)
    p1 = p0 - margin
    z = (x1 / n1 - x0 / n0 + margin) / math.sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1)
    if margin == 0.0:
        other = test_proportions_2indep(x1, n1, x0, n0, value=0, method="score", compare="diff", correction=False)
        assert abs(other.statistic - z) < 1e-9, (other.statistic, z)
    rows.append(f"({n0}, {x0}, {n1}, {x1}, {margin!r}, {float(z)!r}, {float(norm.cdf(z))!r})")
with open("inferiority.in", "w") as f:
    f.write("[\n    " + ",\n    ".join(rows) + ",\n]\n")
