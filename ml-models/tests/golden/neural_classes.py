"""Golden values of the multi-layer perceptron of several classes from scikit-learn: python neural_classes.py > neural_classes.json

Each case: initial weights, rows in training order (no shuffle), batches of 4, one epoch = 3 Adam steps (the last batch has
3 rows), in float64. The layout is that of neural_mlp.py; labels are classes counted from 0. scikit-learn adds epsilon
before it corrects the second moment and PyTorch, as this project, after: it is small, so that this makes no difference.
Needs scikit-learn (made with 1.9.1).
"""
import json
import warnings
import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

BATCH, ROWS = 4, 11


def numbers(a):
    return [round(float(v), 9) for v in np.asarray(a).reshape(-1)]


def layers(coefs, intercepts):
    return [{"weights": numbers(w), "bias": numbers(b)} for w, b in zip(coefs, intercepts)]


class FromGiven(MLPClassifier):
    """Starts from given weights."""

    def _initialize(self, y, layer_units, dtype):
        super()._initialize(y, layer_units, dtype)
        self.coefs_ = [w.copy() for w in self.given[0]]
        self.intercepts_ = [b.copy() for b in self.given[1]]


def case(name, activation, dense, sizes, classes, seed):
    rng = np.random.default_rng(seed)
    dims = [dense, *sizes, classes]
    coefs = [np.round(rng.uniform(-1, 1, s) / np.sqrt(s[0]), 4) for s in zip(dims, dims[1:])]
    intercepts = [np.round(rng.uniform(-0.5, 0.5, n), 4) for n in dims[1:]]
    x = np.round(rng.normal(size=(ROWS, dense)), 3)
    y = np.arange(ROWS) * 7 % 5 % classes
    net = FromGiven(sizes, activation=activation, alpha=0.0, batch_size=BATCH, learning_rate_init=0.01, max_iter=1,
                    shuffle=False, epsilon=1e-12)
    net.given = (coefs, intercepts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(x, y)
    act = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "logistic": lambda v: 1 / (1 + np.exp(-v))}[activation]
    h = x
    for w, b in zip(net.coefs_[:-1], net.intercepts_[:-1]):
        h = act(h @ w + b)
    z = h @ net.coefs_[-1] + net.intercepts_[-1]
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    assert np.allclose(p, net.predict_proba(x))
    name_of = {"relu": "relu", "tanh": "tanh", "logistic": "sigmoid"}
    return dict(name=name, loss="softmax", activation=name_of[activation], dense=dense, hidden=list(sizes), classes=classes,
                cards=[], dim=0, dot=False, weight_decay=0.0, epsilon=1e-12, batch_size=BATCH, x=numbers(x), ids=[], y=numbers(y),
                w=[1.0] * ROWS, initial=dict(layers=layers(coefs, intercepts), tables=[]),
                final=dict(layers=layers(net.coefs_, net.intercepts_), tables=[]),
                train_loss=round(float(net.loss_curve_[0]), 9), outputs=numbers(z))


CASES = [
    case("relu", "relu", 4, (5, 3), 3, 1),
    case("tanh", "tanh", 3, (4,), 5, 2),
    case("logistic", "logistic", 4, (6, 4), 3, 3),
    case("no hidden layer", "relu", 3, (), 4, 4),
]
print('{"scikit-learn": "%s", "cases": [' % sklearn.__version__)
print(",\n".join(json.dumps(c) for c in CASES))
print("]}")
