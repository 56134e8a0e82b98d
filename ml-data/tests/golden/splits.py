"""Folds by scikit-learn. Writes splits.json beside this script.

Which rows are drawn differs between libraries; how many of each class a fold gets does not.

Run: python splits.py
"""

import json
import pathlib

import numpy as np
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, TimeSeriesSplit

RNG = np.random.default_rng(5)


def stratified(classes, k):
    classes = np.array(classes)
    folds = StratifiedKFold(k).split(np.zeros(len(classes)), classes)
    width = int(classes.max()) + 1
    counts = [np.bincount(classes[valid], minlength=width).tolist() for _, valid in folds]
    return {"classes": classes.tolist(), "k": k, "counts": counts}


def main():
    groups = RNG.integers(0, 5, 23)
    leave_one = [
        [train.tolist(), valid.tolist()]
        for train, valid in LeaveOneGroupOut().split(np.zeros(23), groups=groups)
    ]
    series = [
        [train.tolist(), valid.tolist()]
        for train, valid in TimeSeriesSplit(4, gap=2).split(np.zeros(29))
    ]
    out = {
        "stratified": [
            # As scikit-learn numbers classes by first appearance, so do these.
            stratified([0] * 7 + [1] * 3, 3),
            stratified([0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1], 4),
            stratified(np.sort(RNG.choice(4, 101, p=[0.5, 0.3, 0.15, 0.05])), 5),
        ],
        "leave_one_group_out": {"groups": groups.tolist(), "folds": leave_one},
        "time_series": {"rows": 29, "k": 4, "gap": 2, "folds": series},
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
