"""The workload `mlp`: 64-128-64-1 units, batches of 256, Adam with rate .001, 5 epochs."""

import shutil

from common import Skip, case, main

EPOCHS, BATCH = 5, 256


def read(c):
    return [c.array(f"mlp_{part}") for part in ("train_x", "train_y", "test_x", "test_y")]


def rate(n):
    return lambda _, wall: n * EPOCHS / wall


def torch(c, compiled):
    import torch as library
    from sklearn.metrics import roc_auc_score

    if compiled and not any(map(shutil.which, ("g++", "c++", "clang++"))):
        raise Skip("no C++ compiler, which torch.compile needs")
    library.set_num_threads(c.threads)
    x, y, test, truth = [library.from_numpy(a) for a in read(c)]
    layer, relu = library.nn.Linear, library.nn.ReLU
    model = library.nn.Sequential(layer(64, 128), relu(), layer(128, 64), relu(), layer(64, 1))
    entropy = library.nn.BCEWithLogitsLoss()
    loss = lambda a, b: entropy(model(a).squeeze(1), b)
    loss = library.compile(loss) if compiled else loss

    def fit(rows=len(x), epochs=EPOCHS):
        library.manual_seed(c.seed)
        for part in model[::2]:
            part.reset_parameters()
        adam = library.optim.Adam(model.parameters(), lr=1e-3, fused=True)
        for _ in range(epochs):
            order = library.randperm(rows)
            for start in range(0, rows, BATCH):
                batch = order[start : start + BATCH]
                adam.zero_grad(set_to_none=True)
                loss(x[batch], y[batch]).backward()
                adam.step()

    fit(
        min(len(x), BATCH + len(x) % BATCH), 1
    )  # compiles for whole batches and for the last, shorter one
    c.time("fit", fit, samples_per_s=rate(len(x)), epochs=EPOCHS)
    model.eval()
    with library.inference_mode():
        run = library.compile(model) if compiled else model
        run(test), run(test[:1])
        predicted = c.time("predict", lambda: library.sigmoid(run(test)).squeeze(1), rows=len(test))
        c.emit("score", auc=float(roc_auc_score(truth, predicted)))
        rows = [test[i : i + 1] for i in range(min(2000, len(test)))]
        c.latency("row", run, rows, api="its Python call in inference mode")


def sklearn(c):
    from sklearn.metrics import roc_auc_score
    from sklearn.neural_network import MLPClassifier

    x, y, test, truth = read(c)
    made = lambda: MLPClassifier(
        (128, 64),
        batch_size=BATCH,
        max_iter=EPOCHS,
        alpha=0.0,
        n_iter_no_change=99,
        random_state=c.seed,
    )
    model = c.time("fit", lambda: made().fit(x, y), samples_per_s=rate(len(x)), epochs=EPOCHS)
    predicted = c.time("predict", lambda: model.predict_proba(test)[:, 1], rows=len(test))
    c.emit("score", auc=float(roc_auc_score(truth, predicted)))
    c.latency(
        "row",
        model.predict_proba,
        [test[i : i + 1] for i in range(300)],
        calls=300,
        api="its Python call",
    )


case(
    "mlp",
    "torch",
    needs=["torch", "sklearn"],
    note="eager, fused Adam, batches gathered by index: its quickest without a compiler",
)(lambda c: torch(c, False))
case(
    "mlp",
    "torch-compiled",
    peer="torch",
    needs=["torch", "sklearn"],
    note="forward and loss through torch.compile, compiled before the clock starts",
)(lambda c: torch(c, True))
case(
    "mlp",
    "sklearn",
    package="scikit-learn",
    note="Adam without penalty; its first weights are Glorot's",
)(sklearn)

main("mlp")
