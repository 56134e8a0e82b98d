"""The workload `metrics`: scores of two classes, and ranked lists of 100 documents."""

from common import case, main

RANKED = ("ndcg@10", "ndcg_burges@10", "map@10", "recall@10")


@case("scores10m", "sklearn", package="scikit-learn", note="its own calls on arrays; one thread")
def scores(c):
    import numpy
    from sklearn import metrics

    s, y = c.array("scores_s"), c.array("scores_y")
    value = lambda v, _: float(v)
    c.time("roc_auc", lambda: metrics.roc_auc_score(y, s), value=value)
    p = 1 / (1 + numpy.exp(-s.astype("f8")))
    c.time("log_loss", lambda: metrics.log_loss(y, p), value=value)


@case(
    "rank100k",
    "sklearn",
    package="scikit-learn",
    note="ties as they come, its quicker way; gain is the grade; one thread",
)
def lists(c):
    from sklearn.metrics import ndcg_score

    grades, s = c.array("rank_rel"), c.array("rank_score")
    c.time(
        "ndcg@10",
        lambda: ndcg_score(grades, s, k=10, ignore_ties=True),
        value=lambda v, _: float(v),
    )


def ranx(c, sorted_before):
    import numba
    import numpy
    from ranx import evaluate

    numba.set_num_threads(c.threads)
    grades, s = c.array("rank_rel"), c.array("rank_score")
    best = numpy.argsort(-grades, axis=1, kind="stable")
    judged = numpy.stack([best.astype("f8"), numpy.take_along_axis(grades, best, 1)], axis=2)

    def runs():
        order = numpy.argsort(-s, axis=1)
        return numpy.stack([order.astype("f8"), numpy.take_along_axis(s, order, 1)], axis=2)

    ranked = runs()
    for metric in RANKED:
        evaluate(judged[:10], ranked[:10], metric)  # compiles
        work = lambda: evaluate(judged, ranked if sorted_before else runs(), metric)
        c.time(metric, work, value=lambda v, _: float(v))


NEEDS = ["ranx", "numba"]
case(
    "rank100k",
    "ranx",
    needs=NEEDS,
    note="on arrays, its quickest form; sorting the lists counts, as it does in ours",
)(lambda c: ranx(c, False))
case(
    "rank100k",
    "ranx-presorted",
    peer="ranx",
    needs=NEEDS,
    note="lists sorted before the clock starts; ours sorts them in its time",
)(lambda c: ranx(c, True))

main("metrics")
