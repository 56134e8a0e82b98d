"""Boosted trees of the libraries beside, for the workloads `gbdt`, `growth` and `explain`.

100 trees (a class), learning rate .1, at most 255 leaves, at least 20 rows a leaf, 255 bins: what a
library has no word for is in the notes of its cases. A fit takes rows as they are and includes
their bins.
"""

import ctypes
import json
from typing import NamedTuple

LEAVES, RATE, BINS, LEAF_ROWS = 255, 0.1, 255, 20

# A note on LightGBM.
TRIED = "; each fit tries histograms by rows and by columns and takes the quicker, its default"

QUANTISED = dict(use_quantized_grad=True, quant_train_renew_leaf=True)


class Data(NamedTuple):
    """Rows and labels of both parts; rows of each query where rows are ranked; how many of the
    first columns are codes of categories."""

    x: object
    y: object
    test: object
    truth: object
    groups: object = None
    test_groups: object = None
    categories: int = 0


class Row(NamedTuple):
    """How one row is scored: the call and its arguments, what it is, and an empty call."""

    call: object
    rows: list
    api: str = "its Python call"
    empty: object = None


def read(case) -> Data:
    import numpy

    name = case.dataset
    parts = [(p, case.array(f"{name}_{p}_y")) for p in ("train", "test")]
    if name == "cat":
        x, test = [
            numpy.hstack([case.array(f"cat_{p}_cat").astype("f4"), case.array(f"cat_{p}_num")])
            for p, _ in parts
        ]
        categories = case.array("cat_test_cat").shape[1]
    else:
        (x, test), categories = [case.array(f"{name}_{p}_x") for p, _ in parts], 0
    groups = [case.array(f"{name}_{p}_group") if name == "ltr" else None for p, _ in parts]
    return Data(x, parts[0][1], test, parts[1][1], *groups, categories)


def query_ids(groups):
    import numpy

    return None if groups is None else numpy.repeat(numpy.arange(len(groups)), groups)


def quality(dataset, truth, predicted, groups):
    """The metrics of our lines, by their names."""
    import numpy
    from sklearn import metrics

    if dataset == "reg":
        return {"rmse": float(numpy.sqrt(numpy.mean((truth - predicted) ** 2)))}
    if dataset == "multi":
        return {"logloss": metrics.log_loss(truth, predicted)}
    if dataset == "ltr":
        return {"ndcg10": ndcg10(truth, predicted, groups)}
    p = numpy.asarray(predicted, "f8")
    return {"auc": metrics.roc_auc_score(truth, p), "logloss": metrics.log_loss(truth, p)}


def ndcg10(truth, scores, groups):
    """Mean NDCG@10 of the queries with a relevant document: gain `2^grade - 1`, discount `1 /
    log2(place + 1)`."""
    import numpy

    discount, values, start = 1 / numpy.log2(numpy.arange(2, 12)), [], 0
    for n in groups:
        gain = 2.0 ** truth[start : start + n] - 1
        best = -numpy.sort(-gain)[:10]
        if best[0] > 0:
            found = gain[numpy.argsort(-scores[start : start + n], kind="stable")[:10]]
            values.append((found @ discount[: len(found)]) / (best @ discount[: len(best)]))
        start += n
    return float(numpy.mean(values))


def after_fit(case, data, predict, row=None):
    """Lines of predicting: the batch of all training rows, the quality of the test rows, single
    rows. `row` makes a `Row`, and may set the model to one thread."""
    found = quality(case.dataset, data.truth, predict(data.test), data.test_groups)
    n = len(data.y)
    case.time(
        "predict",
        lambda: predict(data.x),
        rows=n,
        trees=case.trees,
        s_per_1m=lambda _, wall: wall * 1e6 / n,
        **found,
    )
    if row is not None:
        made = row()
        case.latency("row", *made[:2], api=made.api, empty=made.empty, trees=case.trees)


# LightGBM


def lightgbm_parameters(case, **more):
    kind = {"reg": "regression", "multi": "multiclass", "ltr": "lambdarank"}.get(
        case.dataset, "binary"
    )
    said = dict(
        objective=kind,
        num_leaves=LEAVES,
        learning_rate=RATE,
        max_bin=BINS,
        min_data_in_leaf=LEAF_ROWS,
    )
    said |= dict(num_threads=case.threads, seed=case.seed, verbosity=-1)
    return said | (dict(num_class=7) if case.dataset == "multi" else {}) | more


def lightgbm(case, **more):
    import lightgbm as library

    data, said = read(case), lightgbm_parameters(case, **more)

    def bins():
        columns = list(range(data.categories)) or "auto"
        return library.Dataset(
            data.x, data.y, group=data.groups, params=said, categorical_feature=columns
        ).construct()

    case.time("bin", bins, rows=len(data.x))
    model = case.time("fit", lambda: library.train(said, bins(), case.trees), trees=case.trees)
    predict = lambda x: model.predict(x, num_threads=case.threads)
    after_fit(case, data, predict, lambda: lightgbm_row(library, model, data.test))


def lightgbm_row(library, model, test):
    """The quickest call that the library has for one row, on addresses of rows."""
    import numpy

    c, fast, count, out = (
        library.basic._LIB,
        ctypes.c_void_p(),
        ctypes.c_int64(),
        (ctypes.c_double * 8)(),
    )
    rows = numpy.ascontiguousarray(test[:2000])
    width, scores = ctypes.c_int32(rows.shape[1]), 0
    prepared = c.LGBM_BoosterPredictForMatSingleRowFastInit(
        model._handle, scores, 0, -1, 0, width, b"num_threads=1", ctypes.byref(fast)
    )
    library.basic._safe_call(prepared)
    at = [ctypes.c_void_p(rows.ctypes.data + i * rows.strides[0]) for i in range(len(rows))]
    at_count, threads = ctypes.byref(count), ctypes.c_int()
    # `rows` lives as long as the call, which reads it by its addresses.
    call = lambda address, _rows=rows: c.LGBM_BoosterPredictForMatSingleRowFast(
        fast, address, at_count, out
    )
    last = len(rows) - 1
    call(at[last])
    if not numpy.allclose(out[: count.value], model.predict(rows[last:]).ravel()):
        raise ValueError("one row by the C API and a batch of one differ")
    at_threads = ctypes.byref(threads)
    empty = lambda _: c.LGBM_GetMaxThreads(at_threads)
    return Row(call, at, "SingleRowFast of its C API, one thread, through ctypes", empty)


# XGBoost


def xgboost(case, **more):
    import numpy
    import xgboost as library

    data = read(case)
    kind = {"reg": "reg:squarederror", "multi": "multi:softprob", "ltr": "rank:ndcg"}.get(
        case.dataset, "binary:logistic"
    )
    least = LEAF_ROWS if case.dataset == "reg" else 1
    said = dict(
        objective=kind, tree_method="hist", grow_policy="lossguide", max_leaves=LEAVES, max_depth=0
    )
    said |= dict(
        learning_rate=RATE,
        max_bin=BINS + 1,
        min_child_weight=least,
        nthread=case.threads,
        seed=case.seed,
        verbosity=0,
    )
    said |= (dict(num_class=7) if case.dataset == "multi" else {}) | more
    kinds = {}
    if data.categories:
        numbers = data.x.shape[1] - data.categories
        kinds = dict(
            feature_types=["c"] * data.categories + ["q"] * numbers, enable_categorical=True
        )

    def bins():
        ids = query_ids(data.groups)
        return library.QuantileDMatrix(
            data.x, data.y, qid=ids, max_bin=BINS + 1, nthread=case.threads, **kinds
        )

    case.time("bin", bins, rows=len(data.x))
    model = case.time("fit", lambda: library.train(said, bins(), case.trees), trees=case.trees)
    model.set_param({"nthread": case.threads})
    if kinds:
        made = lambda x: library.DMatrix(x, nthread=case.threads, **kinds)
        return after_fit(case, data._replace(x=made(data.x), test=made(data.test)), model.predict)
    rows = numpy.ascontiguousarray(data.test[:2000], "f4")
    after_fit(case, data, model.inplace_predict, lambda: xgboost_row(library, model, rows))


def xgboost_row(library, model, rows):
    """A call on descriptions of rows, which are written before the clock starts."""
    import numpy

    c = library.core._LIB
    model.set_param({"nthread": 1})
    described = [
        {"data": [rows.ctypes.data + i * rows.strides[0], True], "shape": [1, rows.shape[1]]}
        | {"typestr": "<f4", "version": 3}
        for i in range(len(rows))
    ]
    arrays = [json.dumps(row).encode() for row in described]
    asked = {
        "type": 0,
        "training": False,
        "iteration_begin": 0,
        "iteration_end": 0,
        "strict_shape": False,
    }
    asked = json.dumps(asked | {"missing": float("nan")}).encode()
    out = ctypes.POINTER(ctypes.c_float)()
    to = [ctypes.byref(ctypes.POINTER(ctypes.c_uint64)()), ctypes.byref(ctypes.c_uint64())]
    to.append(ctypes.byref(out))
    handle = model.handle
    # `rows` lives as long as the call, which reads it by its addresses.
    call = lambda array, _rows=rows: c.XGBoosterPredictFromDense(handle, array, asked, None, *to)
    last = len(rows) - 1
    found = call(arrays[last])
    if found or abs(out[0] - numpy.ravel(model.inplace_predict(rows[last:]))[0]) > 1e-5:
        raise ValueError("one row by the C API and a batch of one differ")
    version = [ctypes.byref(ctypes.c_int()) for _ in range(3)]
    empty = lambda _: c.XGBoostVersion(*version)
    return Row(call, arrays, "PredictFromDense of its C API, one thread, through ctypes", empty)


# CatBoost


def catboost(case, leafwise=False, **more):
    import numpy
    import catboost as library

    data = read(case)
    loss = {"reg": "RMSE", "multi": "MultiClass", "ltr": "YetiRank"}.get(case.dataset, "Logloss")
    said = dict(
        loss_function=loss, iterations=case.trees, learning_rate=RATE, border_count=BINS - 1
    )
    said |= dict(
        thread_count=case.threads, random_seed=case.seed, verbose=False, allow_writing_files=False
    )
    lossguide = dict(
        grow_policy="Lossguide", max_leaves=LEAVES, min_data_in_leaf=LEAF_ROWS, depth=16
    )
    said |= lossguide if leafwise else dict(grow_policy="SymmetricTree", depth=8)
    said |= more

    def pool(x, y=None, groups=None):
        given = dict(thread_count=case.threads) | (
            {} if groups is None else dict(group_id=query_ids(groups))
        )
        if not data.categories:
            return library.Pool(x, y, **given)
        numbers = numpy.ascontiguousarray(x[:, data.categories :])
        codes = x[:, : data.categories].astype("i4").astype("S6").astype(object)
        return library.Pool(
            library.FeaturesData(num_feature_data=numbers, cat_feature_data=codes), y, **given
        )

    def bins():
        made = pool(data.x, data.y, data.groups)
        made.quantize(border_count=BINS - 1)
        return made

    model = library.CatBoost(said)
    two = case.dataset in ("higgs", "cat")
    kind = "Probability" if two or case.dataset == "multi" else "RawFormulaVal"

    def predict(x):
        made = x if data.categories else pool(x)
        made = model.predict(made, prediction_type=kind, thread_count=case.threads)
        return made[:, 1] if two else made

    if data.categories:  # strings are hashed before the clock; bins and statistics in the fit
        data = data._replace(x=pool(data.x, data.y), test=pool(data.test))
        case.time("fit", lambda: model.fit(data.x), trees=case.trees)
        return after_fit(case, data, predict)
    case.time("bin", bins, rows=len(data.x))
    case.time("fit", lambda: model.fit(bins()), trees=case.trees)
    row = lambda values: model.predict(values, prediction_type="RawFormulaVal", thread_count=1)
    api = "its Python call on one thread: its C library is not in the wheel"
    after_fit(case, data, predict, lambda: Row(row, data.test[:2000], api))


# scikit-learn


def sklearn(case, **more):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    data = read(case)
    said = dict(
        max_iter=case.trees,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        max_bins=BINS,
        min_samples_leaf=LEAF_ROWS,
    )
    said |= dict(early_stopping=False, random_state=case.seed) | more
    if data.categories:  # its limit on levels is the number of bins; others go in as numbers
        few = [j for j in range(data.categories) if data.x[:, j].max() < BINS - 1]
        said["categorical_features"] = few
    learner = (
        HistGradientBoostingRegressor if case.dataset == "reg" else HistGradientBoostingClassifier
    )
    model = case.time("fit", lambda: learner(**said).fit(data.x, data.y), trees=case.trees)
    predict = {"reg": model.predict}.get(case.dataset) or model.predict_proba
    if case.dataset in ("higgs", "cat"):
        predict = lambda x: model.predict_proba(x)[:, 1]
    rows = [data.test[i : i + 1] for i in range(min(300, len(data.test)))]

    def row():
        threadpool_limits(1)
        return Row(predict, rows, "its Python call on one thread")

    after_fit(case, data, predict, row)


# perpetual


def perpetual(case):
    from perpetual import PerpetualBooster

    data = read(case)
    made = lambda: PerpetualBooster(objective="LogLoss", num_threads=case.threads, seed=case.seed)
    count = lambda model, _: model.number_of_trees
    model = case.time("fit", lambda: made().fit(data.x, data.y), trees=count)
    predict = lambda x: model.predict_proba(x)[:, 1]
    rows = [data.test[i : i + 1] for i in range(min(300, len(data.test)))]
    after_fit(case, data, predict, lambda: Row(predict, rows))
