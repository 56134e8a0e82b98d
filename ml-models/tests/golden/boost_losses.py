"""Golden values of gradient boosting from LightGBM, beyond boost.py: python boost_losses.py > boost_losses.json

400 training rows and 50 others, 5 columns: continuous, a few levels, continuous with NaN, 5 categories, 30 categories (some
missing). Objectives, classes, categories, constraints; mape as mape.py says. Made with lightgbm 4.7.0, numpy 2.
"""
import json
import lightgbm as lgb
import numpy as np

import mape

rng = np.random.default_rng(11)
n, m = 400, 450
x = np.column_stack([
    rng.normal(size=m).round(3),
    rng.integers(-3, 5, size=m).astype(float),
    rng.normal(size=m).round(2),
    rng.integers(0, 5, size=m).astype(float),
    np.minimum(rng.geometric(.12, size=m) - 1, 29).astype(float),
])
x[rng.random(m) < .2, 2] = np.nan
x[rng.random(m) < .05, 4] = np.nan
effect = rng.normal(size=30)
f = x[:, 0] + .4 * np.abs(x[:, 1]) - np.where(np.isnan(x[:, 2]), 1.0, x[:, 2]) * x[:, 0] * .5 \
    + effect[x[:, 3].astype(int)] + effect[np.nan_to_num(x[:, 4], nan=7).astype(int)]
real = (3 + f + .3 * rng.standard_t(3, size=m)).round(3)
count = rng.poisson(np.exp(.4 * f)).astype(float)
amount = (rng.gamma(2.0, np.exp(.3 * f) / 2) + .01).round(4)
mixed = np.where(rng.random(m) < .4, 0.0, amount)
two = (f + rng.normal(size=m) > np.quantile(f, .8)).astype(int)
four = np.digitize(f + .5 * rng.normal(size=m), np.quantile(f, [.3, .6, .9]))
grade = np.clip(np.digitize(f + rng.normal(size=m), np.quantile(f, [.5, .7, .85, .95])), 0, 4)
sizes = [20, 35, 1, 44, 50, 50, 60, 40, 30, 20, 50]
assert sum(sizes) == n
# Breaks ties where gradients have few values.
weights = rng.uniform(.5, 3, size=n).round(2)
labels = dict(real=real, far=(real + 10).round(3), count=count, amount=amount, mixed=mixed, two=two, four=four, grade=grade)
LABEL = dict(mape="far", poisson="count", gamma="amount", tweedie="mixed", binary="two", multiclass="four", multiclassova="four",
             rank_xendcg="grade")


def short(values):
    return [float(f"{v:.8g}") for v in np.ravel(values)]


# Rows that are compared: every so many.
STEP = 3
BASE = dict(verbosity=-1, num_threads=1, force_row_wise=True, deterministic=True, min_gain_to_split=1e-6, num_leaves=12)
# Without a count of rows, which is an estimate where hessians differ.
HESSIAN = dict(min_data_in_leaf=1, min_sum_hessian_in_leaf=5.0)
CATS = dict(categorical_feature="3,4")
CASES = [
    ("l1", dict(objective="regression_l1")),
    ("huber", dict(objective="huber", alpha=.7)),
    ("fair", dict(objective="fair", fair_c=.8) | HESSIAN),
    ("poisson", dict(objective="poisson")),
    ("quantile", dict(objective="quantile", alpha=.75)),
    ("mape", dict(objective="mape")),
    ("gamma", dict(objective="gamma") | HESSIAN),
    ("tweedie", dict(objective="tweedie", tweedie_variance_power=1.3) | HESSIAN),
    ("multiclass", dict(objective="multiclass") | HESSIAN),
    ("multiclassova", dict(objective="multiclassova") | HESSIAN),
    ("unbalanced", dict(objective="binary", is_unbalance=True) | HESSIAN),
    ("positive", dict(objective="binary", scale_pos_weight=3.0) | HESSIAN),
    ("xendcg", dict(objective="rank_xendcg", seed=0, objective_seed=0)),
    ("categories", dict(objective="regression", min_data_per_group=20) | CATS),
    ("categories_binary", dict(objective="binary", min_data_per_group=10, cat_smooth=3.0, cat_l2=2.0) | CATS),
    ("categories_onehot", dict(objective="regression", max_cat_to_onehot=40) | CATS),
    ("delta", dict(objective="poisson", max_delta_step=.3)),
    ("monotone", dict(objective="regression", monotone_constraints="1,0,-1,0,0")),
    ("monotone_binary", dict(objective="binary", monotone_constraints="1,0,0,0,0", lambda_l2=1.0) | HESSIAN),
    ("interactions", dict(objective="regression", interaction_constraints="[[0,1],[2,3,4]]")),
]
out = {"x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "train": n, "sizes": sizes,
       "labels": {k: v.tolist() for k, v in labels.items()}, "cases": {}}
for name, params in CASES:
    label = LABEL.get(params["objective"], "real")
    rounds = 4
    more = dict(num_class=4) if label == "four" else {}
    weighted = label in ("four", "two")
    if label == "grade":
        more |= dict(min_data_in_leaf=1, min_sum_hessian_in_leaf=.5)
    p = BASE | params | more
    p.pop("categorical_feature", None)
    d = lgb.Dataset(x[:n], labels[label][:n], group=sizes if label == "grade" else None, params=p, free_raw_data=False, weight=weights if weighted else None,
                    categorical_feature=[3, 4] if "categorical_feature" in params else "auto")
    b = lgb.train(p, d, rounds)
    out["cases"][name] = dict(label=label, rounds=rounds, params={k: str(v).lower() for k, v in params.items() if k != "objective_seed"},
                              raw=short(b.predict(x[::STEP], raw_score=True)), predicted=short(b.predict(x[::5 * STEP])),
                              leaves=[t["num_leaves"] for t in b.dump_model()["tree_info"]])
    if name == "mape":
        raw, leaves = mape.raw(BASE, rounds, x[:n], np.array(labels[label][:n]), x)
        out["cases"][name] |= dict(raw=short(raw[::STEP]), predicted=short(raw[::5 * STEP]), leaves=leaves)
    if weighted:
        out["cases"][name]["weights"] = weights.tolist()
print(json.dumps(out, separators=(",", ":")))
