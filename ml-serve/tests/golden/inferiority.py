"""One-sided Wald tests of two proportions by statsmodels, written to inferiority.in. Run: python inferiority.py"""
from statsmodels.stats.proportion import test_proportions_2indep

cases = [  # control n, x; challenger n, x; margin
    (4000, 132, 1000, 20, 0.002),
    (1000, 33, 1000, 33, 0.0),
    (950, 19, 50, 2, 0.005),
    (10000, 330, 10000, 260, 0.005),
    (500, 0, 500, 7, 0.001),
    (20, 9, 31, 3, 0.01),
]
rows = []
for n0, x0, n1, x1, margin in cases:
    r = test_proportions_2indep(x1, n1, x0, n0, value=-margin, method="wald", compare="diff", alternative="smaller", correction=False)
    rows.append(f"({n0}, {x0}, {n1}, {x1}, {margin}, {float(r.statistic)!r}, {float(r.pvalue)!r})")
with open("inferiority.in", "w") as f:
    f.write("[\n    " + ",\n    ".join(rows) + ",\n]\n")
