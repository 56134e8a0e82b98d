"""The workload `gbdt`: boosted trees on numbers, classes, ranked lists and categories."""

import os
import tempfile

import trees
from common import case, main

FEW_LEVELS = (
    "gradients of 16 levels, leaves renewed: its quickest training at about its plain quality"
)
PLAIN = "its defaults but for the common sizes"
DEPTH8 = "symmetric trees of depth 8 (256 leaves), its default kind"
BUDGET = (
    "its usual budget: it chooses trees and learning rate itself, so quality tells how far it went"
)
LAMBDA = "leaf-wise by histograms, its quickest; l2 of 1 where others have 0"
TABLE = "its table is made before the clock, as ours is"
CODES = DEPTH8 + "; its Pool of byte strings is made before the clock, as our table of codes is; "
SINGLE = CODES + "statistics of single categories, its default below 200 trees and what ours has"
COMBINED = CODES + "statistics of combinations of up to 4 categories, its default from 200 trees on"
MANY_LEVELS = "columns of more than 254 levels go in as numbers, which is its limit; "
LEAF_WEIGHT = (
    LAMBDA + "; it has no least number of rows a leaf, so a least weight of 1 (20 for numbers)"
)


def add(dataset, name, run, peer=None, package=None, needs=(), note="", **more):
    # metrics of all cases are scikit-learn's
    modules = [*needs, "sklearn"]
    case(dataset, name, peer=peer, package=package, needs=modules, note=note)(
        lambda c: run(c, **more)
    )


for dataset in ("higgs", "reg", "multi", "ltr", "cat"):
    add(dataset, "lightgbm", trees.lightgbm, needs=["lightgbm"], note=PLAIN + trees.TRIED)
    if dataset != "cat":
        add(
            dataset,
            "lightgbm-quantised",
            trees.lightgbm,
            "lightgbm",
            "lightgbm",
            ["lightgbm"],
            FEW_LEVELS + trees.TRIED,
            num_grad_quant_bins=16,
            **trees.QUANTISED,
        )
    cat = dataset == "cat"
    note = f"{LEAF_WEIGHT}; for predict {TABLE}" if cat else LEAF_WEIGHT
    add(dataset, "xgboost", trees.xgboost, needs=["xgboost"], note=note)
    if dataset != "ltr":
        note = SINGLE if cat else DEPTH8
        add(dataset, "catboost", trees.catboost, needs=["catboost"], note=note)
        add(
            dataset,
            "sklearn",
            trees.sklearn,
            package="scikit-learn",
            note=(MANY_LEVELS if cat else "it has no ranking; ") + PLAIN,
        )

add(
    "higgs",
    "lightgbm-bagging",
    trees.lightgbm,
    "lightgbm",
    "lightgbm",
    ["lightgbm"],
    "half of the rows in each bag" + trees.TRIED,
    bagging_fraction=0.5,
    bagging_freq=1,
)
add(
    "higgs",
    "catboost-leafwise",
    trees.catboost,
    "catboost",
    "catboost",
    ["catboost"],
    "255 leaves, leaf by leaf, as the others grow them",
    leafwise=True,
)
add(
    "cat",
    "catboost-combined",
    trees.catboost,
    "catboost",
    "catboost",
    ["catboost"],
    COMBINED,
    max_ctr_complexity=4,
)
add(
    "multi",
    "lightgbm-quantised-4",
    trees.lightgbm,
    "lightgbm",
    "lightgbm",
    ["lightgbm"],
    "gradients of 4 levels, as ours in this case" + trees.TRIED,
    num_grad_quant_bins=4,
    **trees.QUANTISED,
)
add(
    "ltr",
    "catboost-yeti_rank",
    trees.catboost,
    "catboost",
    "catboost",
    ["catboost"],
    "YetiRank, what it recommends for lists; " + DEPTH8,
)


add("higgs", "perpetual", trees.perpetual, needs=["perpetual"], note=BUDGET)


@case(
    "higgs",
    "lleaves",
    needs=["lleaves", "lightgbm", "sklearn"],
    note="LightGBM's model compiled to machine code",
)
def compiled(c):
    import lightgbm
    import lleaves
    import numpy

    data, said = trees.read(c), trees.lightgbm_parameters(c)
    booster = lightgbm.train(said, lightgbm.Dataset(data.x, data.y), c.trees)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "model.txt")
        booster.save_model(file)
        model = lleaves.Model(model_file=file)
        c.time("compile", model.compile, repeat=1, trees=c.trees)
        predict = lambda x: numpy.ravel(model.predict(x, n_jobs=c.threads))
        doubles = numpy.ascontiguousarray(data.test[:2000], "f8")  # what it turns every row into
        rows = [doubles[i : i + 1] for i in range(len(doubles))]
        row = lambda values: model.predict(values, n_jobs=1)
        api = "its Python call on one thread and doubles"
        trees.after_fit(c, data, predict, lambda: trees.Row(row, rows, api))


main("gbdt")
