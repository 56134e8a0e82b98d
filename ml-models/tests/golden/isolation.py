"""scikit-learn's isolation forest for the tests of `forest/isolation.rs`: python isolation.py > isolation.json

A small forest, its trees node by node, and the scores of some rows; and the ROC AUC of full forests on 600 rows with 30
outliers, over five seeds. Made with scikit-learn 1.9.1.
"""
import json

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(5)
x = rng.normal(size=(60, 3)).astype("f4")
small = IsolationForest(n_estimators=5, max_samples=32, random_state=1).fit(x)
trees = [dict(left=t.tree_.children_left.tolist(), right=t.tree_.children_right.tolist(), feature=t.tree_.feature.tolist(),
              threshold=t.tree_.threshold.tolist(), count=t.tree_.n_node_samples.tolist()) for t in small.estimators_]
rows = (rng.normal(size=(20, 3)) * 2).astype("f4")

inside = rng.normal(size=(570, 4)) @ rng.normal(size=(4, 4))
outside = rng.uniform(-6, 6, size=(30, 4))
many = np.vstack([inside, outside]).round(3)
label = [0] * 570 + [1] * 30
auc = [roc_auc_score(label, -IsolationForest(random_state=s).fit(many).score_samples(many)) for s in range(5)]
print(json.dumps(dict(trees=trees, rows=rows.ravel().astype(float).tolist(), scores=(-small.score_samples(rows)).tolist(),
                      many=many.ravel().tolist(), auc=float(np.mean(auc)))))
