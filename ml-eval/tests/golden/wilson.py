"""Golden values of Wilson's interval of a share, from SciPy. Run: python wilson.py > wilson.json"""
import json
import sys

import scipy
from scipy import stats

COUNTS = [(0, 5), (5, 5), (1, 1), (1, 50), (3, 50), (30, 1000), (2, 40), (280, 10_000), (31_000, 1_000_000), (7, 13)]
CASES = [(k, n, level) for k, n in COUNTS for level in (0.8, 0.9, 0.95, 0.999)]


def wilson(k, n, level):
    ci = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    return {"successes": k, "trials": n, "level": level, "lower": float(ci.low), "upper": float(ci.high)}


json.dump({"made_with": {"scipy": scipy.__version__}, "wilson": [wilson(*c) for c in CASES]},
          sys.stdout, separators=(",", ":"))
print()
