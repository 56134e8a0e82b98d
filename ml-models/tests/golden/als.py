"""Golden values for implicit ALS from the `implicit` package (0.7.3). Run: python als.py > als.json

A 30 x 20 matrix with an empty user, an empty item and a stored zero; the same first factors for every solver.
"""
import json

import numpy as np
import scipy.sparse as sp
from implicit.cpu._als import calculate_loss
from implicit.cpu.als import AlternatingLeastSquares

USERS, ITEMS, ALPHA, REG = 30, 20, 3.0, 0.1


def matrix():
    g = np.random.default_rng(7)
    dense = np.where(g.random((USERS, ITEMS)) < 0.2, g.integers(1, 6, (USERS, ITEMS)) / 2, 0.0)
    dense[4], dense[:, 11] = 0, 0
    m = sp.coo_matrix(dense)
    # one stored zero: confidence 0, so the pair is left out of the loss
    empty = next(i for i in range(ITEMS) if dense[2, i] == 0 and i != 11)
    rows, cols, vals = np.append(m.row, 2), np.append(m.col, empty), np.append(m.data, 0.0)
    return sp.csr_matrix((vals.astype("f4"), (rows, cols)), shape=(USERS, ITEMS))


def digits(a):
    return [float(f"{x:.7g}") for x in np.asarray(a, dtype="f8").ravel()]


def fit(m, users, items, iterations, cg):
    model = AlternatingLeastSquares(factors=users.shape[1], regularization=REG, alpha=ALPHA, iterations=iterations, use_cg=cg, num_threads=1)
    model.user_factors, model.item_factors = users.copy(), items.copy()
    model.fit(m, show_progress=False)
    return model


def case(m, factors, runs):
    g = np.random.default_rng(factors)
    users = (g.random((USERS, factors)) * 0.1).astype("f4")
    items = (g.random((ITEMS, factors)) * 0.1).astype("f4")
    out = {"factors": factors, "users": digits(users), "items": digits(items), "runs": []}
    for cg, iterations in runs:
        model = fit(m, users, items, iterations, cg)
        ids, scores = model.recommend(np.arange(USERS), m, N=5, filter_already_liked_items=True)
        history = sp.csr_matrix(([2.0, 1.0], ([0, 0], [3, 8])), shape=(1, ITEMS), dtype="f4")
        audience = sp.csr_matrix(([1.5, 0.5, 1.0], ([0, 0, 0], [1, 6, 20])), shape=(1, USERS), dtype="f4")
        near, cosine = model.similar_items(3, N=4)
        out["runs"].append({
            "cg": cg, "iterations": iterations,
            "users": digits(model.user_factors), "items": digits(model.item_factors),
            "loss": calculate_loss(ALPHA * m, model.user_factors, model.item_factors, REG),
            "recommended": ids.ravel().tolist(), "scores": digits(scores),
            "folded_user": digits(model.recalculate_user(0, history)),
            "folded_item": digits(model.recalculate_item(0, audience)),
            "similar": near[1:].tolist(), "cosine": digits(cosine[1:]),
        })
    return out


m = matrix()
coo = m.tocoo()
print(json.dumps({
    "users": USERS, "items": ITEMS, "alpha": ALPHA, "regularization": REG,
    "triples": [[int(u), int(i), float(v)] for u, i, v in zip(coo.row, coo.col, coo.data)],
    "cases": [case(m, 5, [(True, 1), (True, 3), (False, 1), (False, 3)]), case(m, 18, [(True, 3)])],
}, separators=(",", ":")))
