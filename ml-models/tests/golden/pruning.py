"""scikit-learn's pruned trees, for `pruning.rs`: python pruning.py > pruning.json

Made with scikit-learn 1.9.1. Trees have no ties among their splits, so they do not depend on the seed, which is asserted.
"""
import json
import numpy as np
import sklearn
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(11)
GRID = np.array([-7.5, -4, -1, 0.5, 1, 2, 3.5, 8, 9, 20])
x = GRID[rng.integers(0, 10, (500, 3))]
x[rng.random(500) < 0.1, 0] = np.nan
y = np.round(np.where(np.isnan(x[:, 0]), 3.0, np.abs(x[:, 0])) + x[:, 1] * (x[:, 2] > 1) + rng.normal(0, 2, 500), 3)
code = np.digitize(y, [1, 4, 9])
w = np.round(rng.uniform(0.5, 3, 500), 2)
targets = dict(numbers=y, two=(code > 1).astype(int), classes=code)

cases = []
for name, alpha in [("numbers", 0.05), ("numbers", 0.4), ("numbers", 1e4), ("two", 0.002), ("two", 0.01), ("classes", 0.003), ("classes", 0.02)]:
    kind = DecisionTreeRegressor if name == "numbers" else DecisionTreeClassifier
    said, sizes = [], []
    for seed in range(8):
        tree = kind(random_state=seed, min_samples_leaf=6, ccp_alpha=alpha).fit(x[:350], targets[name][:350], sample_weight=w[:350])
        said.append(tree.predict(x[350:]) if name == "numbers" else tree.predict_proba(x[350:]))
        sizes.append(tree.get_n_leaves())
    assert all(np.allclose(said[0], s) for s in said) and len(set(sizes)) == 1, (name, alpha)
    predictions = said[0][:, 1] if name == "two" else said[0]
    cases.append(dict(target=name, ccp_alpha=alpha, leaves=int(sizes[0]), predictions=np.round(predictions, 12).ravel().tolist()))
rows = [[None if np.isnan(v) else v for v in row] for row in x.tolist()]
targets = {name: values.tolist() for name, values in targets.items()}
print(json.dumps(dict(version=sklearn.__version__, x=rows, w=w.tolist(), targets=targets, cases=cases), separators=(",", ":")))
