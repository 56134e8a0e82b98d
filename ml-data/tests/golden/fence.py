"""Bounds of outliers by NumPy and SciPy. Writes fence.json beside this script.

Run: python fence.py
"""

import json
import pathlib

import numpy as np
from scipy import stats

SETS = {
    "skewed": [1, 1, 2, 2, 3, 3.5, 4, 8, 13, 90],
    "constant": [5, 5, 5, 5],
    "one": [2.5],
    "signed": [-7.25, 0.5, 0.25, 1e3, -3.0, 12.0, 2.0],
}


def main():
    out = []
    for name, values in SETS.items():
        x = np.array(values, dtype=float)
        q1, q3 = np.quantile(x, [0.25, 0.75])
        mad = stats.median_abs_deviation(x, scale="normal")
        median = np.median(x)
        out.append(
            {
                "name": name,
                "values": values,
                "iqr 1.5": [q1 - 1.5 * stats.iqr(x), q3 + 1.5 * stats.iqr(x)],
                "zscore 2": [x.mean() - 2 * x.std(), x.mean() + 2 * x.std()],
                "mad 3": [median - 3 * mad, median + 3 * mad],
                "quantiles 0.05 0.9": np.quantile(x, [0.05, 0.9]).tolist(),
            }
        )
    pathlib.Path(__file__).with_name("fence.json").write_text(json.dumps(out, indent=1) + "\n")


main()
