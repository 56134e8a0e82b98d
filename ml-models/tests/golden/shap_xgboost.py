"""XGBoost's contributions for `shap.rs`: python shap_xgboost.py

Small models of several objectives on seeded data with missing cells and a category column. Their covers, which are sums of
hessians, are often far below 1. Writes shap_xgboost.json: the model's file, rows (null is missing), the outputs of a row and
`pred_contribs` of each. Made with xgboost 3.2.0.
"""

import json
import os

import numpy as np
import xgboost as xgb

rng = np.random.default_rng(11)
N, F = 500, 5
x = rng.normal(size=(N, F)).round(3)
x[:, 4] = rng.integers(0, 9, N)
x[rng.random((N, F)) < 0.08] = np.nan
z = np.nan_to_num(x)
signal = 2 * z[:, 0] * z[:, 1] + np.sin(z[:, 2]) + (z[:, 4] % 3) - np.isnan(x[:, 3])
test = rng.normal(size=(12, F)).round(3)
test[:, 4] = rng.integers(0, 9, 12)
test[rng.random((12, F)) < 0.1] = np.nan
names, types = [f"x{i}" for i in range(F)], ["q"] * (F - 1) + ["c"]

positive = np.exp(signal / 2)
cases = []
for name, y, weight, prm, rounds in [
    ("squared error", signal + 5, None, dict(objective="reg:squarederror"), 6),
    ("squared error, small weights", signal, rng.random(N) / 500, dict(objective="reg:squarederror"), 6),
    ("logistic, separable", (signal > 0).astype(int), None, dict(objective="binary:logistic", max_depth=4, eta=1.0), 12),
    ("three classes", np.digitize(signal, [0, 1.5]), None, dict(objective="multi:softprob", num_class=3, eta=1.0), 4),
    ("poisson", np.floor(positive), None, dict(objective="count:poisson"), 5),
    ("gamma", positive, None, dict(objective="reg:gamma"), 5),
    ("tweedie", np.floor(positive), None, dict(objective="reg:tweedie", tweedie_variance_power=1.3), 5),
    ("absolute error", signal, None, dict(objective="reg:absoluteerror"), 5),
    ("dart", (signal > 1).astype(int), None, dict(objective="binary:logistic", booster="dart", rate_drop=0.4, eta=1.0), 8),
    ("parallel trees", (signal > 1).astype(int), None,
     dict(objective="binary:logistic", num_parallel_tree=3, subsample=0.6, eta=1.0), 3),
]:
    prm = dict(dict(max_depth=3, eta=0.3, min_child_weight=1e-4, reg_lambda=0.01, seed=1, nthread=1, tree_method="hist"), **prm)
    options = dict(feature_names=names, feature_types=types, enable_categorical=True)
    model = xgb.train(prm, xgb.DMatrix(x, y, weight=weight, **options), rounds)
    contributions = model.predict(xgb.DMatrix(test, **options), pred_contribs=True)
    text = bytes(model.save_raw("json")).decode()
    covers = [h for t in json.loads(text)["learner"]["gradient_booster"].get("gbtree", json.loads(text)["learner"]["gradient_booster"])["model"]["trees"] for h in t["sum_hessian"]]
    print(f"{name}: smallest cover {min(covers):.2g}, {len(text)} bytes")
    cases.append(dict(name=name, model=text, contributions=[str(v) for v in contributions.ravel()]))

rows = [[None if np.isnan(v) else float(v) for v in row] for row in test]
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shap_xgboost.json")
json.dump(dict(rows=rows, cases=cases), open(out, "w"))
