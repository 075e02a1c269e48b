"""Reference outputs of every layer and maps of importance, computed by PyTorch and captum: writes
tests/fixtures/explanations.json.

Weights and images come from the formula of `parity.py`. Each network, in inference mode, is shown image 3 alone,
and asked for the class it gives the highest logit. What is recorded for it:

    model, parameters     as in parity.json: section of a config, and shapes in PyTorch's layout
    class                 the class that all maps are for
    layers                the output of each of convlab's layers, in convlab's order and under its names:
                              shape        without the batch
                              sample       values 0, s, 2s, ... of the row-major output, s = max(1, len // 40)
                              mean         of all values, not of the sample
                              deviation    of all values, divided by their number
    grad_cam              [height * width], LayerGradCam on the last convolution, after the batch normalisation and
                          the activation that follow it, negative values set to 0; null without a convolution
    grad_cam_shape        [height, width], of the maps of that convolution; null without one
    saliency              Saliency: absolute gradient of the logit, the largest over channels
    integrated_gradients  IntegratedGradients from a black image (all zeros), midpoint rule of 64 steps
    occlusion             Occlusion by black squares of 5x5 that move by 3 in both directions, from row and column 0
                          on, until all is covered, so that the last reach beyond the border and are cut there; a
                          pixel's value is the mean fall of the logit over all squares that cover it
    difference            logit of the class for the image, less the one for a black image

Saliency, integrated gradients and occlusion are maps of 28x28, of which every third value is stored: 0, 3, 6, ...
of the row-major map. Floats are rounded to 6 significant digits.

Computed in f32 on one thread. The script writes nothing unless f64, from the same f32 weights and image, gives the
same class, and every value of every layer and map (stored or not) within 1e-4 of the largest of that layer or map.
"""

import captum
import torch
from captum.attr import IntegratedGradients, LayerGradCam, Occlusion, Saliency
from torch import nn

import fixture
from parity import NETWORKS, fill, images, parameters

IMAGE = 3
SAMPLES, KEPT = 40, 3
STEPS, SQUARE, STRIDE = 64, 5, 3
TOLERANCE = 1e-4
THINNED = ["saliency", "integrated_gradients", "occlusion"]

LENET5 = """
    conv1 activation1 pool1 conv2 activation2 pool2 flatten dense1 activation3 dense2 activation4 dense3
"""
# convlab's name for each module. The one without (-) is half a layer there: its pooling flattens as well.
LAYERS = {
    "dense": "flatten dense1 relu1 dense2",
    "lenet5-classic": LENET5,
    "lenet5-modern": LENET5,
    "two-conv-same": "conv1 relu1 pool1 conv2 relu2 pool2 flatten dense1 relu3 dense2",
    "two-conv-same-batch-norm": "conv1 norm1 relu1 pool1 conv2 norm2 relu2 pool2 flatten dense1 relu3 dense2",
    "sequential": "conv1 relu1 conv2 relu2 conv3 tanh1 avg-pool1 conv4 relu3 - global-avg-pool1 dense1",
}


def outputs(names, network, image):
    """The output of each layer by name, without the batch."""
    found = {}
    with torch.no_grad():
        for name, module in zip(names.split(), network, strict=True):
            image = module(image)
            if name != "-":
                found[name] = image[0]
    return found


def last_maps(network):
    """The last convolution, or what follows it and leaves each place its own; `None` without one."""
    last = None
    for module, before in zip(network, [None, *network]):
        follows = last is not None and before is last and isinstance(module, (nn.BatchNorm2d, nn.ReLU, nn.Tanh))
        if isinstance(module, nn.Conv2d) or follows:
            last = module
    return last


def importance(network, image, target):
    """Each map, `[height, width]`, and the difference that integrated gradients should add up to."""
    black, square, stride = torch.zeros_like(image), (1, SQUARE, SQUARE), (1, STRIDE, STRIDE)
    integrated = IntegratedGradients(network)
    maps = {
        "saliency": Saliency(network).attribute(image, target=target, abs=True)[0].amax(dim=0),
        "integrated_gradients": integrated.attribute(
            image, baselines=0, target=target, n_steps=STEPS, method="riemann_middle"
        )[0, 0],
        "occlusion": Occlusion(network).attribute(
            image, sliding_window_shapes=square, strides=stride, baselines=0, target=target
        )[0, 0],
        "difference": (network(image) - network(black))[0, target],
    }
    layer = last_maps(network)
    if layer is not None:
        maps["grad_cam"] = LayerGradCam(network, layer).attribute(image, target=target, relu_attributions=True)[0, 0]
    return {name: values.detach() for name, values in maps.items()}


def explained(name, dtype):
    """The class, the layers' outputs and the maps of one network."""
    _, make_network = NETWORKS[name]
    network = fill(make_network()).to(dtype).eval()
    image = images()[IMAGE : IMAGE + 1].to(dtype).requires_grad_()
    layers = outputs(LAYERS[name], network, image)
    target = list(layers.values())[-1].argmax().item()
    return target, layers, importance(network, image, target)


def agree(name, single, double):
    """Refuses layers and maps that f32 and f64 do not share, and maps of nothing but zeros."""
    (target, *single), (expected_target, *double) = single, double
    if target != expected_target:
        raise SystemExit(f"{name}: class {target} in f32 and {expected_target} in f64")
    for kind, values, expected in zip(["layers", "maps"], single, double, strict=True):
        worst = 0.0
        for what in expected:
            most = expected[what].abs().max().item()
            if most == 0.0:
                raise SystemExit(f"{name}: {what} is zero everywhere")
            gap = (values[what].double() - expected[what]).abs().max().item() / most
            if gap > TOLERANCE:
                raise SystemExit(f"{name}: {what} in f32 and f64 differ by {gap:.1e}, more than {TOLERANCE:.0e}")
            worst = max(worst, gap)
        print(f"{name:26} {worst:.1e} < {TOLERANCE:.0e}  {kind}")


def summary(name, output):
    values = output.flatten().double()
    return {
        "name": name,
        "shape": list(output.shape),
        "sample": values[:: max(1, len(values) // SAMPLES)].tolist(),
        "mean": values.mean().item(),
        "deviation": values.std(correction=0).item(),
    }


def record(name, target, layers, maps):
    model, make_network = NETWORKS[name]
    grad_cam = maps.get("grad_cam")
    return {
        "model": model,
        "parameters": [list(parameter.shape) for parameter, _ in parameters(make_network())],
        "class": target,
        "layers": [summary(layer, output) for layer, output in layers.items()],
        "grad_cam_shape": None if grad_cam is None else list(grad_cam.shape),
        "grad_cam": None if grad_cam is None else grad_cam.flatten().tolist(),
        **{method: maps[method].flatten()[::KEPT].tolist() for method in THINNED},
        "difference": maps["difference"].item(),
    }


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    content = {
        "made_by": "tests/reference/explanations.py",
        "torch": torch.__version__,
        "captum": captum.__version__,
        "image": IMAGE,
        "kept": KEPT,
        "steps": STEPS,
        "square": SQUARE,
        "stride": STRIDE,
        "networks": {},
    }
    for name in LAYERS:
        single = explained(name, torch.float32)
        agree(name, single, explained(name, torch.float64))
        content["networks"][name] = record(name, *single)
    fixture.write("explanations.json", content, digits=6)


if __name__ == "__main__":
    main()
