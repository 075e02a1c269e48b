"""Reference outputs of the networks that exist with pretrained weights, computed by torchvision and Keras: writes
tests/fixtures/pretrained.json.

Nothing large is stored: weights and images come from the value stream `u(seed, i)` of `parity.py`, which tests on the
Rust side repeat. Here a tensor's seed is FNV-1a over its name in UTF-8, with unsigned arithmetic modulo 2^32:

    seed = 2166136261;  for every byte: seed ^= byte;  seed *= 16777619

Seeds take all of 32 bits, so that `seed * 40503` in the stream wraps around.

Names are those of the `state_dict` (`layer1.0.conv1.weight`). Keras's variables are named after their layer:
`<layer>.weight` for a convolution's kernel and batch normalisation's gamma, `<layer>.bias`, `<layer>.running_mean`,
`<layer>.running_var`. Elements are counted row-major in PyTorch's layout: convolution `[out, in / groups, height,
width]`, linear `[out, in]`, depthwise `[channels, 1, height, width]`; `conv_preds` of Keras, a 1x1 convolution,
counts as linear. Each is computed in f64, then cast to f32:

    *.running_mean               (2u - 1) * 0.1
    *.running_var                0.5 + u
    *.bias                       bias_offset + (2u - 1) * 0.1         batch normalisation's beta included
    *.weight, one dimension      gamma_scale * (0.5 + u)              batch normalisation's gamma
    *.weight, two dimensions     (2u - 1) * sqrt(1 / fan_in)          fan_in = shape[1]
    *.weight, four dimensions    (2u - 1) * sqrt(6 / fan_in)          fan_in = shape[1] * height * width

`gamma_scale` and `bias_offset` belong to the run and are recorded with it. Without an offset and with a gamma around 1,
logits in inference mode depend on the image as much as in a trained network; smaller, plain networks would answer the
same whatever the image. Where residual blocks follow each other, gamma is below 1, as otherwise every block would
double the variance. In training mode the gradient jumps wherever the input of a ReLU crosses zero, and with millions
of them, some are so close to zero that f32 rounding decides: one alone moves the first convolution's gradient by 1e-2.
There batch normalisation has a small gamma and a bias well above zero, so that few of its outputs are near zero.
Networks without batch normalisation have fewer and smaller images there instead.

Images `[batch, 3, size, size]`, i = ((n * 3 + c) * size + row) * size + column, again in f64 and then cast:

    wave = 0.35 * row * (1 + n % 4) + 0.23 * column * (1 + n % 3) + n + 2 * c
    value = (0.25 * u(7, i) + 0.75 * (0.5 + 0.5 * sin(wave)) - 0.5) * 4

The target of image n is (7 * n + 3) % classes.

The ResNets for CIFAR are those of He et al. 2015 (https://arxiv.org/abs/1512.03385), section 4.2, with the shortcuts
of option A: every second row and column, the new channels zero, half of them before the others and half after.
Keras's batch normalisation has epsilon 1e-3, PyTorch's 1e-5.

What is recorded for each network:

    classes
    parameters        how many numbers are trained; the running statistics are not
    tensors           how many tensors the state has, running statistics included, `num_batches_tracked` not
    digest            FNV-1a as above over one line for each of these tensors, `name shape` and a line feed, the lines
                      sorted by their bytes, the shape in PyTorch's layout and written as `64x3x7x7`
    runs              `batch` images of `size` x `size`, weights by `gamma_scale` and `bias_offset`, in this `mode`:
                      `inference` with the running statistics, `training` with those of the batch, where the variance
                      is that of the population; nothing is dropped out

and for each run:

    logits            of every image the first ten classes
    norms             the L2 norm of every image's logits, over all classes
    features          the L2 norm, over the batch, of what goes into the global pooling (VGG: into the adaptive one)
    layers            the same for the outputs of some layers, by name
    argmax            in inference mode: the class of every image's largest logit
    loss              in training mode: mean cross-entropy
    gradients         in training mode: of this loss by some parameters, `norm` (L2) and `first`, the first eight
                      elements in PyTorch's layout

What is recorded is computed in f64 from the f32 weights and images, and rounded to 7 significant digits. The script
writes nothing unless f32, on one thread, agrees: in inference mode within 1e-5, in training mode within 1e-4, both as
the L2 norm of the difference over the L2 norm, of each whole tensor and, for gradients, of the first eight elements
too. The same must hold for f64 with all weights moved at random by about 3e-7 of themselves. What it prints for each
run is these two, by how much the logits of two images differ, and how far apart the two largest logits are.
"""

import argparse
import os
from math import prod

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

# Before TensorFlow: the other way round, the process ends in a clash of their copies of LLVM.
import torch  # noqa: E402, I001
import torchvision  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import fixture  # noqa: E402

# How the tensors are filled, and which images are used; the heading says why.
PLAIN = {"gamma_scale": 1.0, "bias_offset": 0.0}
BOTTLENECKS = {"gamma_scale": 0.75, "bias_offset": 0.0}
RESIDUAL = {"gamma_scale": 0.5, "bias_offset": 0.0}
BY_THE_BATCH = {"gamma_scale": 0.5, "bias_offset": 1.0}
BY_THE_BATCH_RESIDUAL = {"gamma_scale": 0.5, "bias_offset": 1.5}
BY_THE_BATCH_CIFAR = {"gamma_scale": 0.5, "bias_offset": 0.75}
IMAGES = {"batch": 4, "size": 64}
CIFAR_IMAGES = {"batch": 4, "size": 32}
FEW_IMAGES = {"batch": 2, "size": 32}
TOLERANCES = {"inference": 1e-5, "training": 1e-4}
# By how much, relatively, weights are moved at random to see whether another order of sums could change a figure:
# several times the rounding error of f32, but in f64.
SHAKE = 3e-7
# How far the two largest logits must be apart, in units of the norm: an argmax decided by rounding tells nothing.
MARGIN = 1e-4
# How far two images' logits must be apart, in tolerances: a network that ignores its images tests nothing.
RESPONSE = 30
SHOWN_CLASSES = 10
FIRST = 8


def fnv1a(text):
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) % 2**32
    return value


def stream(seed, count):
    """`u(seed, 0 .. count)` of `parity.py`, f64 `[count]`; arrays of uint32 wrap around by themselves."""
    values = np.empty(count)
    offset = np.uint32((seed * 40503 + 12345) % 2**32)
    block = 1 << 20
    for start in range(0, count, block):
        x = np.arange(start + 1, min(start + block, count) + 1, dtype=np.uint32)
        x = x * np.uint32(2654435761) + offset
        for _ in range(2):
            x ^= x >> np.uint32(16)
            x *= np.uint32(0x45D9F3B)
        x ^= x >> np.uint32(16)
        values[start : start + len(x)] = x
    values /= 2.0**32
    return values


def tensor(name, shape, gamma_scale, bias_offset):
    """The formula's f32 values of one tensor."""
    u = stream(fnv1a(name), prod(shape)).reshape(shape)
    match name.rpartition(".")[2]:
        case "running_var":
            values = 0.5 + u
        case "running_mean":
            values = (2 * u - 1) * 0.1
        case "bias":
            values = bias_offset + (2 * u - 1) * 0.1
        case "weight" if len(shape) == 1:
            values = gamma_scale * (0.5 + u)
        case "weight":
            values = (2 * u - 1) * np.sqrt((1 if len(shape) == 2 else 6) / prod(shape[1:]))
        case _:
            raise SystemExit(f"{name}: the formula has no rule for it")
    return values.astype(np.float32)


def images(batch, size):
    """f32 `[batch, 3, size, size]`."""
    axes = (np.arange(batch), np.arange(3), np.arange(size), np.arange(size))
    n, c, row, column = np.meshgrid(*axes, indexing="ij")
    wave = np.sin(0.35 * row * (1 + n % 4) + 0.23 * column * (1 + n % 3) + n + 2 * c)
    noise = stream(7, wave.size).reshape(wave.shape)
    return ((0.25 * noise + 0.75 * (0.5 + 0.5 * wave) - 0.5) * 4).astype(np.float32)


def targets(batch, classes):
    return np.array([(7 * n + 3) % classes for n in range(batch)])


class CifarBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride = stride
        self.new_channels = out_channels - in_channels

    def forward(self, x):
        shortcut = x[:, :, :: self.stride, :: self.stride]
        before = self.new_channels // 2
        shortcut = F.pad(shortcut, (0, 0, 0, 0, before, self.new_channels - before))
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)) + shortcut)


class CifarResNet(nn.Module):
    def __init__(self, depth):
        super().__init__()
        blocks = (depth - 2) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self.stage(blocks, 16, 16, stride=1)
        self.layer2 = self.stage(blocks, 16, 32, stride=2)
        self.layer3 = self.stage(blocks, 32, 64, stride=2)
        self.linear = nn.Linear(64, 10)

    @staticmethod
    def stage(blocks, in_channels, out_channels, stride):
        first = CifarBlock(in_channels, out_channels, stride)
        return nn.Sequential(first, *(CifarBlock(out_channels, out_channels, 1) for _ in range(blocks - 1)))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean(dim=(2, 3)))


class TorchNetwork:
    """A network of torchvision, or the module above."""

    def __init__(self, make, classes):
        self.classes = classes
        self.network = make()
        for module in self.network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
            if isinstance(module, nn.BatchNorm2d):
                # The running statistics stay as they are, so that runs may follow each other in any order.
                module.momentum = 0.0
        state = self.network.state_dict().items()
        self.shapes = {name: tuple(value.shape) for name, value in state if not name.endswith("num_batches_tracked")}
        self.parameters = sum(parameter.numel() for parameter in self.network.parameters())

    def run(self, values, dtype, training, batch, size, features, layers, gradients):
        network = self.network.to(getattr(torch, dtype)).train(training)
        state = network.state_dict()
        with torch.no_grad():
            for name, value in values.items():
                state[name].copy_(torch.from_numpy(value))
        seen = {}

        def keep(name):
            def hook(_module, _inputs, output):
                # A copy: the activation that follows may work in place.
                seen[name] = output.detach().clone()

            return hook

        hooks = [network.get_submodule(name).register_forward_hook(keep(name)) for name in (features, *layers)]
        wanted = [network.get_parameter(name) for name in gradients]
        for parameter in network.parameters():
            parameter.requires_grad_(False)
        for parameter in wanted:
            parameter.requires_grad_(training)
        logits = network(torch.from_numpy(images(batch, size)).to(wanted[0].dtype))
        for hook in hooks:
            hook.remove()
        result = {
            "logits": logits.detach().numpy(),
            "features": seen[features].numpy(),
            "layers": {name: seen[name].numpy() for name in layers},
        }
        if training:
            loss = F.cross_entropy(logits, torch.from_numpy(targets(batch, self.classes)))
            found = torch.autograd.grad(loss, wanted)
            result["loss"] = loss.detach().numpy()
            result["gradients"] = {name: gradient.numpy() for name, gradient in zip(gradients, found)}
        return result


class KerasMobileNet:
    """Keras's MobileNet; it is built anew for every size and dtype, as its input has a fixed shape."""

    KINDS = {
        keras.layers.Conv2D: {"weight": "kernel", "bias": "bias"},
        keras.layers.DepthwiseConv2D: {"weight": "kernel"},
        keras.layers.BatchNormalization: {
            "weight": "gamma",
            "bias": "beta",
            "running_mean": "moving_mean",
            "running_var": "moving_variance",
        },
    }

    def __init__(self, alpha, classes):
        self.alpha, self.classes = alpha, classes
        network = self.build("float32", 32)
        self.parameters = sum(prod(variable.shape) for variable in network.trainable_variables)
        self.shapes = {
            name: self.to_pytorch(name, variable.numpy()).shape for name, variable in self.variables(network).items()
        }

    def build(self, dtype, size):
        keras.backend.clear_session()
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)
        network = keras.applications.MobileNet(
            input_shape=(size, size, 3), alpha=self.alpha, dropout=0.0, weights=None, classes=self.classes,
            classifier_activation=None,
        )  # fmt: skip
        for layer in network.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                assert layer.epsilon == 1e-3
                layer.momentum = 1.0
        return network

    def variables(self, network):
        found = {}
        for layer in network.layers:
            for suffix, attribute in self.KINDS.get(type(layer), {}).items():
                variable = getattr(layer, attribute)
                if variable is not None:
                    found[f"{layer.name}.{suffix}"] = variable
        assert len(found) == len(network.variables), "a variable the formula does not reach"
        return found

    @staticmethod
    def to_pytorch(name, values):
        """From `[height, width, in, out]`, or `[height, width, channels, 1]` where depthwise."""
        if values.ndim < 4:
            return values
        if name.startswith("conv_dw"):
            return values.transpose(2, 3, 0, 1)
        values = values.transpose(3, 2, 0, 1)
        return values[:, :, 0, 0] if name.startswith("conv_preds") else values

    @staticmethod
    def from_pytorch(name, values):
        if values.ndim < 2:
            return values
        if name.startswith("conv_preds"):
            values = values[:, :, None, None]
        return values.transpose(2, 3, 0, 1) if name.startswith("conv_dw") else values.transpose(2, 3, 1, 0)

    def run(self, values, dtype, training, batch, size, features, layers, gradients):
        network = self.build(dtype, size)
        variables = self.variables(network)
        for name, value in values.items():
            variables[name].assign(self.from_pytorch(name, value))
        names = [features, *layers]
        outputs = [network.get_layer(name).output for name in names]
        whole = keras.Model(network.inputs, [network.output, *outputs])
        wanted = [variables[name] for name in gradients]
        x = tf.constant(images(batch, size).transpose(0, 2, 3, 1), dtype=dtype)
        with tf.GradientTape() as tape:
            logits, *found = whole(x, training=training)
            y = tf.constant(targets(batch, self.classes))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
        assert logits.dtype == dtype
        seen = {name: value.numpy() for name, value in zip(names, found)}
        result = {
            "logits": logits.numpy(),
            "features": seen[features],
            "layers": {name: seen[name] for name in layers},
        }
        if training:
            found = tape.gradient(loss, [variable.value for variable in wanted])
            result["loss"] = loss.numpy()
            result["gradients"] = {
                name: self.to_pytorch(name, gradient.numpy()) for name, gradient in zip(gradients, found)
            }
        return result


def runs(inference, training, published=False):
    """`inference` and `training` are the fill, batch and size of each mode; `published` adds one image of 224x224."""
    found = [{"mode": "inference", **inference}, {"mode": "training", **training}]
    if published:
        found.append({"mode": "inference", **inference, "batch": 1, "size": 224})
    return found


def vgg(name, training, middle, pools, published=False):
    """`middle` are the parameters by which the loss is derived besides the first and the last weight."""
    return {
        "make": lambda: TorchNetwork(lambda: torchvision.models.get_model(name, weights=None), 1000),
        "runs": runs(PLAIN | IMAGES, training, published),
        "features": "features",
        "layers": [f"features.{index}" for index in pools],
        "gradients": ["features.0.weight", *(f"features.{one}" for one in middle), "classifier.6.weight"],
    }


def resnet(name, published=False):
    return {
        "make": lambda: TorchNetwork(lambda: torchvision.models.get_model(name, weights=None), 1000),
        "runs": runs(RESIDUAL | IMAGES, BY_THE_BATCH_RESIDUAL | IMAGES, published),
        "features": "layer4",
        "layers": ["maxpool", "layer2.0", "layer3.1"],
        "gradients": ["conv1.weight", "layer2.0.downsample.0.weight", "layer3.1.bn2.weight", "fc.weight"],
    }


def cifar_resnet(depth):
    return {
        "make": lambda: TorchNetwork(lambda: CifarResNet(depth), 10),
        "runs": runs(RESIDUAL | CIFAR_IMAGES, BY_THE_BATCH_CIFAR | CIFAR_IMAGES),
        "features": "layer3",
        "layers": ["layer1.0", "layer2.0", "layer3.1"],
        "gradients": ["conv1.weight", "layer2.0.conv1.weight", "layer3.1.bn2.weight", "linear.weight"],
    }


def mobilenet_v1(alpha, published=False):
    return {
        "make": lambda: KerasMobileNet(alpha, 1000),
        "runs": runs(PLAIN | IMAGES, BY_THE_BATCH | IMAGES, published),
        "features": "conv_pw_13_relu",
        "layers": ["conv1_relu", "conv_pw_2_relu", "conv_pw_6_relu"],
        "gradients": ["conv1.weight", "conv_dw_6.weight", "conv_pw_6_bn.weight", "conv_preds.weight"],
    }


def mobilenet_v2():
    return {
        "make": lambda: TorchNetwork(lambda: torchvision.models.mobilenet_v2(weights=None), 1000),
        "runs": runs(BOTTLENECKS | IMAGES, BY_THE_BATCH | IMAGES),
        "features": "features",
        "layers": ["features.1", "features.3", "features.10"],
        "gradients": [
            "features.0.0.weight",
            "features.8.conv.1.0.weight",
            "features.8.conv.3.weight",
            "classifier.1.weight",
        ],
    }


NETWORKS = {
    "vgg16": vgg("vgg16", PLAIN | FEW_IMAGES, ["14.weight", "28.bias"], [4, 16], published=True),
    "vgg19": vgg("vgg19", PLAIN | FEW_IMAGES, ["16.weight", "34.bias"], [4, 18]),
    "vgg16_bn": vgg("vgg16_bn", BY_THE_BATCH | IMAGES, ["20.weight", "21.weight"], [6, 23]),
    "vgg19_bn": vgg("vgg19_bn", BY_THE_BATCH | IMAGES, ["23.weight", "24.weight"], [6, 26]),
    "resnet18": resnet("resnet18", published=True),
    "resnet34": resnet("resnet34"),
    "resnet50": resnet("resnet50"),
    "resnet101": resnet("resnet101"),
    "resnet152": resnet("resnet152"),
    "resnet20": cifar_resnet(20),
    "resnet32": cifar_resnet(32),
    "resnet44": cifar_resnet(44),
    "resnet56": cifar_resnet(56),
    "resnet110": cifar_resnet(110),
    "mobilenet_v1": mobilenet_v1(1.0, published=True),
    "mobilenet_v1_0.25": mobilenet_v1(0.25),
    "mobilenet_v2": mobilenet_v2(),
}


def norm(values):
    return float(np.linalg.norm(np.asarray(values, dtype=np.float64)))


def figures(result):
    """What the fixture holds of a run in one mode."""
    logits = result["logits"]
    recorded = {
        "logits": logits[:, :SHOWN_CLASSES].tolist(),
        "norms": [norm(row) for row in logits],
        "features": norm(result["features"]),
        "layers": {name: norm(values) for name, values in result["layers"].items()},
    }
    if "loss" not in result:
        recorded["argmax"] = logits.argmax(axis=1).tolist()
    else:
        recorded["loss"] = float(result["loss"])
        recorded["gradients"] = {
            name: {"norm": norm(values), "first": values.flatten()[:FIRST].tolist()}
            for name, values in result["gradients"].items()
        }
    return recorded


def tensors(result):
    """All that f32 and f64 are compared by, as `(name, values)`."""
    for name in ("logits", "features", "loss"):
        if name in result:
            yield name, result[name]
    yield from result["layers"].items()
    for name, values in result.get("gradients", {}).items():
        yield f"gradient of {name}", values
        yield f"gradient of {name}, first elements", values.flatten()[:FIRST]


def gap(result, expected):
    """The largest relative difference, and where it is."""
    gaps = []
    for (name, values), (_, others) in zip(tensors(result), tensors(expected)):
        if not np.isfinite(values).all() or norm(others) == 0:
            raise SystemExit(f"{name} is zero or not finite")
        gaps.append((norm(values - others) / norm(others), name))
    return max(gaps)


def check(title, single, double, shaken, tolerance):
    """Refuses a run that rounding may change, or that would not notice a wrong image."""
    assert all(values.dtype == np.float64 for _, values in tensors(double)), "computed in less than f64"
    rounded, where = gap(single, double)
    moved, _ = gap(shaken, double)
    logits = double["logits"]
    response = min((norm(a - b) / norm(b) for a, b in zip(logits[1:], logits)), default=1.0)
    ranked = np.sort(logits, axis=1)
    margin = min((ranked[:, -1] - ranked[:, -2]) / np.linalg.norm(logits, axis=1))
    gaps = f"f32 {rounded:.1e} in {where}, shaken {moved:.1e}"
    print(f"{title:44} {gaps}, response {response:.1e}, margin {margin:.1e}", flush=True)
    if rounded >= tolerance or moved >= tolerance:
        raise SystemExit(f"{title}: rounding changes more than {tolerance:.0e}")
    if response < RESPONSE * tolerance:
        raise SystemExit(f"{title}: the logits hardly depend on the image")
    if margin < MARGIN and "loss" not in double:
        raise SystemExit(f"{title}: the two largest logits are too close")


def reference(name, spec):
    """Everything recorded for one network."""
    network = spec["make"]()
    lines = sorted(f"{name} {'x'.join(map(str, shape))}\n" for name, shape in network.shapes.items())
    recorded, fill, values = [], None, {}
    for run in spec["runs"]:
        mode, batch, size = run["mode"], run["batch"], run["size"]
        if fill != (run["gamma_scale"], run["bias_offset"]):
            fill = run["gamma_scale"], run["bias_offset"]
            values = {name: tensor(name, shape, *fill) for name, shape in network.shapes.items()}
        request = (mode == "training", batch, size, spec["features"], spec["layers"], spec["gradients"])
        single, double = (network.run(values, dtype, *request) for dtype in ("float32", "float64"))
        random = np.random.default_rng(0)
        shaken = {name: value * (1 + SHAKE * random.standard_normal(value.shape)) for name, value in values.items()}
        shaken = network.run(shaken, "float64", *request)
        check(f"{name}, {batch} of {size}x{size}, {mode}", single, double, shaken, TOLERANCES[mode])
        recorded.append(run | figures(double))
    return {
        "classes": network.classes,
        "parameters": network.parameters,
        "tensors": len(network.shapes),
        "digest": fnv1a("".join(lines)),
        "runs": recorded,
    }


def formula_check():
    """A few values of the formula, to find out which side computes it differently."""
    names = ["conv1.weight", "layer1.0.bn1.running_var", "features.0.weight", "conv_pw_1_bn.bias"]
    seeds = [7, 2**32 - 1, *map(fnv1a, names)]
    pixels = images(2, 64)
    return {
        # [name, seed]
        "seeds": [[name, fnv1a(name)] for name in names],
        # [seed, i, u]
        "stream": [[seed, i, float(stream(seed, i + 1)[i])] for seed in seeds for i in (0, 100_000)],
        # [name, shape, first values with gamma_scale 0.5 and bias_offset 1]
        "tensors": [
            [name, shape, tensor(name, shape, 0.5, 1.0).flatten()[:3].tolist()]
            for name, shape in [
                ("conv1.weight", [64, 3, 7, 7]),
                ("bn1.weight", [64]),
                ("bn1.bias", [64]),
                ("bn1.running_mean", [64]),
                ("bn1.running_var", [64]),
                ("conv_dw_1.weight", [32, 1, 3, 3]),
                ("fc.weight", [1000, 512]),
            ]
        ],
        # of size 64: [image, channel, row, column, value]
        "images": [
            [n, c, row, column, float(pixels[n, c, row, column])]
            for n, c, row, column in [(0, 0, 0, 0), (0, 2, 1, 0), (1, 1, 30, 63)]
        ],
    }


def main():
    parser = argparse.ArgumentParser(description="Compares f32 and f64, and writes tests/fixtures/pretrained.json.")
    parser.add_argument("networks", nargs="*", help="compare only these, and write nothing")
    only = parser.parse_args().networks
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    content = {
        "made_by": "tests/reference/pretrained.py",
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "formula_check": formula_check(),
        "networks": {name: reference(name, NETWORKS[name]) for name in only or NETWORKS},
    }
    if not only:
        fixture.write("pretrained.json", content, digits=7)


if __name__ == "__main__":
    main()
