"""Reference logits and losses of every network, computed by PyTorch: writes tests/fixtures/parity.json.

Nothing large is stored: weights and images come from one formula that tests on the Rust side repeat.

Value stream, with unsigned arithmetic modulo 2^32 (`i` counts from 0):

    x = (i + 1) * 2654435761 + seed * 40503 + 12345
    x ^= x >> 16;  x *= 0x45d9f3b;  x ^= x >> 16;  x *= 0x45d9f3b;  x ^= x >> 16
    u(seed, i) = x / 2^32                                   as f64, in [0, 1)

Parameters are numbered p = 0, 1, 2, ... in the order of the layers, weight before bias, and for batch
normalisation gamma before beta. Parameter p has seed 1000 + p; element i is counted row-major in PyTorch's
layout (convolution `[out, in / groups, height, width]`, linear `[out, in]`). Each is computed in f64, then
cast to f32:

    weight  (2u - 1) * sqrt(6 / (fan_in + fan_out))         fan_in = shape[1] * height * width
                                                            fan_out = shape[0] * height * width
    bias    (2u - 1) * 0.1
    gamma   (0.5 + u) / 2                                   running mean 0, running variance 1
    beta    (2u - 1) * 0.1

Gamma is kept small on purpose: around 1, the dense layer behind 3,136 normalised values starts so steep that
f32 rounding alone moves the losses of ten Adam steps by 5e-4, against 1e-5 as it is.

Image n of the batch of 32, `[1, 28, 28]` (i = (n * 28 + row) * 28 + column), again in f64 and then cast:

    0.25 * u(7, i) + 0.75 * (0.5 + 0.5 * sin(0.35 * row * (1 + n % 4) + 0.23 * column * (1 + n % 3) + n))

Its label is (7 * n + 3) % 10.

What is recorded for each network:

    logits           [32, 10], inference mode, before any training
    losses           mean cross-entropy before step 1 .. 10 and after step 10 of Adam, all on the same batch;
                     this and all that follows in training mode (which matters to batch normalisation only)
    mse              before training: mean over images AND classes of (softmax - one-hot)^2
    label_smoothing  before training: cross-entropy with smoothing 0.1
    class_weights    before training: cross-entropy with class c weighing 0.5 + 0.1 c, divided by the sum of
                     the weights of the batch's labels
    parameters       shapes in PyTorch's layout, in the order of p

`model` and `training` are the sections of a config with the same network and the same optimizer. `optimizers`
holds the `dense` network's losses under other optimizers, and the norm of the whole gradient before each step
(and before clipping). Floats are rounded to 7 significant digits.

Computed in f32 on one thread. The script writes nothing unless f64, from the same f32 weights and images,
agrees: what is measured before training within 1e-5, what is measured while training within 1e-4. The latter is
a tenth of what the tests allow; Adam and RMSprop divide a gradient by its own size, so that for a weight whose
gradient is nearly zero the rounding error decides which way it moves.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import fixture

BATCH, SIDE, CLASSES, STEPS = 32, 28, 10, 10
BETAS, ALPHA = [0.9, 0.999], 0.99
SMOOTHING = 0.1
CLASS_WEIGHTS = [0.5 + 0.1 * c for c in range(CLASSES)]
BEFORE_TRAINING = {"logits", "mse", "label_smoothing", "class_weights"}
WHILE_TRAINING = {"losses", "gradient_norms"}


def stream(seed, count):
    """`u(seed, 0 .. count)` of the formula above, f64 `[count]`."""
    mask = np.uint64(0xFFFFFFFF)
    x = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(2654435761)
    x = (x + np.uint64(seed * 40503 + 12345)) & mask
    for _ in range(2):
        x ^= x >> np.uint64(16)
        x = (x * np.uint64(0x45D9F3B)) & mask
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) / 2.0**32


def images():
    """f32 `[batch, 1, height, width]`, values in [0, 1)."""
    n, row, column = np.meshgrid(np.arange(BATCH), np.arange(SIDE), np.arange(SIDE), indexing="ij")
    wave = np.sin(0.35 * row * (1 + n % 4) + 0.23 * column * (1 + n % 3) + n)
    noise = stream(7, wave.size).reshape(wave.shape)
    values = 0.25 * noise + 0.75 * (0.5 + 0.5 * wave)
    return torch.from_numpy(values.astype(np.float32)[:, None])


def labels():
    return torch.tensor([(7 * n + 3) % CLASSES for n in range(BATCH)])


def parameters(network):
    """The parameters in the order of p, as `(parameter, kind)`."""
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d):
            yield layer.weight, "gamma"
            yield layer.bias, "beta"
        elif isinstance(layer, (nn.Conv2d, nn.Linear)):
            yield layer.weight, "weight"
            yield layer.bias, "bias"


def fill(network):
    for p, (parameter, kind) in enumerate(parameters(network)):
        u = stream(1000 + p, parameter.numel()).reshape(parameter.shape)
        if kind == "weight":
            area = int(np.prod(parameter.shape[2:]))
            values = (2 * u - 1) * np.sqrt(6 / ((parameter.shape[0] + parameter.shape[1]) * area))
        elif kind == "gamma":
            values = (0.5 + u) / 2
        else:
            values = (2 * u - 1) * 0.1
        parameter.data = torch.from_numpy(values.astype(np.float32))
    return network


def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, CLASSES))


def lenet5(activation, pooling):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), activation(), pooling(2),
        nn.Conv2d(6, 16, 5), activation(), pooling(2),
        nn.Flatten(),
        nn.Linear(400, 120), activation(),
        nn.Linear(120, 84), activation(),
        nn.Linear(84, CLASSES),
    )  # fmt: skip


def two_conv(first, second, padding, batch_norm=False):
    def block(in_channels, out_channels):
        norm = [nn.BatchNorm2d(out_channels, eps=1e-5, momentum=0.1)] if batch_norm else []
        convolution = nn.Conv2d(in_channels, out_channels, 3, padding=padding)
        return [convolution, *norm, nn.ReLU(), nn.MaxPool2d(2)]

    side = 7 if padding else 5
    return nn.Sequential(
        *block(1, first), *block(first, second),
        nn.Flatten(),
        nn.Linear(second * side * side, 128), nn.ReLU(),
        nn.Linear(128, CLASSES),
    )  # fmt: skip


def sequential():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(16, 16, 3, dilation=2, padding=2), nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 24, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(24, CLASSES),
    )  # fmt: skip


SEQUENTIAL_LAYERS = [
    "conv 8 3x3 same", "relu",
    "conv 16 3x3 stride 2 padding 1 groups 2", "relu",
    "conv 16 3x3 dilation 2 padding 2", "tanh",
    "avg-pool 2x2",
    "conv 24 1x1", "relu",
    "global-avg-pool",
    "dense classes",
]  # fmt: skip

# name: (the [model] section of a config, the same network here)
NETWORKS = {
    "dense": ({"name": "dense"}, dense),
    "lenet5-classic": (
        {"name": "lenet5", "activation": "tanh", "pooling": "average"},
        lambda: lenet5(nn.Tanh, nn.AvgPool2d),
    ),
    "lenet5-modern": (
        {"name": "lenet5", "activation": "relu", "pooling": "max"},
        lambda: lenet5(nn.ReLU, nn.MaxPool2d),
    ),
    "two-conv-valid": (
        {"name": "two-conv", "conv_channels": [64, 64], "padding": "valid"},
        lambda: two_conv(64, 64, padding=0),
    ),
    "two-conv-same": (
        {"name": "two-conv", "conv_channels": [32, 64], "padding": "same"},
        lambda: two_conv(32, 64, padding=1),
    ),
    "two-conv-same-batch-norm": (
        {"name": "two-conv", "conv_channels": [32, 64], "padding": "same", "batch_norm": True},
        lambda: two_conv(32, 64, padding=1, batch_norm=True),
    ),
    "sequential": ({"name": "sequential", "layers": SEQUENTIAL_LAYERS}, sequential),
}


ADAM = {"optimizer": "adam", "learning_rate": 1e-3, "epsilon": 1e-8}
# Adam divides a gradient by its own size, so that rounding alone decides the steps of weights whose gradient
# is almost zero: with 1e-8, learning rates that differ by a millionth end 1.4e-3 apart on two-conv-same.
ADAM_FOR_NETWORKS = ADAM | {"epsilon": 1e-5}
SGD = {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9}
# name: the [training] section of a config
OPTIMIZERS = {
    "sgd-nesterov": SGD | {"nesterov": True},
    "sgd-momentum": SGD | {"nesterov": False},
    "adamw": ADAM | {"optimizer": "adamw", "weight_decay": 0.01},
    "rmsprop": ADAM | {"optimizer": "rmsprop", "momentum": 0.0},
    "adam-l2": ADAM | {"weight_decay": 0.01},
    "adam-clipped": ADAM | {"gradient_clip_norm": 0.5},
    # Adam hardly notices a gradient's scale; this one does.
    "sgd-clipped": SGD | {"nesterov": False, "gradient_clip_norm": 0.5},
}


def optimizer(training, weights):
    """PyTorch's optimizer for a [training] section."""
    settings = {"lr": training["learning_rate"], "weight_decay": training.get("weight_decay", 0.0)}
    match training["optimizer"]:
        case "sgd":
            momentum, nesterov = training["momentum"], training["nesterov"]
            return torch.optim.SGD(weights, momentum=momentum, nesterov=nesterov, **settings)
        case "adam":
            return torch.optim.Adam(weights, betas=BETAS, eps=training["epsilon"], **settings)
        case "adamw":
            return torch.optim.AdamW(weights, betas=BETAS, eps=training["epsilon"], **settings)
        case "rmsprop":
            momentum, epsilon = training["momentum"], training["epsilon"]
            return torch.optim.RMSprop(weights, alpha=ALPHA, eps=epsilon, momentum=momentum, **settings)


def train(network, x, y, training):
    """Ten steps on one batch: the losses before each and after the last, and the gradient norms."""
    network.train()
    steps = optimizer(training, network.parameters())
    max_norm = training.get("gradient_clip_norm", float("inf"))
    losses, norms = [], []
    for _ in range(STEPS):
        steps.zero_grad()
        loss = F.cross_entropy(network(x), y)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), max_norm)
        steps.step()
        losses.append(loss.item())
        norms.append(norm.item())
    with torch.no_grad():
        losses.append(F.cross_entropy(network(x), y).item())
    return losses, norms


def reference(make_network, dtype):
    """Everything recorded for one network."""
    network, x, y = fill(make_network()).to(dtype), images().to(dtype), labels()
    shapes = [list(parameter.shape) for parameter, _ in parameters(network)]
    assert len(shapes) == len(list(network.parameters())), "a parameter the formula does not reach"
    with torch.no_grad():
        logits = network.eval()(x).tolist()
        start = network.train()(x)
        one_hot = F.one_hot(y, CLASSES).to(dtype)
        weights = torch.tensor(CLASS_WEIGHTS, dtype=dtype)
        at_start = {
            "mse": F.mse_loss(F.softmax(start, dim=1), one_hot).item(),
            "label_smoothing": F.cross_entropy(start, y, label_smoothing=SMOOTHING).item(),
            "class_weights": F.cross_entropy(start, y, weight=weights).item(),
        }
    losses, _ = train(network, x, y, ADAM_FOR_NETWORKS)
    return {"parameters": shapes, "logits": logits, "losses": losses, **at_start}


def optimizer_reference(training, dtype):
    network = fill(dense()).to(dtype)
    losses, norms = train(network, images().to(dtype), labels(), training)
    return {"losses": losses, "gradient_norms": norms}


def agree(name, single, double):
    """Refuses figures that f32 and f64 do not share; gaps are relative where a figure is above 1."""
    for keys, tolerance in [(BEFORE_TRAINING, 1e-5), (WHILE_TRAINING, 1e-4)]:
        worst = 0.0
        for key in keys & single.keys():
            expected = np.asarray(double[key])
            gap = np.abs(np.asarray(single[key]) - expected) / np.maximum(1.0, np.abs(expected))
            worst = max(worst, float(gap.max()))
        if worst >= tolerance:
            raise SystemExit(f"{name}: f32 and f64 differ by {worst:.1e}, more than {tolerance:.0e}")
        if keys & single.keys():
            print(f"{name:26} {worst:.1e} < {tolerance:.0e}  {', '.join(sorted(keys & single.keys()))}")


def formula_check():
    """A few values of the formula, to find out which side computes it differently."""
    pixels, weight = images(), fill(dense())[1].weight.detach()
    return {
        # [seed, i, u]
        "stream": [[s, i, float(stream(s, i + 1)[i])] for s, i in [(7, 0), (7, 25087), (1000, 0), (1003, 9)]],
        # [image, row, column, value]
        "images": [[n, r, c, pixels[n, 0, r, c].item()] for n, r, c in [(0, 0, 0), (1, 2, 3), (31, 27, 27)]],
        # [output, input, value]
        "dense_weight": [[o, i, weight[o, i].item()] for o, i in [(0, 0), (127, 783)]],
    }


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    content = {
        "made_by": "tests/reference/parity.py",
        "torch": torch.__version__,
        "batch": BATCH,
        "labels": labels().tolist(),
        "betas": BETAS,
        "alpha": ALPHA,
        "training": ADAM_FOR_NETWORKS,
        "label_smoothing": SMOOTHING,
        "class_weights": CLASS_WEIGHTS,
        "formula_check": formula_check(),
        "networks": {},
        "optimizers": {},
    }
    for name, (model, make_network) in NETWORKS.items():
        single, double = reference(make_network, torch.float32), reference(make_network, torch.float64)
        agree(name, single, double)
        content["networks"][name] = {"model": model, **single}
    for name, training in OPTIMIZERS.items():
        single = optimizer_reference(training, torch.float32)
        agree(name, single, optimizer_reference(training, torch.float64))
        content["optimizers"][name] = {"training": training, **single}
    fixture.write("parity.json", content, digits=7)


if __name__ == "__main__":
    main()
