"""LightGBM's other settings on the data of the `gbdt` workload of `benches/peers`, one JSON line a result:

    pip install numpy scikit-learn lightgbm
    python benches/peers/gbdt.py --data-dir DATA --setting quantised --threads 1

DATA holds `higgs_{train,test}_{x,y}.npy`, the same of `reg`, `multi` and `ltr`, and `ltr_{train,test}_group.npy`. A fit includes the
construction of the data set.
"""
import argparse
import json
import os
import statistics
import time

SETTINGS = {
    "plain": {},
    "quantised": dict(use_quantized_grad=True, num_grad_quant_bins=16, quant_train_renew_leaf=True),
    "quantised-4": dict(use_quantized_grad=True, num_grad_quant_bins=4, quant_train_renew_leaf=True),
    "bagging": dict(bagging_fraction=0.5, bagging_freq=1),
}
arguments = argparse.ArgumentParser()
arguments.add_argument("--data-dir", required=True)
arguments.add_argument("--dataset", choices=["higgs", "reg", "multi", "ltr"], default="higgs")
arguments.add_argument("--setting", choices=SETTINGS, required=True)
arguments.add_argument("--threads", type=int, default=1)
arguments.add_argument("--repeat", type=int, default=1)
arguments.add_argument("--trees", type=int, default=100)
arguments.add_argument("--seed", type=int, default=1)
asked = arguments.parse_args()
os.environ["OMP_NUM_THREADS"] = str(asked.threads)

import lightgbm
import numpy as np
from sklearn.metrics import log_loss, ndcg_score, root_mean_squared_error, roc_auc_score

OBJECTIVES = {
    "higgs": dict(objective="binary"),
    "reg": dict(objective="regression"),
    "multi": dict(objective="multiclass", num_class=7),
    "ltr": dict(objective="lambdarank"),
}


def ndcg10(truth, predicted):
    """The mean over queries; a query without a relevant document counts as 1."""
    ends = np.cumsum(read("test_group"))[:-1]
    queries = zip(np.split(2.0**truth - 1.0, ends), np.split(predicted, ends))
    return np.mean([ndcg_score([gains], [scores], k=10) if gains.any() else 1.0 for gains, scores in queries])


read = lambda name: np.load(os.path.join(asked.data_dir, f"{asked.dataset}_{name}.npy"))
x, y, test, truth = [read(name) for name in ("train_x", "train_y", "test_x", "test_y")]
group = read("train_group") if asked.dataset == "ltr" else None
parameters = dict(
    num_leaves=255, learning_rate=0.1, max_bin=255, min_data_in_leaf=20, num_threads=asked.threads, seed=asked.seed, verbosity=-1
) | OBJECTIVES[asked.dataset] | SETTINGS[asked.setting]
walls = []
for _ in range(asked.repeat):
    begun = time.perf_counter()
    model = lightgbm.train(parameters, lightgbm.Dataset(x, y, group=group, params=parameters), asked.trees)
    walls.append(time.perf_counter() - begun)
name, measure = {
    "higgs": ("auc", roc_auc_score), "reg": ("rmse", root_mean_squared_error), "multi": ("logloss", log_loss), "ltr": ("ndcg10", ndcg10)
}[asked.dataset]
print(json.dumps({
    "workload": "gbdt", "dataset": asked.dataset, "peer": "lightgbm", "version": lightgbm.__version__, "case": asked.setting, "op": "fit",
    "threads": asked.threads, "wall_s": round(statistics.median(walls), 4), "trees": asked.trees,
    name: round(float(measure(truth, model.predict(test))), 6), "note": "binning is in fit",
}))
