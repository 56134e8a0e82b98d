"""The `forest` workload of `benches/peers` for scikit-learn and its drop-in acceleration, one JSON line a result:

    pip install numpy scikit-learn scikit-learn-intelex
    python benches/peers/forest.py --data-dir DATA --peer sklearnex --case full --threads 1

DATA holds `higgs_{train,test}_{x,y}.npy`; forests learn the first 100,000 rows and are judged by the test rows.
"""
import argparse
import json
import os
import resource
import statistics
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("--data-dir", required=True)
arguments.add_argument("--peer", choices=["sklearn", "sklearnex"], required=True)
arguments.add_argument("--case", choices=["full", "depth-10", "extra"], required=True)
arguments.add_argument("--threads", type=int, default=1)
arguments.add_argument("--repeat", type=int, default=1)
arguments.add_argument("--trees", type=int, default=100)
arguments.add_argument("--seed", type=int, default=1)
asked = arguments.parse_args()
for library in ("OMP", "OPENBLAS", "MKL", "TBB"):
    os.environ[library + "_NUM_THREADS"] = str(asked.threads)

import numpy as np
from sklearn.metrics import roc_auc_score

if asked.peer == "sklearnex":
    import daal4py
    import sklearnex
    from sklearnex.ensemble import ExtraTreesClassifier, RandomForestClassifier

    daal4py.daalinit(asked.threads)
    version = sklearnex.__version__
else:
    import sklearn
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    version = sklearn.__version__

ROWS = 100_000
read = lambda name: np.load(os.path.join(asked.data_dir, f"higgs_{name}.npy"))
x, y = read("train_x")[:ROWS], read("train_y")[:ROWS]
test, truth = read("test_x"), read("test_y")
options = dict(n_estimators=asked.trees, max_features="sqrt", n_jobs=asked.threads, random_state=asked.seed)
forest = {
    "full": lambda: RandomForestClassifier(**options),
    "depth-10": lambda: RandomForestClassifier(max_depth=10, **options),
    "extra": lambda: ExtraTreesClassifier(**options),
}[asked.case]


def processor():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def timed(op, work, **more):
    runs = []
    for _ in range(asked.repeat):
        wall, cpu = time.perf_counter(), processor()
        result = work()
        runs.append((time.perf_counter() - wall, processor() - cpu))
    walls, cpus = zip(*runs)
    line = dict(workload="forest", dataset="higgs", peer=asked.peer, version=version, case=asked.case, op=op)
    line |= dict(threads=asked.threads, wall_s=round(min(walls), 5), cpu_s=round(min(runs)[1], 5))
    line |= dict(wall_median_s=round(statistics.median(walls), 5), cpu_median_s=round(statistics.median(cpus), 5))
    line |= {name: value(result) for name, value in more.items()}
    print(json.dumps(line), flush=True)
    return result


leaves = lambda m: int(np.mean([t.tree_.n_leaves for t in m.estimators_]))
model = timed("fit", lambda: forest().fit(x, y), trees=lambda m: m.n_estimators, leaves=leaves)
auc = lambda p: round(float(roc_auc_score(truth, p[:, 1])), 5)
timed("predict", lambda: model.predict_proba(test), rows=len, auc=auc)
