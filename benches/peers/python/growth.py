"""The workload `growth`: how LightGBM's fit grows with rows, columns, trees and levels of a
category.

Cases are named `rows-10`, `rows-100`: ten and a hundred percent of what the workload has. Columns
beyond those of the file are copies moved down by 997 rows a copy, so that they are as wide as
theirs and tell nothing.
"""

import trees
from common import case, main

PLAIN = "its defaults but for the common sizes" + trees.TRIED


def fit(c, x, y, rounds, categories="auto", **said):
    import lightgbm

    parameters = trees.lightgbm_parameters(c)
    made = lambda: lightgbm.Dataset(x, y, params=parameters, categorical_feature=categories)
    c.time(
        "fit",
        lambda: lightgbm.train(parameters, made(), rounds),
        rows=len(x),
        columns=x.shape[1],
        trees=rounds,
        **said,
    )


def first(c, share):
    x, y = c.array("higgs_train_x"), c.array("higgs_train_y")
    n = max(1, len(x) * share // 100)
    return x[:n], y[:n]


def rows(c, share):
    x, y = first(c, share)
    fit(c, x.copy(), y.copy(), c.trees)


def columns(c, share):
    """A hundred percent are ten times the columns of the file, on a fifth of its rows."""
    import numpy

    x, y = first(c, 20)
    copies = share // 10
    wide = numpy.hstack([numpy.roll(x, 997 * k, axis=0) for k in range(copies)])
    fit(c, wide, y.copy(), c.trees)


def rounds(c, share):
    x, y = first(c, 20)
    fit(c, x.copy(), y.copy(), max(1, c.trees * share // 100))


def levels(c, column):
    """One column of categories beside the numbers."""
    import numpy

    codes = c.array("cat_train_cat")[:, [column]]
    x = numpy.hstack([codes.astype("f4"), c.array("cat_train_num")])
    fit(c, x, c.array("cat_train_y"), c.trees, [0], levels=int(codes.max()) + 1)


def add(dataset, name, run, value):
    case(dataset, name, peer="lightgbm", needs=["lightgbm"], note=PLAIN)(lambda c: run(c, value))


for share in (10, 30, 100):
    add("higgs", f"rows-{share}", rows, share)
for share in (10, 30, 100):
    add("higgs", f"columns-{share}", columns, share)
for share in (10, 30, 100):
    add("higgs", f"trees-{share}", rounds, share)
for column in (2, 5, 8, 11):
    add("cat", f"levels-{column}", levels, column)

main("growth")
