"""Golden values of refitting, initial scores, path smoothing and gradients of few levels from LightGBM: python boost_options.py > boost_options.json

300 training rows, 300 of another time and 40 others, 4 columns: continuous, a few levels, continuous with NaN, 6 categories as
numbers. The seed is one without a tie between two thresholds in a gap of the training rows that other rows fall into.
Made with lightgbm 4.7.0, numpy 2.
"""
import json
import lightgbm as lgb
import numpy as np

rng = np.random.default_rng(37)
n, m = 300, 640
x = np.column_stack([
    rng.normal(size=m).round(3),
    rng.integers(-3, 5, size=m).astype(float),
    rng.normal(size=m).round(2),
    rng.integers(0, 6, size=m).astype(float),
])
x[rng.random(m) < .15, 2] = np.nan
f = x[:, 0] + .4 * np.abs(x[:, 1]) - np.where(np.isnan(x[:, 2]), 1.0, x[:, 2]) * x[:, 0] * .5 + .3 * x[:, 3]
later = np.arange(m) >= n
f = np.where(later, 1.5 * f + .7, f)
real = (1 + f + .3 * rng.standard_t(4, size=m)).round(3)
two = (f + rng.normal(size=m) > np.median(f)).astype(int)
three = np.digitize(f + .5 * rng.normal(size=m), np.quantile(f, [.3, .7]))
weights = rng.uniform(.5, 3, size=m).round(2)
init = (.5 * f + .2 * rng.normal(size=m)).round(3)
init3 = rng.normal(size=(m, 3)).round(3)
labels = dict(real=real, two=two, three=three)
LABEL = dict(regression="real", regression_l1="real", huber="real", poisson="count", binary="two", multiclass="three")
BASE = dict(verbosity=-1, num_threads=1, force_row_wise=True, deterministic=True, min_gain_to_split=1e-6, num_leaves=10)
# Without a count of rows, which is an estimate where hessians differ.
HESSIAN = dict(min_data_in_leaf=1, min_sum_hessian_in_leaf=5.0)
ROUNDS = 6


def short(values):
    return [float(f"{v:.9g}") for v in np.ravel(values)]


def fit(params, label, weighted, start, valid=None):
    take = lambda a: None if a is None else a[:n]
    p = BASE | params
    d = lgb.Dataset(x[:n], labels[label][:n], weight=weights[:n] if weighted else None, init_score=take(start), params=p, free_raw_data=False)
    evals = {}
    if valid is None:
        return lgb.train(p, d, ROUNDS), evals
    v = lgb.Dataset(x[n:2 * n], labels[label][n:2 * n], init_score=start[n:2 * n], reference=d)
    return lgb.train(p, d, ROUNDS, valid_sets=[v], callbacks=[lgb.record_evaluation(evals)]), evals


out = {"x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "rows": n, "rounds": ROUNDS,
       "labels": {k: v.tolist() for k, v in labels.items()}, "weights": weights.tolist(), "init": init.tolist(), "init3": init3.tolist(), "cases": {}}


def case(name, kind, params, label, weighted, booster, **more):
    out["cases"][name] = dict(kind=kind, label=label, weighted=weighted, params={k: str(v).lower() for k, v in params.items()},
                              raw=short(booster.predict(x[::3], raw_score=True)), **more)


for name, params, decay, weighted in [
    ("refit", dict(objective="regression"), .9, False),
    ("refit_l2", dict(objective="regression", lambda_l1=.5, lambda_l2=2.0), .3, True),
    ("refit_zero", dict(objective="regression", boost_from_average=False), .5, False),
    ("refit_l1", dict(objective="regression_l1"), .6, False),
    ("refit_huber", dict(objective="huber", max_delta_step=.3), .4, False),
    ("refit_binary", dict(objective="binary") | HESSIAN, .7, True),
    ("refit_binary_new", dict(objective="binary") | HESSIAN, 0.0, False),
    ("refit_classes", dict(objective="multiclass", num_class=3) | HESSIAN, .8, True),
]:
    label = LABEL[params["objective"]]
    b, _ = fit(params, label, weighted, None)
    start = dict(init_score=init[n:2 * n]) if name == "refit_l2" else {}
    b = b.refit(x[n:2 * n], labels[label][n:2 * n], decay_rate=decay, weight=weights[n:2 * n] if weighted else None, **start)
    params = {k: v for k, v in params.items() if k != "num_class"} | dict(refit_decay_rate=decay)
    case(name, "refit", params, label, weighted, b, start=bool(start))
for name, params, weighted in [
    ("init", dict(objective="regression"), False),
    ("init_l1", dict(objective="regression_l1"), False),
    ("init_binary", dict(objective="binary") | HESSIAN, True),
    ("init_classes", dict(objective="multiclass", num_class=3) | HESSIAN, True),
]:
    label = LABEL[params["objective"]]
    b, evals = fit(params, label, weighted, init3 if label == "three" else init, True)
    params = {k: v for k, v in params.items() if k != "num_class"}
    case(name, "init", params, label, weighted, b, history=short(next(iter(evals["valid_0"].values()))))
for name, params in [
    ("smooth", dict(objective="regression", path_smooth=5.0)),
    ("smooth_much", dict(objective="regression", path_smooth=60.0, min_data_in_leaf=2, lambda_l1=.2)),
    ("smooth_bounded", dict(objective="regression", path_smooth=3.0, max_delta_step=.4, lambda_l2=1.0)),
    ("smooth_monotone", dict(objective="regression", path_smooth=8.0, monotone_constraints="1,0,0,0")),
]:
    b, _ = fit(params, "real", False, None)
    case(name, "smooth", params, "real", False, b)
# Rounded to the nearest level: by chance no two libraries draw the same.
LEVELS = dict(use_quantized_grad=True, stochastic_rounding=False)
for name, params, weighted in [
    ("levels", dict(objective="regression", num_grad_quant_bins=64) | LEVELS, False),
    ("levels_few", dict(objective="regression", num_grad_quant_bins=16) | LEVELS, False),
    ("levels_weighted", dict(objective="regression", num_grad_quant_bins=64, lambda_l2=1.0) | LEVELS | HESSIAN, True),
    ("levels_binary", dict(objective="binary", num_grad_quant_bins=64) | LEVELS | HESSIAN, True),
    ("levels_classes", dict(objective="multiclass", num_class=3, num_grad_quant_bins=64) | LEVELS | HESSIAN, True),
]:
    label = LABEL[params["objective"]]
    b, _ = fit(params | dict(quant_train_renew_leaf=True), label, weighted, None)
    params = {k: v for k, v in params.items() if k != "num_class"}
    case(name, "levels", params, label, weighted, b)
print(json.dumps(out, separators=(",", ":")))
