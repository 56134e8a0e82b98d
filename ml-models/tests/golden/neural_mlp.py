"""Golden values of the multi-layer perceptron from PyTorch: python neural_mlp.py > neural_mlp.json

Each case: initial weights, rows in training order (no shuffle), batches of 4, one epoch = 3 Adam steps (the last batch
has 3 rows), in float64 so that the reference has no rounding of its own. Weights are written input-major (the transpose
of torch's Linear). Embedding tables have one more row, for unknown ids.
"""
import json
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
BATCH, ROWS = 4, 11


def numbers(t):
    return [round(v, 9) for v in t.detach().reshape(-1).tolist()]


def layers(net):
    return [{"weights": numbers(m.weight.T), "bias": numbers(m.bias)} for m in net if isinstance(m, nn.Linear)]


def case(name, loss, act, dense, sizes, cards=(), dim=0, dot=False, weight_decay=0.0, weighted=False, seed=0):
    g = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    rand = lambda *s: torch.randn(*s, generator=g).round(decimals=3)
    dims = [dense + dim * len(cards), *sizes]
    hidden = [m for a, b in zip(dims, dims[1:]) for m in (nn.Linear(a, b), act())]
    net = nn.Sequential(*hidden, nn.Linear(dims[-1], 1))
    tables = [nn.Embedding(c + 1, dim, sparse=True) for c in cards]
    with torch.no_grad():
        for p in [*net.parameters(), *(t.weight for t in tables)]:
            p.copy_(p.round(decimals=4))
    x = rand(ROWS, dense)
    ids = torch.stack([torch.randint(0, c + 1, (ROWS,), generator=g) for c in cards], 1) if cards else torch.zeros(ROWS, 0)
    y = (rand(ROWS) > 0).double() if loss == "logistic" else 2 * rand(ROWS) + 1
    w = torch.rand(ROWS, generator=g).round(decimals=3) + 0.1 if weighted else torch.ones(ROWS)
    out = dict(name=name, loss=loss, activation=act.__name__.lower(), dense=dense, hidden=sizes, cards=list(cards), dim=dim,
               dot=dot, weight_decay=weight_decay, batch_size=BATCH, x=numbers(x), ids=ids.reshape(-1).int().tolist(),
               y=numbers(y), w=numbers(w), initial=dict(layers=layers(net), tables=[numbers(t.weight) for t in tables]))

    def forward(i):
        e = [t(ids[i, k].long()) for k, t in enumerate(tables)]
        z = net(torch.cat([x[i], *e], 1)).squeeze(1)
        return z + (e[0] * e[1]).sum(1) if dot else z

    each = (nn.functional.binary_cross_entropy_with_logits if loss == "logistic" else nn.functional.mse_loss)
    params = [{"params": [p for n, p in net.named_parameters() if "weight" in n], "weight_decay": weight_decay},
              {"params": [p for n, p in net.named_parameters() if "bias" in n], "weight_decay": 0.0}]
    steps = [torch.optim.AdamW(params, lr=0.01)]
    if tables:
        steps.append(torch.optim.SparseAdam([t.weight for t in tables], lr=0.01))
    total = 0.0
    for i in torch.arange(ROWS).split(BATCH):
        for s in steps:
            s.zero_grad()
        sums = (w[i] * each(forward(i), y[i], reduction="none")).sum()
        total += sums.item()
        (sums / w[i].sum()).backward()
        for s in steps:
            s.step()
    out["train_loss"] = round(total / w.sum().item(), 9)
    out["final"] = dict(layers=layers(net), tables=[numbers(t.weight) for t in tables])
    out["outputs"] = numbers(forward(torch.arange(ROWS)))
    return out


CASES = [
    case("relu", "logistic", nn.ReLU, 4, [3, 2], seed=1),
    case("tanh_weighted_adamw", "logistic", nn.Tanh, 4, [3, 2], weight_decay=0.5, weighted=True, seed=2),
    case("sigmoid_squared", "squared", nn.Sigmoid, 4, [3], weighted=True, seed=3),
    case("linear", "squared", nn.ReLU, 3, [], seed=4),
    case("embeddings", "logistic", nn.ReLU, 2, [3, 2], cards=(4, 3), dim=2, seed=5),
    case("embeddings_dot", "logistic", nn.ReLU, 1, [3], cards=(4, 3), dim=2, dot=True, weighted=True, seed=6),
    case("factorisation", "squared", nn.ReLU, 0, [], cards=(4, 3), dim=3, dot=True, seed=7),
]
print('{"torch": "%s", "cases": [' % torch.__version__.split("+")[0])
print(",\n".join(json.dumps(c) for c in CASES))
print("]}")
