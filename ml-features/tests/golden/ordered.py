"""Ordered target statistics, computed plainly: writes ordered.json beside itself.

Each row from the rows before it in given orders, and, in exact fractions, the mean over all orders there are:
of the m other rows of a level, k = 0..m come before with equal chance, and their mean is the same for every k.
Needs numpy: python ordered.py
"""
import json, pathlib
from fractions import Fraction
import numpy as np

rng = np.random.default_rng(20240915)
n, a = 40, 2.5
levels = ["oslo", "riga", "bonn", "rome", "lima"]
city = [None if rng.random() < 0.15 else levels[min(int(k), 5) - 1] for k in rng.geometric(0.4, n)]
y = np.round(rng.normal(3, 1, n), 3).tolist()
weights = rng.integers(0, 4, n).astype(float).tolist()
orders = [rng.permutation(n).tolist() for _ in range(3)]
groups = rng.integers(0, 9, n).tolist()


def prior_of(w):
    return sum(wi * yi for wi, yi in zip(w, y)) / sum(w)


def statistic(rows, level, prior, w):
    """Of the given rows, those of the level."""
    mine = [i for i in rows if city[i] == level]
    return (sum(w[i] * y[i] for i in mine) + a * prior) / (sum(w[i] for i in mine) + a)


def training(w):
    prior, out = prior_of(w), []
    for i in range(n):
        out.append(sum(statistic(o[: o.index(i)], city[i], prior, w) for o in orders) / len(orders))
    return out


def applied(w):
    return [statistic(range(n), city[i], prior_of(w), w) for i in range(n)]


def all_orders():
    exact = [Fraction(v) for v in y]
    prior, weight, out = sum(exact) / n, Fraction(a), []
    for i in range(n):
        others = [exact[j] for j in range(n) if j != i and city[j] == city[i]]
        mean = sum(others) / len(others) if others else Fraction(0)
        terms = [(k * mean + weight * prior) / (k + weight) for k in range(len(others) + 1)]
        out.append(float(sum(terms) / len(terms)))
    return out


def grouped():
    """One order of the groups: no row of a group sees another one of it."""
    ones, order = [1.0] * n, [4, 0, 7, 2, 8, 1, 3, 6, 5]
    place = [order.index(g) for g in groups]
    before = lambda i: [j for j in range(n) if place[j] < place[i]]
    return {"order": order, "rows": [statistic(before(i), city[i], prior_of(ones), ones) for i in range(n)]}


ones = [1.0] * n
golden = {
    "city": city, "y": y, "weights": weights, "orders": orders, "groups": groups, "prior_weight": a,
    "training": training(ones), "training_weighted": training(weights),
    "applied": applied(ones), "applied_weighted": applied(weights),
    "all_orders": all_orders(), "grouped": grouped(),
}
pathlib.Path(__file__).with_name("ordered.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
