"""The networks of the comparison: the one description that all contestants build from, and what they must reach."""

from dataclasses import dataclass

SIDE, CLASSES = 28, 10


@dataclass(frozen=True)
class Conv:
    """A convolution with stride 1 and an activation; padding is `valid` (none) or `same`."""

    maps: int
    kernel: int
    padding: str
    activation: str


@dataclass(frozen=True)
class Pool:
    """2x2 pooling, `max` or `average`."""

    kind: str


@dataclass(frozen=True)
class Dense:
    """A dense layer; without an activation it gives the logits."""

    units: int
    activation: str | None = None


Layer = Conv | Pool | Dense


@dataclass(frozen=True)
class Goal:
    """How many times the faster peer's speed convlab is to reach at batch size 32."""

    train: float
    evaluation: float | None = None


@dataclass(frozen=True)
class Network:
    layers: tuple[Layer, ...]
    convlab: str
    """The `[model]` section of convlab's configuration."""
    goal: Goal


NETWORKS = {
    "two-conv-64-64": Network(
        layers=(
            Conv(64, 3, "valid", "relu"),
            Pool("max"),
            Conv(64, 3, "valid", "relu"),
            Pool("max"),
            Dense(128, "relu"),
            Dense(CLASSES),
        ),
        convlab='name = "two-conv"\npreset = "64-64-valid"',
        goal=Goal(train=2.0, evaluation=1.3),
    ),
    "two-conv-32-64": Network(
        layers=(
            Conv(32, 3, "same", "relu"),
            Pool("max"),
            Conv(64, 3, "same", "relu"),
            Pool("max"),
            Dense(128, "relu"),
            Dense(CLASSES),
        ),
        convlab='name = "two-conv"\npreset = "32-64-same"',
        goal=Goal(train=2.0, evaluation=1.3),
    ),
    "lenet5": Network(
        layers=(
            Conv(6, 5, "same", "tanh"),
            Pool("average"),
            Conv(16, 5, "valid", "tanh"),
            Pool("average"),
            Dense(120, "tanh"),
            Dense(84, "tanh"),
            Dense(CLASSES),
        ),
        convlab='name = "lenet5"\npreset = "classic"',
        goal=Goal(train=1.5, evaluation=1.3),
    ),
    "dense": Network(
        layers=(Dense(128, "relu"), Dense(CLASSES)),
        convlab='name = "dense"',
        goal=Goal(train=1.0),
    ),
}

MEMORY_NETWORK, MEMORY_BATCH_SIZE = "two-conv-64-64", 32
"""Whose training run's peak memory is compared."""


def inputs_of(layers: tuple[Layer, ...]) -> list[tuple[int, int]]:
    """Channels and side of what each layer receives; a dense layer receives its values as channels of side 1."""
    channels, side = 1, SIDE
    received = []
    for layer in layers:
        match layer:
            case Conv():
                received.append((channels, side))
                channels, side = layer.maps, side if layer.padding == "same" else side - layer.kernel + 1
            case Pool():
                received.append((channels, side))
                side //= 2
            case Dense():
                received.append((channels * side * side, 1))
                channels, side = layer.units, 1
    return received


def multiply_adds(network: Network) -> list[int]:
    """Of each layer that has weights, for one image."""
    counts = []
    for layer, (channels, side) in zip(network.layers, inputs_of(network.layers)):
        match layer:
            case Conv():
                out = side if layer.padding == "same" else side - layer.kernel + 1
                counts.append(layer.maps * out * out * channels * layer.kernel**2)
            case Dense():
                counts.append(channels * layer.units)
    return counts


def parameters(network: Network) -> int:
    """Number of weights and biases."""
    count = 0
    for layer, (channels, _) in zip(network.layers, inputs_of(network.layers)):
        match layer:
            case Conv():
                count += layer.maps * (channels * layer.kernel**2 + 1)
            case Dense():
                count += layer.units * (channels + 1)
    return count


def training_flop(network: Network) -> int:
    """Floating-point operations of one training step, for one image.

    A multiply-add is two operations. The forward pass does each once; the backward pass does as many for the
    weights' gradient and as many again for the input's. The first layer's input is the image, whose gradient nobody
    needs. Activations, pooling, loss and optimizer are not counted: the figure is what matrix products must do.
    """
    counts = multiply_adds(network)
    return 2 * (3 * sum(counts) - counts[0])
