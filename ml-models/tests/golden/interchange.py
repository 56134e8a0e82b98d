"""Makes interchange.json: small models of LightGBM and XGBoost with their predictions on rows that are hard to route.

Run from this folder: python interchange.py (numpy 2, lightgbm 4.7, xgboost 3.2).
"""

import json

import lightgbm as lgb
import numpy as np
import xgboost as xgb

rng = np.random.default_rng(7)
N, NUMERIC, ROWS = 600, 3, 32
x = np.column_stack(
    [
        rng.normal(size=N),
        rng.normal(size=N) * (rng.random(N) < 0.6),
        np.round(rng.normal(size=N) * 20) / 8,
        rng.integers(0, 45, N),
        rng.integers(0, 4, N),
    ]
)
x[rng.random(x.shape) < 0.08] = np.nan
v = np.nan_to_num(x)
signal = v[:, 0] + 2 * (v[:, 3] % 3 == 0) + (v[:, 4] == 2) * v[:, 2] - np.isnan(x[:, 1]) + 0.3 * rng.normal(size=N)
labels = {
    "number": signal,
    "count": np.floor(np.exp(0.4 * signal)),
    "class": (signal > 0.5).astype(int),
    "classes": np.digitize(signal, [0, 1.2]),
    "grade": np.clip(np.digitize(signal, [0, 1, 2]), 0, 3),
}


def grid(thresholds, infinities, odd):
    """Rows of missing values, zeros, values at and beside thresholds, and categories nobody has seen."""
    draw = np.random.default_rng(1)
    special = [np.nan, 0.0, -0.0, 1e300 if infinities else 1e30, -1e-30] + ([np.inf, -np.inf] if infinities else [])
    thresholds = np.asarray(thresholds if len(thresholds) else [0.0])
    near = np.concatenate([thresholds, np.nextafter(thresholds, np.inf), np.nextafter(thresholds, -np.inf)])
    rows = np.empty((ROWS, x.shape[1]))
    for j in range(x.shape[1]):
        if j < NUMERIC:
            usual = np.where(draw.random(ROWS) < 0.5, draw.choice(near, ROWS), np.round(draw.normal(size=ROWS) * 2, 2))
            rows[:, j] = np.where(draw.random(ROWS) < 0.25, draw.choice(special, ROWS), usual)
        else:
            usual = draw.integers(0, 50, ROWS) * 1.0
            rows[:, j] = np.where(draw.random(ROWS) < 0.3, draw.choice(odd, ROWS), usual)
    return rows


def text(values):
    """Shortest decimals that read back as the same bits; JSON itself has no NaN."""
    return [str(v) for v in np.asarray(values).ravel()]


def lightgbm(label, params, categorical):
    params = dict(params, num_leaves=6, min_data_in_leaf=10, min_data_per_group=5, cat_smooth=1, cat_l2=1)
    params = dict(params, verbose=-1, num_threads=1, seed=3, learning_rate=0.3)
    y = labels[label]
    group = [30] * (N // 30) if label == "grade" else None
    data = lgb.Dataset(x, y, categorical_feature=[3, 4] if categorical else [], group=group, params=params)
    booster = lgb.train(params, data, 3)
    model = booster.model_to_string()
    model = model[: model.index("\nparameters:")] + "\nparameters:\nend of parameters\n\npandas_categorical:null\n"
    thresholds = []
    for line in model.splitlines():
        if line.startswith("threshold="):
            thresholds += [t for t in map(float, line[10:].split()) if abs(t) > 1e-30]
    odd = [np.nan, -1.0, -0.5, 0.0, -0.0, 2.7, 44.9, 1e9, 1e12, -np.inf, np.inf]
    rows = grid(thresholds, True, odd)
    return {
        "model": model,
        "rows": text(rows),
        "raw": text(booster.predict(rows, raw_score=True)),
        "predicted": text(booster.predict(rows)),
        "leaves": booster.predict(rows, pred_leaf=True).astype(int).ravel().tolist(),
    }


def xgboost(label, params, categorical):
    params = dict(params, max_depth=3, seed=3, nthread=1, eta=0.5)
    types = ["q", "q", "q", "c", "c"] if categorical else ["q"] * 5
    names = ["a", "b", "c", "d", "e"]
    extra = {"feature_types": types, "feature_names": names, "enable_categorical": True}
    data = xgb.DMatrix(x, labels[label], **extra)
    if label == "grade":
        data.set_group([30] * (N // 30))
    booster = xgb.train(params, data, 2)
    model = json.loads(booster.save_raw("json"))
    gb = model["learner"]["gradient_booster"]
    trees = gb.get("gbtree", gb)["model"]["trees"]
    thresholds = []
    for tree in trees:
        for i, left in enumerate(tree["left_children"]):
            if left >= 0 and tree["split_type"][i] == 0:
                t = np.float32(tree["split_conditions"][i])
                below = np.nextafter(t, np.float32(-np.inf))
                thresholds += [float(t), float(below), (float(t) + float(below)) / 2]
    odd = [np.nan, 0.0, -0.0, 2.7, 44.9, 60.0, 1e6, 16777215.0] + ([-1.0, -7.5] if categorical else [])
    rows = grid(thresholds, False, odd)
    # Leaves are counted in the order of the nodes.
    leaves = booster.predict(xgb.DMatrix(rows, **extra), pred_leaf=True).astype(int).reshape(len(rows), -1)
    for t, tree in enumerate(trees):
        own = [i for i, left in enumerate(tree["left_children"]) if left < 0]
        leaves[:, t] = [own.index(n) for n in leaves[:, t]]
    data = xgb.DMatrix(rows, **extra)
    return {
        "model": booster.save_raw("json").decode(),
        "ubjson": booster.save_raw("ubj").hex() if label == "class" else "",
        "tree_info": gb.get("gbtree", gb)["model"]["tree_info"],
        "rows": text(rows),
        "raw": text(booster.predict(data, output_margin=True)),
        "predicted": text(booster.predict(data)),
        "leaves": leaves.ravel().tolist(),
    }


rf = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}
golden = {
    "lightgbm": {
        "regression": lightgbm("number", {"objective": "regression"}, True),
        "zero": lightgbm("class", {"objective": "binary", "sigmoid": 0.7, "zero_as_missing": True}, False),
        "never": lightgbm("count", {"objective": "poisson", "use_missing": False}, True),
        "multiclass": lightgbm("classes", {"objective": "multiclass", "num_class": 3}, True),
        "ova": lightgbm("classes", {"objective": "multiclassova", "num_class": 3}, False),
        "forest": lightgbm("class", {"objective": "binary", **rf}, True),
        "forests": lightgbm("classes", {"objective": "multiclass", "num_class": 3, **rf}, False),
        "lambdarank": lightgbm("grade", {"objective": "lambdarank"}, False),
        "quantile": lightgbm("number", {"objective": "quantile", "alpha": 0.8}, False),
        "cross_entropy": lightgbm("class", {"objective": "cross_entropy"}, False),
    },
    "xgboost": {
        "partition": xgboost("class", {"objective": "binary:logistic", "max_cat_to_onehot": 1}, True),
        "onehot": xgboost("number", {"objective": "reg:squarederror", "max_cat_to_onehot": 50}, True),
        "softprob": xgboost("classes", {"objective": "multi:softprob", "num_class": 3}, True),
        "parallel": xgboost(
            "classes", {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.7}, False
        ),
        "poisson": xgboost("count", {"objective": "count:poisson"}, False),
        "logitraw": xgboost("class", {"objective": "binary:logitraw"}, False),
        "dart": xgboost("number", {"objective": "reg:absoluteerror", "booster": "dart", "rate_drop": 0.9}, False),
        "tweedie": xgboost("count", {"objective": "reg:tweedie", "base_score": 2.0}, False),
        "rank": xgboost("grade", {"objective": "rank:ndcg"}, False),
        "stump": xgboost("number", {"objective": "reg:squarederror", "gamma": 1e9}, False),
    },
}
with open("interchange.json", "w") as f:
    json.dump(golden, f, separators=(",", ":"))
    f.write("\n")
