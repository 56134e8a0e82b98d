"""The workload `recsys`: implicit feedback, factors by alternating least squares."""

from common import case, main

K = 10


def read(c):
    """Training and held-out interactions as sparse matrices; users and items are counted over
    both."""
    import numpy
    import scipy.sparse

    pairs = [c.array(f"recsys_{part}") for part in ("train", "test")]
    shape = tuple(int(max(p[:, side].max() for p in pairs)) + 1 for side in (0, 1))
    matrix = lambda p: scipy.sparse.csr_matrix(
        (numpy.ones(len(p), "f4"), (p[:, 0], p[:, 1])), shape=shape
    )
    return [matrix(p) for p in pairs]


def score(c, top, held_out):
    """Means over users with held-out items; the ideal and the divisor are `min(10, held out)`."""
    import numpy

    discount, places = 1 / numpy.log2(numpy.arange(2, K + 2)), numpy.arange(1, K + 1)
    ndcg, precision = [], []
    for user in numpy.flatnonzero(numpy.diff(held_out.indptr)):
        relevant = held_out.indices[held_out.indptr[user] : held_out.indptr[user + 1]]
        hit, most = numpy.isin(top[user], relevant), min(K, len(relevant))
        ndcg.append((hit * discount).sum() / discount[:most].sum())
        precision.append((hit * numpy.cumsum(hit) / places).sum() / most)
    c.emit(
        "score", ndcg10=float(numpy.mean(ndcg)), map10=float(numpy.mean(precision)), users=len(ndcg)
    )


def als(c, solver):
    import numpy
    from implicit.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")  # its own threads each call BLAS; it warns of more
    train, held_out = read(c)

    def fit():
        model = AlternatingLeastSquares(
            factors=64,
            iterations=c.asked.iterations,
            regularization=50.0,
            alpha=5.0,
            use_cg=solver == "cg",
            num_threads=c.threads,
            random_state=c.seed,
        )
        model.fit(train, show_progress=False)
        return model

    model = c.time("fit", fit, factors=64, iterations=c.asked.iterations, solver=solver)
    users = numpy.arange(train.shape[0])
    # one call: it takes the users in batches of its own
    recommend = lambda: model.recommend(users, train, N=K, filter_already_liked_items=True)[0]
    top = c.time("recommend", recommend, users_per_s=lambda _, wall: len(users) / wall)
    score(c, top, held_out)


NEEDS = ["implicit", "scipy", "threadpoolctl"]
MATRICES = (
    "fit starts with its sparse matrix and makes the transposed one; ours makes both from pairs"
)
STEPS = (
    "three steps of conjugate gradients, its default; alpha and regularisation as ours; " + MATRICES
)
case("implicit5m", "implicit-als", peer="implicit", needs=NEEDS, note=STEPS)(lambda c: als(c, "cg"))
case(
    "implicit5m",
    "implicit-als-cholesky",
    peer="implicit",
    needs=NEEDS,
    note="each row's equations solved exactly; " + MATRICES,
)(lambda c: als(c, "cholesky"))

main("recsys")
