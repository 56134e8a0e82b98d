"""Golden values of gradient boosting from LightGBM: python boost.py > boost.json

300 training rows and 60 others, 5 columns: continuous, a few levels, continuous with NaN, mostly zero with NaN, heavy-tailed.
Made with lightgbm 4.7.0, numpy 2.
"""
import json
import lightgbm as lgb
import numpy as np

rng = np.random.default_rng(5)
n, m = 300, 360
x = np.column_stack([
    rng.normal(size=m).round(3),
    rng.integers(-3, 5, size=m).astype(float),
    rng.normal(size=m).round(2),
    np.where(rng.random(m) < .6, 0.0, rng.integers(-20, 20, size=m) / 4),
    np.exp(3 * rng.normal(size=m)).round(4),
])
x[rng.random(m) < .2, 2] = np.nan
x[rng.random(m) < .1, 3] = np.nan
f = x[:, 0] + np.abs(x[:, 1]) - np.where(np.isnan(x[:, 2]), 1.5, x[:, 2]) * x[:, 0] + np.log1p(x[:, 4])
real = (f + .3 * rng.normal(size=m)).round(3)
binary = (f + rng.normal(size=m) > np.median(f)).astype(int)
grade = np.clip(np.digitize(f + rng.normal(size=m), np.quantile(f, [.5, .7, .85, .95])), 0, 4)
sizes = [10, 25, 1, 40, 24, 50, 3, 47, 60, 40]
weights = rng.choice([.25, .5, 1.0, 1.75, 3.0], size=n)
assert sum(sizes) == n

def short(values):
    return [float(f"{v:.9g}") for v in values]


labels = {"regression": real, "binary": binary, "lambdarank": grade}
BASE = dict(verbosity=-1, num_threads=1, force_row_wise=True)
# LightGBM may split a pure leaf on rounding noise; a least gain keeps that out.
NO_NOISE = dict(min_gain_to_split=1e-6)
CASES = [
    ("real_1", "regression", 1, {}),
    ("real_3", "regression", 3, {}),
    ("real_20", "regression", 20, dict(num_leaves=7, learning_rate=.3)),
    ("real_penalised", "regression", 3, dict(lambda_l1=0.5, lambda_l2=2.5)),
    ("real_gain", "regression", 3, dict(min_gain_to_split=5.0)),
    ("real_weighted", "regression", 3, dict(min_data_in_leaf=1, min_sum_hessian_in_leaf=12.0)),
    ("real_shallow", "regression", 3, dict(max_depth=3, max_bin=16, min_data_in_leaf=3)),
    ("binary_1", "binary", 1, {}),
    ("binary_3", "binary", 3, NO_NOISE),
    ("binary_deep", "binary", 3, NO_NOISE | dict(min_data_in_leaf=1, min_sum_hessian_in_leaf=4.0)),
    ("binary_steep", "binary", 3, NO_NOISE | dict(min_data_in_leaf=10, sigmoid=2.0)),
    ("rank_1", "lambdarank", 1, NO_NOISE),
    ("rank_3", "lambdarank", 3, NO_NOISE),
    ("rank_top", "lambdarank", 3, NO_NOISE | dict(lambdarank_truncation_level=5, lambdarank_norm=False)),
]
out = {"x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "train": n, "sizes": sizes, "weights": weights.tolist(),
       "labels": {k: v.tolist() for k, v in labels.items()}, "cases": {}}
for name, objective, rounds, params in CASES:
    y = labels[objective][:n]
    d = lgb.Dataset(x[:n], y, group=sizes if objective == "lambdarank" else None,
                    weight=weights if "weighted" in name else None, params=BASE | params, free_raw_data=False)
    b = lgb.train(BASE | params | dict(objective=objective), d, rounds)
    out["cases"][name] = dict(objective=objective, rounds=rounds, params=params, raw=short(b.predict(x, raw_score=True)),
                              split=b.feature_importance("split").tolist(), gain=short(b.feature_importance("gain")),
                              leaves=[t["num_leaves"] for t in b.dump_model()["tree_info"]])
print(json.dumps(out, separators=(",", ":")))
