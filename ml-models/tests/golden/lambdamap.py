"""Gradients and hessians of XGBoost's rank:map for one query: the literal table in src/boost/objective/lambdamap.rs.

A tree of one document a leaf, without shrinkage, moves each score by v(l) = -g / (h + l); two values of l give g and h.
XGBoost doubles the hessian, which is halved here. Made with xgboost 3.2.0, numpy 2.
"""
import numpy as np
import xgboost as xgb

relevant = np.array([0, 1, 0, 0, 1, 0, 1, 0, 0])
scores = np.array([.9, -.4, 1.7, .2, .6, -1.1, -.8, .1, 1.2])
n = len(relevant)
x = np.arange(n, dtype=float)[:, None]


def moved(penalty, norm):
    d = xgb.DMatrix(x, label=relevant, base_margin=scores, qid=np.zeros(n, int))
    p = {"objective": "rank:map", "eta": 1, "max_depth": n, "min_child_weight": 0, "tree_method": "exact", "lambda": penalty,
         "lambdarank_pair_method": "topk", "lambdarank_num_pair_per_sample": n, "lambdarank_normalization": norm,
         "lambdarank_score_normalization": norm}
    return xgb.train(p, d, 1).predict(d, output_margin=True) - scores


for norm in (False, True):
    free, bound = moved(1e-9, norm), moved(.01, norm)
    h = .01 * bound / (free - bound)
    print(norm, (-free * h).round(5).tolist(), (h / 2).round(5).tolist())
