"""LightGBM's contributions for `shap.rs`: python shap.py

Three small models on seeded data with missing cells and two category columns: numbers, two classes, three classes.
Writes shap.json: the model's text, rows (null is missing) and `pred_contrib` of each. Made with lightgbm 4.7.0.
"""
import json
import os

import lightgbm as lgb
import numpy as np

rng = np.random.default_rng(7)
N, F = 1200, 7
x = rng.normal(size=(N, F)).round(3)
x[:, 5] = rng.integers(0, 9, N)
x[:, 6] = rng.integers(0, 40, N)
x[rng.random((N, F)) < 0.08] = np.nan
z = np.nan_to_num(x)
signal = z[:, 0] * z[:, 1] + np.sin(z[:, 2]) + (z[:, 5] % 3) - (z[:, 6] % 7 == 2) + np.isnan(x[:, 3])
test = rng.normal(size=(25, F)).round(3)
test[:, 5] = rng.integers(-1, 11, 25)
test[:, 6] = rng.integers(0, 45, 25) + 0.5 * (rng.random(25) < 0.2)
test[rng.random((25, F)) < 0.1] = np.nan
test[3, 0], test[4, 1] = np.inf, -np.inf

cases = []
for name, y, prm in [
    ("regression", signal + 5, dict(objective="regression", num_leaves=31)),
    ("zero as missing", signal, dict(objective="regression", num_leaves=15, zero_as_missing=True)),
    ("binary", (signal > 1).astype(int), dict(objective="binary", num_leaves=12)),
    ("multiclass", np.digitize(signal, [0.3, 1.5]), dict(objective="multiclass", num_class=3, num_leaves=10)),
]:
    prm.update(verbosity=-1, num_threads=1, deterministic=True, min_data_in_leaf=5, seed=1)
    model = lgb.train(prm, lgb.Dataset(x, y, categorical_feature=[5, 6]), 8)
    contributions = model.predict(test, pred_contrib=True)
    cases.append(dict(
        name=name,
        model=model.model_to_string().split("\nparameters:")[0] + "\n",
        outputs=3 if name == "multiclass" else 1,
        contributions=contributions.ravel().tolist(),
    ))

finite = lambda v: None if np.isnan(v) else v if np.isfinite(v) else ("inf" if v > 0 else "-inf")
rows = [[finite(float(v)) for v in row] for row in test]
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shap.json")
json.dump(dict(rows=rows, cases=cases), open(out, "w"))
