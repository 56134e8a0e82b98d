"""The workload `forest`: forests of the first 100,000 rows, judged by the test rows."""

from common import case, main

ROWS = 100_000
INTEL = "scikit-learn's own call, its trees grown by Intel's library"
PLAIN = "its defaults: all classes' counts, square root of the columns a split"


def run(c, library, name, **more):
    import numpy
    from sklearn.metrics import roc_auc_score

    read = lambda part: c.array(f"higgs_{part}")
    x, y, test, truth = (
        read("train_x")[:ROWS].copy(),
        read("train_y")[:ROWS].copy(),
        read("test_x"),
        read("test_y"),
    )
    said = (
        dict(n_estimators=c.trees, max_features="sqrt", n_jobs=c.threads, random_state=c.seed)
        | more
    )
    leaves = lambda model, _: int(numpy.mean([t.tree_.n_leaves for t in model.estimators_]))
    model = c.time(
        "fit", lambda: getattr(library, name)(**said).fit(x, y), trees=c.trees, leaves=leaves
    )
    p = model.predict_proba(test)[:, 1]
    auc, accuracy = float(roc_auc_score(truth, p)), float(numpy.mean((p >= 0.5) == (truth == 1)))
    c.time("predict", lambda: model.predict_proba(test), rows=len(test), auc=auc, accuracy=accuracy)


def sklearn(c, name, **more):
    import sklearn.ensemble

    run(c, sklearn.ensemble, name, **more)


def intel(c, name, **more):
    import daal4py
    import sklearnex.ensemble

    daal4py.daalinit(c.threads)
    run(c, sklearnex.ensemble, name, **more)


for setting, name, more in (
    ("full", "RandomForestClassifier", {}),
    ("depth-10", "RandomForestClassifier", dict(max_depth=10)),
    ("extra", "ExtraTreesClassifier", {}),
):
    case("higgs", f"sklearn-{setting}", peer="sklearn", package="scikit-learn", note=PLAIN)(
        lambda c, name=name, more=more: sklearn(c, name, **more)
    )
    case(
        "higgs",
        f"sklearnex-{setting}",
        peer="sklearnex",
        package="scikit-learn-intelex",
        needs=["sklearnex", "sklearn"],
        note=INTEL,
    )(lambda c, name=name, more=more: intel(c, name, **more))

main("forest")
