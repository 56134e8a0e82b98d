"""Golden values of the feasibility check. Run: python feasibility.py > feasibility.json (SciPy 1.17.1, scikit-learn 1.9.1)."""
import json
import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(5)
n = 120
x = np.round(rng.normal(size=(n, 3)), 1)
y = (x[:, 0] + rng.normal(size=n) > 0).astype(int)
real = x[:, 0] * 2 + rng.normal(size=n)
level = rng.integers(0, 4, size=n)
level[y == 1] = np.minimum(level[y == 1], rng.integers(0, 4, size=(y == 1).sum()))
z = (x - x.mean(0)) / x.std(0)
z[:, 2] += np.arange(n) * 1e-9  # no two rows at the same distance
two = np.round(rng.normal(size=(n, 2)), 9)
std = (two - two.mean(0)) / two.std(0)
near = NearestNeighbors(n_neighbors=2).fit(std).kneighbors(std)[1][:, 1]
ranks = stats.rankdata(real)
groups = [ranks[level == g] for g in range(4)]
between = sum(len(g) * (g.mean() - ranks.mean()) ** 2 for g in groups)
table = np.array([[((level == g) & (y == c)).sum() for c in (0, 1)] for g in range(4)])
print(json.dumps({
    "x": x.T.tolist(), "y": y.astype(bool).tolist(), "real": real.tolist(), "level": level.tolist(), "two": two.T.tolist(),
    "auc": [roc_auc_score(y, x[:, j]) for j in range(3)],
    "spearman": [float(stats.spearmanr(x[:, j], real).statistic) for j in range(3)],
    "cramers_v": float(stats.contingency.association(table, method="cramer")),
    "eta": float(np.sqrt(between / ((ranks - ranks.mean()) ** 2).sum())),
    "mannwhitney_p": [float(stats.mannwhitneyu(x[y == 1, j], x[y == 0, j]).pvalue) for j in range(3)],
    "neighbour_error": float((y != y[near]).mean()),
    "neighbour_rmse": float(np.sqrt(((real - real[near]) ** 2).mean() / 2)),
}, default=float))
