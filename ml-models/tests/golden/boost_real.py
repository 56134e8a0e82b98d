"""LightGBM's scores on real data, for `boost_real.rs`: python boost_real.py DATA > boost_real.json

DATA holds `lightgbm_examples` (the example data of the LightGBM repository, MIT) and `adult` (UCI, CC BY 4.0). Every objective,
20 rounds of default parameters (10 of lambdarank). The example data has no label for losses of positive numbers; its first
feature, a momentum, is one, times 10 for mape, whose rows would all weigh 1 below 1; mape as mape.py says. Made with lightgbm 4.7.0.
"""
import json
import os
import sys
import lightgbm as lgb
import numpy as np

import mape

ROOT = sys.argv[1]
BASE = dict(verbosity=-1, num_threads=1, deterministic=True, force_row_wise=True)
NUMBERS = ["regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie"]
# Rows that are compared: every so many.
STEP = {"adult": 200}


def tabs(name):
    t = np.loadtxt(os.path.join(ROOT, "lightgbm_examples", name))
    return t[:, 1:], t[:, 0]


def svmlight(name):
    x, y = [], []
    for line in open(os.path.join(ROOT, "lightgbm_examples", name)):
        first, *rest = line.split()
        row = np.zeros(301)
        for part in rest:
            k, v = part.split(":")
            row[int(k)] = float(v)
        x.append(row)
        y.append(float(first))
    return np.array(x), np.array(y)


def adult():
    """Texts become codes in the order of the sorted levels of both files, `?` is missing."""
    parts = [[[v.strip() for v in line.strip(" .\n").split(",")] for line in open(os.path.join(ROOT, "adult", f"adult_{p}.csv"))]
             for p in ("train", "test")]
    parts = [[row for row in part if len(row) == 15] for part in parts]
    columns = list(zip(*(parts[0] + parts[1])))
    cats = [1, 3, 5, 6, 7, 8, 9, 13]
    out = []
    for c, column in enumerate(columns):
        if c in cats or c == 14:
            levels = sorted(set(column) - {"?"})
            out.append([np.nan if v == "?" else float(levels.index(v)) for v in column])
        else:
            out.append([float(v) for v in column])
    x = np.array(out).T
    n = len(parts[0])
    return x[:n], x[n:], cats


def scores(name, params, train, test, group=None, cats="auto"):
    data = lgb.Dataset(*train, group=group, categorical_feature=cats)
    model = lgb.train(BASE | params, data, 10 if params["objective"] == "lambdarank" else 20)
    raw = model.predict(test[0][::STEP.get(name, 20)], raw_score=True)
    return [float(f"{v:.9g}") for v in np.ravel(raw)]


out = {}
(x, y), (tx, ty) = tabs("regression/regression.train"), tabs("regression/regression.test")
for objective in NUMBERS:
    if objective == "mape":
        out["momentum mape"] = [float(f"{v:.9g}") for v in mape.raw(BASE, 20, x[:, 1:], 10 * x[:, 0], tx[::20, 1:])[0]]
        continue
    out["momentum " + objective] = scores("momentum", dict(objective=objective), (x[:, 1:], x[:, 0]), (tx[:, 1:],))
train, test = tabs("binary_classification/binary.train"), tabs("binary_classification/binary.test")
out["binary"] = scores("binary", dict(objective="binary"), train, test)
train, test = tabs("multiclass_classification/multiclass.train"), tabs("multiclass_classification/multiclass.test")
for objective in ["multiclass", "multiclassova"]:
    out[objective] = scores("multiclass", dict(objective=objective, num_class=5), train, test)
train, test = svmlight("lambdarank/rank.train"), svmlight("lambdarank/rank.test")
group = np.loadtxt(os.path.join(ROOT, "lightgbm_examples", "lambdarank/rank.train.query"))
for objective in ["lambdarank", "rank_xendcg"]:
    out[objective] = scores("rank", dict(objective=objective, seed=0, objective_seed=0), train, test, group=group)
train, test, cats = adult()
for name, params, label, used in [("adult binary", dict(objective="binary"), 14, cats), ("adult numbers", dict(objective="binary"), 14, []),
                                  ("adult poisson", dict(objective="poisson"), 12, cats), ("adult regression", dict(objective="regression"), 0, cats),
                                  ("adult multiclass", dict(objective="multiclass", num_class=7), 5, cats)]:
    keep = [c for c in range(14) if c != label]
    out[name] = scores("adult", params, (train[:, keep], train[:, label]), (test[:, keep],), cats=[keep.index(c) for c in used if c != label])
print(json.dumps(out))
