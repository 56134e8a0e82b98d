"""Golden values of the interval of a rate, from SciPy. Run: python performance.py > performance.json"""
import json
import sys

import scipy
from scipy import stats

CASES = [(k, n, c) for k, n in ((0, 5), (5, 5), (1, 1), (30, 1000), (2, 40), (280, 10_000), (31_000, 1_000_000), (7, 13))
         for c in (0.8, 0.95, 0.999)]


def wilson(k, n, c):
    ci = stats.binomtest(k, n).proportion_ci(confidence_level=c, method="wilson")
    return {"successes": k, "trials": n, "confidence": c, "low": float(ci.low), "high": float(ci.high)}


json.dump({"made_with": {"scipy": scipy.__version__}, "wilson": [wilson(*c) for c in CASES]}, sys.stdout, separators=(",", ":"))
print()
