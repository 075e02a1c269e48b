"""Reference outputs and gradients of convolution blocks and dense layers, computed by PyTorch: writes
tests/fixtures/pytorch.json.

A block is a convolution, an activation and a pooling; a dense layer a matrix product and an activation. Inputs
are not stored: a case draws them from the value stream below, from its `seed` on, each computed in f64 and
then cast to f32, elements counted row-major:

    input     2u - 1                seed        [batch, channels, height, width] or [batch, inputs]
    weight    (2u - 1) / 4          seed + 1    [out channels, channels / groups, height, width] or
                                                [inputs, outputs], which is PyTorch's transposed
    bias      (2u - 1) / 4          seed + 2
    upstream  2u - 1                seed + 3    as the output

What is recorded for each case, computed in f64 from these f32 values, rounded to 7 significant digits:

    output      of the layer
    gradients   of sum(output * upstream) with respect to input, weight and bias (empty where there is none)

The value stream, with unsigned arithmetic modulo 2^32 (`i` counts from 0):

    x = (i + 1) * 2654435761 + seed * 40503 + 12345
    x ^= x >> 16;  x *= 0x45d9f3b;  x ^= x >> 16;  x *= 0x45d9f3b;  x ^= x >> 16
    u(seed, i) = x / 2^32                                   as f64, in [0, 1)

`padding` is [top, left, bottom, right] zeros around the images, `pool.padding` the same on both sides.
"""

import json
import re
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "pytorch.json"


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


def rounded(value, digits):
    """`value` with every float in it, at any depth, rounded to `digits` significant digits."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    return value


def write(content):
    """Writes the fixture, one line for each innermost list, so that changes give a readable diff."""
    text = json.dumps(rounded(content, digits=7), indent=1, allow_nan=False)
    text = re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found.group().split()), text)
    FIXTURE.write_text(text + "\n")
    print(f"{FIXTURE}: {len(text) + 1} bytes")


def values(seed, shape, scale=1.0):
    u = stream(seed, torch.Size(shape).numel())
    single = torch.from_numpy(((2 * u - 1) * scale).astype("float32"))
    return single.reshape(shape).double()


def block(images, weight, **changes):
    defaults = {
        "bias": True,
        "stride": [1, 1],
        "padding": [0, 0, 0, 0],
        "dilation": [1, 1],
        "groups": 1,
        "activation": None,
        "pool": None,
    }
    assert changes.keys() <= defaults.keys()
    return {"images": images, "weight": weight, **defaults, **changes}


def pool(kind, kernel, stride, padding=(0, 0), dilation=(1, 1), count_include_pad=True):
    sizes = {"kernel": kernel, "stride": stride, "padding": list(padding), "dilation": list(dilation)}
    return {"kind": kind, **sizes, "count_include_pad": count_include_pad}


BLOCKS = {
    "two_conv": block([2, 2, 8, 8], [5, 2, 3, 3], activation="relu", pool=pool("max", [2, 2], [2, 2])),
    "lenet5": block([2, 1, 10, 10], [6, 1, 5, 5], padding=[2] * 4, activation="tanh", pool=pool("average", [2, 2], [2, 2])),
    "asymmetric": block([2, 3, 6, 7], [4, 3, 3, 2], stride=[2, 1], padding=[1, 0, 2, 3], activation="tanh"),
    "dilated": block([1, 3, 9, 8], [5, 3, 3, 2], stride=[1, 2], dilation=[2, 3], bias=False),
    "grouped": block([2, 6, 5, 6], [8, 3, 2, 3], padding=[1] * 4, groups=2, activation="relu"),
    "depthwise": block([2, 5, 7, 6], [5, 1, 3, 3], stride=[2, 2], padding=[1] * 4, groups=5, activation="relu"),
    "pointwise": block([2, 17, 3, 4], [19, 17, 1, 1], activation="relu"),
    "overlapping": block([1, 3, 9, 9], [5, 3, 3, 3], padding=[1] * 4, activation="relu", pool=pool("max", [3, 3], [2, 2], [1, 1])),
    "dilated_maximum": block([1, 2, 9, 10], [4, 2, 2, 2], activation="tanh", pool=pool("max", [2, 3], [2, 1], [0, 0], [3, 2])),
    "average_with_padding": block([1, 2, 7, 8], [4, 2, 3, 3], activation="relu", pool=pool("average", [3, 2], [2, 2], [1, 1])),
    "average_without_padding": block([1, 2, 7, 8], [4, 2, 3, 3], activation="tanh", pool=pool("average", [3, 3], [2, 1], [1, 1], count_include_pad=False)),
    "gaps": block([1, 2, 9, 11], [3, 2, 2, 2], pool=pool("max", [2, 1], [3, 4])),
}  # fmt: skip

DENSE = {
    "linear": {"input": [3, 7], "weight": [7, 5], "bias": True, "activation": None},
    "relu": {"input": [5, 18], "weight": [18, 17], "bias": True, "activation": "relu"},
    "tanh": {"input": [4, 9], "weight": [9, 20], "bias": False, "activation": "tanh"},
}


def activate(x, activation):
    return {None: lambda x: x, "relu": F.relu, "tanh": torch.tanh}[activation](x)


def run_block(case, images, weight, bias):
    top, left, bottom, right = case["padding"]
    x = F.pad(images, (left, right, top, bottom))
    x = F.conv2d(x, weight, bias, case["stride"], 0, case["dilation"], case["groups"])
    x = activate(x, case["activation"])
    match case["pool"]:
        case None:
            return x
        case {"kind": "max", "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}:
            return F.max_pool2d(x, kernel, stride, padding, dilation)
        case {"kernel": kernel, "stride": stride, "padding": padding, "count_include_pad": count}:
            return F.avg_pool2d(x, kernel, stride, padding, False, count)


def run_dense(case, x, weight, bias):
    return activate(F.linear(x, weight.T, bias), case["activation"])


def reference(number, case, shape, outputs, run):
    seed = 4 * number
    x = values(seed, shape).requires_grad_()
    weight = values(seed + 1, case["weight"], 0.25).requires_grad_()
    bias = values(seed + 2, [outputs], 0.25).requires_grad_() if case["bias"] else None
    output = run(case, x, weight, bias)
    (output * values(seed + 3, output.shape)).sum().backward()
    gradients = {"input": x, "weight": weight, "bias": bias}
    return {
        **case,
        "seed": seed,
        "output": output.flatten().tolist(),
        "gradients": {
            name: [] if leaf is None else leaf.grad.flatten().tolist() for name, leaf in gradients.items()
        },
    }


def main():
    torch.set_num_threads(1)
    content = {"made_by": "tests/reference/pytorch.py", "torch": torch.__version__, "blocks": {}, "dense": {}}
    number = 0
    for name, case in BLOCKS.items():
        content["blocks"][name] = reference(number, case, case["images"], case["weight"][0], run_block)
        number += 1
    for name, case in DENSE.items():
        content["dense"][name] = reference(number, case, case["input"], case["weight"][1], run_dense)
        number += 1
    write(content)


if __name__ == "__main__":
    main()
