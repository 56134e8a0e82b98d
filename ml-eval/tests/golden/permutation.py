"""Permutation importances of scikit-learn for the tests of `explain/permutation.rs`: python permutation.py > permutation.json

scikit-learn shuffles every column in the same orders; they are drawn again here as it draws them, and given to the test.
Made with scikit-learn 1.9.1, NumPy 2.4.6.
"""
import json

import numpy as np
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.utils import check_random_state

SEED, REPEATS, N = 11, 4, 40
rng = np.random.default_rng(3)
x = rng.normal(size=(N, 4)).round(3)
x[:, 3] = x[:, 1] + 0.01 * x[:, 3]
y = 3 * x[:, 0] - 1.5 * x[:, 1] + 0.2 * rng.normal(size=N)
weights = rng.choice([0.5, 1.0, 2.0], size=N)
model = LinearRegression(fit_intercept=False).fit(x[:20], y[:20])
model.coef_ = np.array([3.0, -1.0, 0.0, -0.4])

# As `_calculate_permutation_scores` does for each column.
state = check_random_state(check_random_state(SEED).randint(np.iinfo(np.int32).max + 1))
index, now, orders = np.arange(N), np.arange(N), []
for _ in range(REPEATS):
    state.shuffle(index)
    now = now[index]
    orders.append(now.tolist())

cases = []
for name, scoring in [("r2", "r2"), ("rmse", "neg_root_mean_squared_error")]:
    for weighted in (False, True):
        found = permutation_importance(model, x, y, scoring=scoring, n_repeats=REPEATS, random_state=SEED,
                                       sample_weight=weights if weighted else None)
        cases.append(dict(metric=name, weighted=weighted, importances=found.importances.tolist(),
                          mean=found.importances_mean.tolist(), sd=found.importances_std.tolist()))
print(json.dumps(dict(x=x.ravel().tolist(), y=y.tolist(), weights=weights.tolist(), coef=model.coef_.tolist(),
                      orders=orders, cases=cases)))
