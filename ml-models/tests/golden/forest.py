"""scikit-learn's trees and forests, for `forest.rs`: python forest.py > forest.json

Made with scikit-learn 1.9.1. Trees have no ties among their splits, so they do not depend on the seed, which is asserted.
Forests are summarised over seeds.
"""
import json
import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, r2_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(7)
out = dict(version=sklearn.__version__)

# Uneven grids of few values: bins are exact.
GRID = np.array([-7.5, -4, -1, 0.5, 1, 2, 3.5, 8, 9, 20])
x = GRID[rng.integers(0, 10, (600, 3))]
holes = x.copy()
holes[rng.random(600) < 0.2, 0] = np.nan
y = np.round(np.where(np.isnan(holes[:, 0]), 3.0, np.abs(x[:, 0])) + x[:, 1] * (x[:, 2] > 1) + rng.normal(0, 2, 600), 3)
code = np.digitize(y, [1, 4, 9])
w = np.round(rng.uniform(0.5, 3, 600), 2)


def leaves(tree, node=0):
    """Leaves, where nothing is below a pure node: rounding of weighted counts leaves some of them an impurity of 4e-16, above the
    2e-16 at which scikit-learn stops, and it then splits rows of one class from rows of the same class."""
    if tree.children_left[node] < 0 or tree.impurity[node] < 1e-12:
        return 1
    return leaves(tree, tree.children_left[node]) + leaves(tree, tree.children_right[node])


cases = []
for name, what, params in [
    ("numbers", DecisionTreeRegressor, dict(max_depth=6, min_samples_leaf=8)),
    ("numbers", DecisionTreeRegressor, dict(max_leaf_nodes=12, min_samples_split=30)),
    ("classes", DecisionTreeClassifier, dict(max_depth=5, min_samples_leaf=12)),
    ("classes", DecisionTreeClassifier, dict(max_leaf_nodes=9, min_samples_leaf=10)),
]:
    # Counts of classes tie often, weights do not.
    for matrix, weighted in [("x", True), ("holes", True)] + [("x", False)] * (name == "numbers"):
        data = dict(x=x, holes=holes)[matrix]
        labels = y if name == "numbers" else code
        said = []
        for seed in range(8):
            tree = what(random_state=seed, **params).fit(data[:400], labels[:400], sample_weight=w[:400] if weighted else None)
            said.append(tree.predict(data[400:]) if name == "numbers" else tree.predict_proba(data[400:]))
        assert all(np.allclose(said[0], s) for s in said), (name, params, matrix)
        cases.append(dict(target=name, params=params, matrix=matrix, weighted=weighted, leaves=leaves(tree.tree_), predictions=np.round(said[0], 12).ravel().tolist()))
listed = lambda a: [[None if np.isnan(v) else v for v in row] for row in a.tolist()]
out["trees"] = dict(x=listed(x), holes=listed(holes), y=y.tolist(), code=code.tolist(), w=w.tolist(), cases=cases)

# Friedman's function, and three noisy classes of it.
x = np.round(rng.random((800, 8)), 3)
f = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
y = np.round(f + rng.normal(0, 1, 800), 3)
code = np.digitize(f + rng.normal(0, 2, 800), [11, 17])
forests = []
for name, model, labels, score, options in [
    ("RandomForest", RandomForestRegressor, y, r2_score, dict(oob_score=True)),
    ("RandomForest", RandomForestClassifier, code, accuracy_score, dict(oob_score=True)),
    ("ExtraTrees", ExtraTreesRegressor, y, r2_score, {}),
    ("ExtraTrees", ExtraTreesClassifier, code, accuracy_score, {}),
]:
    test, oob = [], []
    for seed in range(20):
        m = model(random_state=seed, **options).fit(x[:400], labels[:400])
        test.append(score(labels[400:], m.predict(x[400:])))
        oob.append(m.oob_score_ if options else 0.0)
    forests.append(dict(model=name, target="numbers" if score is r2_score else "classes", test=np.mean(test), test_sd=np.std(test), oob=np.mean(oob), oob_sd=np.std(oob)))
out["forests"] = dict(x=x.tolist(), y=y.tolist(), code=code.tolist(), cases=forests)

print(json.dumps(out, separators=(",", ":")))
