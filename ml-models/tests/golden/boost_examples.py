"""LightGBM's scores on its own example data, for `boost_examples.rs`: python boost_examples.py DATA/lightgbm_examples

The three data sets of the LightGBM repository (MIT), default parameters, 50 rounds. Made with lightgbm 4.7.0.
"""
import os
import sys
import lightgbm as lgb
import numpy as np

ROOT = sys.argv[1]
BASE = dict(verbosity=-1, num_threads=1, deterministic=True, force_row_wise=True)


def table(name):
    t = np.loadtxt(os.path.join(ROOT, name))
    return t[:, 1:], t[:, 0]


def svmlight(name):
    x, y = [], []
    for line in open(os.path.join(ROOT, name)):
        first, *rest = line.split()
        row = np.zeros(301)
        for part in rest:
            k, v = part.split(":")
            row[int(k)] = float(v)
        x.append(row)
        y.append(float(first))
    return np.array(x), np.array(y)


def column(name):
    return np.loadtxt(os.path.join(ROOT, name))


for name, objective, metric in [("regression/regression", "regression", "l2"), ("binary_classification/binary", "binary", "binary_logloss")]:
    w = dict(weight=column(name + ".train.weight")) if objective == "binary" else {}
    v = dict(weight=column(name + ".test.weight")) if objective == "binary" else {}
    train = lgb.Dataset(*table(name + ".train"), **w)
    valid = lgb.Dataset(*table(name + ".test"), reference=train, **v)
    log = {}
    lgb.train(BASE | dict(objective=objective, metric=metric), train, 50, [valid], callbacks=[lgb.record_evaluation(log)])
    curve = log["valid_0"][metric]
    print(objective, *(f"{i}: {curve[i - 1]:.6f}" for i in (1, 2, 3, 10, 25, 50)))

x, y = svmlight("lambdarank/rank.train")
train = lgb.Dataset(x, y, group=column("lambdarank/rank.train.query"))
x, y = svmlight("lambdarank/rank.test")
valid = lgb.Dataset(x, y, group=column("lambdarank/rank.test.query"), reference=train)
log = {}
lgb.train(BASE | dict(objective="lambdarank", metric="ndcg", eval_at=[5]), train, 50, [valid], callbacks=[lgb.record_evaluation(log)])
curve = log["valid_0"]["ndcg@5"]
print("lambdarank", *(f"{i}: {curve[i - 1]:.6f}" for i in (1, 2, 3, 10, 25, 50)))
