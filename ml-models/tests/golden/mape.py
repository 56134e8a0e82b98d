"""Boosting of the mean absolute percentage error, for boost_losses.py and boost_real.py.

LightGBM 4.7 grows the trees, from the gradients of its own `mape`; the start and the leaf values are those of the least
weighted loss, found by trying each residual. LightGBM itself takes the residual before that one in its weighted quantiles.
"""
import lightgbm as lgb
import numpy as np


def least(residuals, weights):
    """The smallest residual at which the weighted absolute error is least."""
    tried = np.unique(residuals)
    losses = np.array([np.dot(weights, np.abs(residuals - r)) for r in tried])
    return tried[np.argmax(losses <= losses.min() * (1 + 1e-12))]


def raw(params, rounds, x, y, test, cats="auto"):
    """Raw scores of `test`, and the number of leaves of each tree."""
    weights = 1 / np.maximum(1, np.abs(y))
    pairs = lambda score, _: (np.sign(score - y) * weights, np.ones(len(y)))
    rate = params.get("learning_rate", .1)
    start = least(y, weights)
    scores, out, leaves = np.full(len(y), start), np.full(len(test), start), []
    for _ in range(rounds):
        data = lgb.Dataset(x, y, init_score=scores, categorical_feature=cats)
        tree = lgb.train(dict(params, objective=pairs), data, 1)
        at = tree.predict(x, pred_leaf=True).ravel()
        for leaf in np.unique(at):
            tree.set_leaf_output(0, int(leaf), rate * least((y - scores)[at == leaf], weights[at == leaf]))
        scores, out = scores + tree.predict(x), out + tree.predict(test)
        leaves.append(tree.num_trees() and tree.dump_model()["tree_info"][0]["num_leaves"])
    return out, leaves
