"""The workload `drift`: tests of 16 columns of numbers and 4 of categories, a million rows on each
side."""

from common import case, main


def tables(c, kind):
    return [c.array(f"drift_{side}_{kind}") for side in ("ref", "cur")]


@case(
    "drift1m",
    "scipy",
    needs=["scipy", "numpy"],
    note="one thread; each column of numbers copied within the clock, as ours are; chi2 counts"
    " columns of the code matrix as it lies, as ours does, its quickest; psi is NumPy's",
)
def scipy(c):
    import numpy
    from scipy import stats

    reference, current = tables(c, "num")
    columns = reference.shape[1]
    column = lambda table, j: numpy.ascontiguousarray(table[:, j])
    each = lambda work: (
        lambda: [work(column(reference, j), column(current, j)) for j in range(columns)]
    )
    statistics = lambda tests, _: [float(t.statistic) for t in tests]

    asymptotic = each(lambda a, b: stats.ks_2samp(a, b, method="asymp"))
    c.time(
        "ks",
        asymptotic,
        cols=columns,
        stat=statistics,
        p=lambda tests, _: [float(t.pvalue) for t in tests],
    )

    def psi(a, b):
        edges = numpy.quantile(a, numpy.linspace(0, 1, 11)[1:-1])
        p, q = [numpy.bincount(numpy.searchsorted(edges, z), minlength=10) / len(z) for z in (a, b)]
        return ((q - p) * numpy.log(q / p)).sum()

    c.time(
        "psi",
        each(psi),
        cols=columns,
        bins="reference deciles",
        stat=lambda values, _: [float(v) for v in values],
    )

    reference, current = tables(c, "cat")
    levels = int(max(reference.max(), current.max())) + 1
    counts = lambda table, j: numpy.bincount(table[:, j], minlength=levels)
    both = lambda j: numpy.stack([counts(reference, j), counts(current, j)])
    present = lambda pair: pair[:, pair.sum(axis=0) > 0]
    columns = reference.shape[1]
    work = lambda: [stats.chi2_contingency(present(both(j))) for j in range(columns)]
    c.time("chi2", work, cols=columns, stat=statistics)


main("drift")
