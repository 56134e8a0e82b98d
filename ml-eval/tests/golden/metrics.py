"""Golden values of the metrics. Run: python metrics.py > metrics.json (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1)."""
import json
import numpy as np
from scipy import stats
from sklearn import metrics as m

rng = np.random.default_rng(20240607)
out = {}


def binary(n, ties, weighted):
    s = rng.normal(size=n)
    y = (s + rng.normal(size=n) * 1.5 > 0.4).astype(int)
    s = np.round(s, 1) if ties else s
    w = rng.choice([0.0, 0.5, 1.0, 2.0, 3.25], size=n) if weighted else None
    p = 1 / (1 + np.exp(-s))
    p[:3] = [0.0, 1.0, 0.5]
    return {"scores": s.tolist(), "labels": y.astype(bool).tolist(), "weights": None if w is None else w.tolist(), "probabilities": p.tolist(),
            "roc_auc": m.roc_auc_score(y, s, sample_weight=w), "log_loss": m.log_loss(y, p, sample_weight=w, labels=[0, 1])}


out["binary"] = [binary(n, t, w) for n in (12, 60) for t in (False, True) for w in (False, True)]
p32 = np.array([0.0, 1.0, 0.25, 0.9], dtype="f4")
out["log_loss_f32"] = {"probabilities": p32.tolist(), "labels": [True, False, False, True], "log_loss": float(m.log_loss([1, 0, 0, 1], p32))}


def regression(n, weighted):
    y = rng.normal(size=n) * 10
    p = y + rng.normal(size=n)
    w = rng.choice([0.0, 1.0, 2.0, 0.3], size=n) if weighted else None
    return {"target": y.tolist(), "predicted": p.tolist(), "weights": None if w is None else w.tolist(),
            "rmse": m.root_mean_squared_error(y, p, sample_weight=w), "mse": m.mean_squared_error(y, p, sample_weight=w),
            "mae": m.mean_absolute_error(y, p, sample_weight=w), "r2": m.r2_score(y, p, sample_weight=w)}


out["regression"] = [regression(25, w) for w in (False, True)]


def classes(n, k, weighted):
    """Own generator, so that the values above and below stay as they are. The last of the k classes is never predicted."""
    g = np.random.default_rng(n * 10 + k)
    y = np.concatenate([np.arange(k), g.integers(0, k, size=n - k)])
    p = g.dirichlet(np.ones(k), size=n) * 0.6 + 0.4 * np.eye(k)[y] * g.random((n, 1))
    p[:, -1] *= 0.05
    p[3, :] = 0.0
    p[3, 0] = 1.0
    p /= p.sum(1, keepdims=True)
    w = g.choice([0.5, 1.0, 2.0, 3.25], size=n) if weighted else None
    d, averages = p.argmax(1), ("macro", "micro", "weighted")
    prf = {a: m.precision_recall_fscore_support(y, d, average=a, sample_weight=w, zero_division=0)[:3] for a in averages}
    auc = {a: m.roc_auc_score(y, p, multi_class="ovr", average=a, sample_weight=w) for a in ("macro", "weighted")} if k > 2 else None
    return {"classes": k, "labels": y.tolist(), "probabilities": p.ravel().tolist(), "weights": None if w is None else w.tolist(),
            "decided": d.tolist(), "log_loss": m.log_loss(y, p, sample_weight=w, labels=range(k)), "accuracy": m.accuracy_score(y, d, sample_weight=w),
            "mcc": m.matthews_corrcoef(y, d, sample_weight=w), "confusion": m.confusion_matrix(y, d, sample_weight=w, labels=range(k)).ravel().tolist(),
            "precision_recall_f1": prf, "auc": auc,
            "binary": m.precision_recall_fscore_support(y, d, average="binary", sample_weight=w, zero_division=0)[:3] if k == 2 else None}


out["classes"] = [classes(n, k, w) for n, k in ((30, 2), (40, 3), (70, 6)) for w in (False, True)]


def cut(rel, s, k):
    """Top k in numpy, as a recommender's evaluation does it: no ties in these scores."""
    top = np.argsort(-s, axis=1)[:, :k]
    g = np.take_along_axis(rel, top, 1)
    disc = 1 / np.log2(np.arange(2, g.shape[1] + 2))
    best = -np.sort(-rel, axis=1)[:, :k]
    hit, n = g > 0, (rel > 0).sum(1)
    ok = n > 0
    ratio = lambda a, b: np.where(ok, a / np.where(ok, b, 1), 0).tolist()
    sums = (hit * np.cumsum(hit, 1) / np.arange(1, g.shape[1] + 1)).sum(1)
    return {"precision": (hit.sum(1) / k).tolist(), "recall": ratio(hit.sum(1), n), "recall_reachable": ratio(hit.sum(1), np.minimum(n, k)),
            "map": ratio(sums, np.minimum(n, k)), "map_all_relevant": ratio(sums, n),
            "ndcg": ratio((2.0 ** g - 1) @ disc, (2.0 ** best - 1) @ disc)}


def ranking(queries, docs, k, ties, integer):
    rel = rng.choice([0, 0, 0, 1, 2, 3, 4], size=(queries, docs)).astype(float)
    rel[1] = 0  # a query without a relevant document
    if not integer:
        rel *= rng.uniform(0.2, 1.3, size=rel.shape)
    s = rel * 0.3 + rng.normal(size=rel.shape)
    s = np.round(s * 2) / 2 if ties else s
    w = rng.choice([1.0, 2.0, 0.5], size=queries)
    lin = np.array([m.ndcg_score(rel[q:q + 1], s[q:q + 1], k=k) for q in range(queries)])
    exp = np.array([m.ndcg_score(2.0 ** rel[q:q + 1] - 1, s[q:q + 1], k=k) for q in range(queries)])
    case = {"k": k, "scores": s.tolist(), "grades": rel.tolist(), "ndcg_linear": lin.tolist(), "ndcg_exponential": exp.tolist(),
            "ndcg_linear_mean": m.ndcg_score(rel, s, k=k), "query_weights": w.tolist(),
            "ndcg_linear_weighted": m.ndcg_score(rel, s, k=k, sample_weight=w)}
    if not ties:
        case["ndcg_linear_ignore_ties"] = m.ndcg_score(rel, s, k=k, ignore_ties=True)
        case.update(cut(rel, s, k))
    return case


out["ranking"] = [ranking(6, 14, k, t, i) for k in (1, 5, 10, 20) for t in (False, True) for i in (False, True)]


def lists(users, items, k):
    """Recommended lists against held-out items; ideal over min(k, held out), average precision divided by the same."""
    disc = 1 / np.log2(np.arange(2, k + 2))
    rows = []
    for _ in range(users):
        top = rng.permutation(items)[:k]
        rel = np.sort(rng.permutation(items)[:rng.integers(1, 2 * k)])
        hit, n = np.isin(top, rel), min(k, len(rel))
        rows.append({"recommended": top.tolist(), "relevant": rel.tolist(), "ndcg": (hit * disc).sum() / disc[:n].sum(),
                     "map": (hit * np.cumsum(hit) / np.arange(1, k + 1)).sum() / n, "recall": hit.sum() / len(rel), "precision": hit.sum() / k})
    return {"k": k, "users": rows}


out["lists"] = [lists(8, 30, 10), lists(8, 12, 3)]

a = np.round(rng.gamma(1.0, 0.2, size=150), 6)
b = np.round(a * 0.9 + rng.normal(size=150) * 0.03, 6)
ci = lambda x, method="percentile": stats.bootstrap((x,), np.mean, n_resamples=200_000, batch=1000, method=method, rng=np.random.default_rng(1)).confidence_interval
out["bootstrap"] = {"a": a.tolist(), "b": b.tolist(), "mean": float(a.mean()), "interval": list(map(float, ci(a))), "difference": list(map(float, ci(a - b))),
                    "bca": list(map(float, ci(a, "BCa")))}

x = rng.normal(size=40)
y = x * 0.5 + rng.normal(size=40)
x[5:9] = x[5]  # ties
out["spearman"] = {"x": x.tolist(), "y": y.tolist(), "rho": float(stats.spearmanr(x, y).statistic)}

print(json.dumps(out, default=float))
