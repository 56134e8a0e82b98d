"""Golden values of depth-wise and symmetric trees: python grow_policy.py > grow_policy.json

400 rows, 4 columns of few levels, so that all bins are equal; the third has missing values. Depth-wise
trees are XGBoost's (`grow_policy=depthwise`, `tree_method=hist`), symmetric ones CatBoost's
(`score_function=L2`, no sampling). Each case has the raw scores of the training rows. Labels are whole
numbers and halves, so that few gains are equal. Made with xgboost 3.2.0, catboost 1.2.10, numpy 2.

CatBoost differs from the definition of this library in two ways; the cases are such that both choose
the same splits:
- Missing values are lower than all others (`nan_mode=Min`), where ours go to the better side. In
  the cases with missing values the better side is always the lower one.
- The score of a split has weights where ours has hessians (`NewtonL2` is for GPUs alone). It is the
  same for squares; the labels of log loss, `steps`, have effects of one cut a column, far apart.
"""
import json
import sys

import numpy as np
import xgboost as xgb

rng = np.random.default_rng(23)
n = 400
x = np.column_stack([
    rng.integers(1, 30, size=n),
    rng.integers(1, 9, size=n),
    rng.integers(1, 20, size=n),
    rng.integers(1, 5, size=n),
]).astype(float)
x[rng.random(n) < .15, 2] = np.nan
f = .3 * x[:, 0] + np.where(x[:, 1] > 4, 2.0, -1.0) * np.nan_to_num(x[:, 2], nan=3.0) / 4 + np.abs(x[:, 3] - 2)
y = (2 * (f + rng.normal(size=n))).round() / 2
two = (f + rng.normal(size=n) > np.median(f)).astype(int)
weights = rng.uniform(.5, 2.0, size=n).round(3)

steps = 2.2 * (x[:, 0] > 14) + 1.5 * (x[:, 1] > 4) + 1.2 * (np.nan_to_num(x[:, 2]) > 9) + .8 * (x[:, 3] > 2)
steps = (steps - steps.mean() + np.random.default_rng(59).logistic(size=n) > 0).astype(int)

cases = []


def depthwise(name, **params):
    labels = two if params.get("objective") == "binary:logistic" else y
    w = weights if params.pop("weighted", False) else None
    data = xgb.DMatrix(x, labels, weight=w)
    model = xgb.train(dict(grow_policy="depthwise", tree_method="hist", max_bin=256, base_score=0.0 if labels is y else .5,
                           nthread=1, **params), data, 8)
    dump = model.get_dump(dump_format="json")
    cases.append(dict(name=name, policy="Depthwise", weighted=w is not None,
                      labels="two" if labels is two else "y", columns=[0, 1, 2, 3],
                      params={k: v for k, v in params.items() if k != "objective"},
                      leaves=[d.count('"leaf"') for d in dump],
                      scores=[float(f"{s:.7g}") for s in model.predict(data, output_margin=True)]))


depthwise("squares", max_depth=4, eta=.3, reg_lambda=1.0, min_child_weight=5)
depthwise("weights", max_depth=3, eta=.5, reg_lambda=0.0, min_child_weight=10, weighted=True)
depthwise("penalties", max_depth=5, eta=.3, reg_lambda=2.0, reg_alpha=.5, gamma=3.0, min_child_weight=8)
depthwise("log loss", max_depth=4, eta=.3, reg_lambda=1.0, min_child_weight=3, objective="binary:logistic", weighted=True)


def symmetric(name, columns=(0, 1, 3), loss="RMSE", **params):
    from catboost import CatBoost, Pool
    w = weights if params.pop("weighted", False) else None
    squares = loss == "RMSE"
    model = CatBoost(dict(loss_function=loss, grow_policy="SymmetricTree", score_function="L2", bootstrap_type="No",
                          random_strength=0, boost_from_average=False, leaf_estimation_iterations=1,
                          leaf_estimation_method="Gradient" if squares else "Newton", border_count=254, iterations=8,
                          thread_count=1, verbose=False, allow_writing_files=False, nan_mode="Min",
                          model_shrink_rate=0, **params))
    data = Pool(x[:, columns], y if squares else steps, weight=w)
    model.fit(data)
    cases.append(dict(name=name, policy="SymmetricTree", weighted=w is not None,
                      labels="y" if squares else "steps", columns=columns,
                      # CatBoost scales the penalty by the mean weight.
                      params=dict(max_depth=params["depth"], eta=params["learning_rate"],
                                  reg_lambda=params["l2_leaf_reg"] * (w.mean() if w is not None else 1)),
                      scores=[float(f"{s:.9g}") for s in model.predict(data, prediction_type="RawFormulaVal")]))


if "--no-catboost" not in sys.argv:
    symmetric("levels", depth=4, learning_rate=.3, l2_leaf_reg=1.0)
    symmetric("six levels", depth=6, learning_rate=.5, l2_leaf_reg=3.0)
    symmetric("weights of levels", depth=3, learning_rate=.3, l2_leaf_reg=2.0, weighted=True)
    symmetric("missing values of levels", [0, 1, 2, 3], depth=4, learning_rate=.3, l2_leaf_reg=1.0)
    symmetric("log loss of levels", loss="Logloss", depth=2, learning_rate=.5, l2_leaf_reg=1.0)
    symmetric("log loss of levels with missing values", [0, 1, 2, 3], loss="Logloss", depth=2, learning_rate=.5,
              l2_leaf_reg=1.0, weighted=True)

cells = [[None if np.isnan(v) else float(v) for v in row] for row in x]
json.dump(dict(x=cells, y=y.tolist(), two=two.tolist(), steps=steps.tolist(), weights=weights.tolist(), cases=cases), sys.stdout)
