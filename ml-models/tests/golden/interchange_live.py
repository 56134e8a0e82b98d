"""Loads a model file written by ml-models and compares the library's predictions with ours.

usage: python interchange_live.py LIBRARY COLUMNS DIR...

Each DIR holds, as little-endian doubles: rows, raw (scores), predicted, leaves (index of the leaf of each tree) and nodes (how
many each tree has), contributions (of the first 500 rows), and the model's files. Exits with an error where they differ by more than they may.
"""

import sys
from pathlib import Path

import numpy as np

library, columns, folders = sys.argv[1], int(sys.argv[2]), [Path(p) for p in sys.argv[3:]]


def numbers(name):
    return np.fromfile(folder / name, dtype="<f8")


def check(what, found, ours, tolerance):
    found = np.asarray(found, dtype=float).reshape(ours.shape)
    largest = np.max(np.abs(found - ours)) if ours.size else 0.0
    print(f"{what} {largest:.1e}", end="; ")
    rows = np.flatnonzero(~(np.abs(found - ours) <= tolerance).all(axis=1))
    if len(rows):
        i = rows[0]
        sys.exit(f"{what}: {len(rows)} rows differ; row {i} {x[i].tolist()}: {found[i]} instead of {ours[i]}")


def lightgbm():
    import lightgbm as lgb

    booster = lgb.Booster(model_file=folder / "model.txt")
    # The raw scores of a forest are sums there, and means here.
    forest = "\naverage_output\n" in (folder / "model.txt").read_text()
    rounds = len(nodes) // raw.shape[1] if forest else 1
    check("raw", booster.predict(x, raw_score=True) / rounds, raw, 0)
    check("predicted", booster.predict(x), predicted, 0)
    check("leaves", booster.predict(x, pred_leaf=True), leaves, 0)
    few = x[:500]
    shap = booster.predict(few, pred_contrib=True).reshape(len(few), -1, columns + 1)
    check("shap sums", shap.sum(axis=2) / rounds, raw[:500], 1e-9)
    ours = numbers("contributions").reshape(len(few), -1)
    check("shap", shap.reshape(ours.shape) / rounds, ours, 1e-6 * max(1, np.abs(ours).max()))


def xgboost():
    import xgboost as xgb

    for file in ("model.json", "model.ubj"):
        booster = xgb.Booster({"nthread": 1}, model_file=folder / file)
        types = booster.feature_types
        data = xgb.DMatrix(x, feature_names=booster.feature_names, feature_types=types, enable_categorical=True)
        found = booster.predict(data, pred_leaf=True).reshape(leaves.shape)
        # XGBoost numbers all nodes: each number has to stand for one leaf, and each leaf for one number.
        for tree, (a, b) in enumerate(zip(found.T, leaves.T)):
            pairs = len(set(zip(a, b)))
            if pairs != len(set(a)) or pairs != len(set(b)):
                sys.exit(f"tree {tree}: {len(set(a))} of its leaves, {len(set(b))} of ours, {pairs} pairs")
        scale = np.maximum(1, np.abs(raw))
        check("raw", booster.predict(data, output_margin=True).reshape(raw.shape) / scale, raw / scale, 2e-6)
        scale = np.maximum(1, np.abs(predicted))
        check("predicted", booster.predict(data).reshape(raw.shape) / scale, predicted / scale, 2e-6)
        saved = folder / "again.ubj"
        booster.save_model(saved)


def onnxruntime():
    import onnx
    import onnxruntime as ort

    onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    session = ort.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    for rows in (len(x), 1):  # batches and single rows are computed in different ways
        part = [
            session.run(["scores", "predictions"], {"x": x[i : i + rows].astype("f4")})
            for i in range(0, min(len(x), 2000 * rows), rows)
        ]
        for what, found, ours in zip(("raw", "predicted"), map(np.concatenate, zip(*part)), (raw, predicted)):
            ours = ours[: len(found)]
            scale = np.maximum(1, np.abs(ours))
            check(what, found / scale, ours / scale, 2e-6)


for folder in folders:
    x = numbers("rows").reshape(-1, columns)
    raw, predicted, leaves = (numbers(n).reshape(len(x), -1) for n in ("raw", "predicted", "leaves"))
    nodes = numbers("nodes")
    print(folder.name, end=": ")
    {"lightgbm": lightgbm, "xgboost": xgboost, "onnxruntime": onnxruntime}[library]()
    print(f"{len(x)} rows")
