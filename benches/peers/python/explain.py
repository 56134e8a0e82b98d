"""The workload `explain`: Shapley values of 100 trees on the first 200,000 rows.

Trees of 31 leaves (10,000 rows explained) and of 255 (1,000 rows), as the libraries' own calls give
them.
"""

import trees
from common import case, main

TRAIN = 200_000


def data(c):
    read = lambda part: c.array(f"higgs_{part}")
    return read("train_x")[:TRAIN].copy(), read("train_y")[:TRAIN].copy(), read("test_x")


def booster(c, leaves):
    import lightgbm

    x, y, test = data(c)
    said = dict(
        objective="binary",
        num_leaves=leaves,
        learning_rate=trees.RATE,
        num_threads=c.threads,
        seed=1,
        verbosity=-1,
    )
    return lightgbm.train(said, lightgbm.Dataset(x, y), c.trees), test


def explain(c, n, work):
    rate = lambda _, wall: n / wall
    return c.time("treeshap", work, rows=n, rows_per_s=rate, trees=c.trees)


def lightgbm(c, leaves, n):
    model, test = booster(c, leaves)
    rows = test[:n].copy()
    explain(c, len(rows), lambda: model.predict(rows, pred_contrib=True, num_threads=c.threads))


def shap(c, leaves, n):
    import shap as library

    model, test = booster(c, leaves)
    rows = test[:n].copy()
    explainer = library.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    # or it hands the work back to LightGBM, which has a case of its own
    explainer.model.original_model = None
    explainer.model.model_type = "internal"
    explain(c, len(rows), lambda: explainer.shap_values(rows, check_additivity=False))


def xgboost(c, leaves, n):
    import xgboost as library

    x, y, test = data(c)
    said = dict(
        objective="binary:logistic",
        tree_method="hist",
        grow_policy="lossguide",
        max_leaves=leaves,
        max_depth=0,
    )
    said |= dict(learning_rate=trees.RATE, nthread=c.threads, seed=1)
    model = library.train(said, library.QuantileDMatrix(x, y, nthread=c.threads), c.trees)
    rows = library.DMatrix(test[:n].copy(), nthread=c.threads)
    explain(c, rows.num_row(), lambda: model.predict(rows, pred_contribs=True))


def catboost(c, leaves, n):
    import catboost as library

    x, y, test = data(c)
    depth = 5 if leaves == 31 else 8
    model = library.CatBoostClassifier(
        iterations=c.trees,
        depth=depth,
        learning_rate=trees.RATE,
        thread_count=c.threads,
        random_seed=1,
        verbose=False,
        allow_writing_files=False,
    ).fit(x, y)
    rows = library.Pool(test[:n].copy())
    explain(
        c,
        len(test[:n]),
        lambda: model.get_feature_importance(rows, type="ShapValues", thread_count=c.threads),
    )


for leaves, n in ((31, 10_000), (255, 1_000)):
    for name, run, needs, note in (
        ("lightgbm", lightgbm, ["lightgbm"], "`pred_contrib`, its own call"),
        (
            "shap",
            shap,
            ["shap", "lightgbm"],
            "its own C code, which uses one thread, on LightGBM's trees",
        ),
        ("xgboost", xgboost, ["xgboost"], "`pred_contribs`, its own call"),
        (
            "catboost",
            catboost,
            ["catboost"],
            "symmetric trees of 32 or 256 leaves, its default kind",
        ),
    ):
        case("higgs", f"{name}-{leaves}leaves", peer=name, needs=needs, note=note)(
            lambda c, run=run, leaves=leaves, n=n: run(c, leaves, n)
        )

main("explain")
