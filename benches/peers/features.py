"""Feature extraction in PyTorch, for comparison: decodes photographs, runs a network without its classifier, pools
globally, and prints its figures as one JSON object.

    python3 benches/peers/features.py --network mobilenet_v1 --weights FILE.safetensors --data DIR

`mobilenet_v1` is Keras's MobileNet with alpha 1.0 up to `conv_pw_12_relu`, with Keras's weights (`conv1/kernel`, ...).
Other networks are torchvision's (`vgg16`, `resnet50`, ...) with random weights, which take as long as trained ones.
Photographs are cut to the square in their middle and made 224x224 with Pillow (bilinear, antialiased).

Timed are the whole way from files to features, and the network alone, on the same photographs. The whole way is timed
with every number of worker processes in `--workers`, 0 being none; the fastest counts, and they are all reported.
Starting the workers is timed too. The network takes untimed batches first, and all files are in the system's cache.

`--sklearn` takes `DIR/train/<class>` and `DIR/test/<class>`, times the former, and fits logistic regression on it.

Needs torchvision and Pillow besides `requirements.txt`, and scikit-learn where asked for.
"""

import argparse
import json
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

SIDE = 224
SUFFIXES = {".jpg", ".jpeg", ".png"}
LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
# Bytes to what the network is trained on, as (mean, standard deviation) of every channel.
MINUS_ONE_TO_ONE = ([127.5] * 3, [127.5] * 3)
IMAGENET = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])

# Channels into each depthwise block of MobileNet and out of the last, and the strides; https://arxiv.org/abs/1704.04861
CHANNELS = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024]
STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2]


class MobileNet(nn.Sequential):
    """Keras's MobileNet up to `conv_pw_12_relu`; layers bear Keras's names."""

    def __init__(self) -> None:
        super().__init__()
        self.add("conv1", 3, 32, kernel=3, stride=2)
        for block, ((inputs, outputs), stride) in enumerate(zip(pairwise(CHANNELS), STRIDES), start=1):
            self.add(f"conv_dw_{block}", inputs, inputs, kernel=3, stride=stride, groups=inputs)
            self.add(f"conv_pw_{block}", inputs, outputs, kernel=1)

    def add(self, name: str, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        """A convolution with what follows it. Keras pads right and bottom only where it strides over even sides."""
        padding = 0
        if stride == 2:
            self.add_module(f"{name}_pad", nn.ZeroPad2d((0, 1, 0, 1)))
        elif kernel == 3:
            padding = 1
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.add_module(name, convolution)
        self.add_module(f"{name}_bn", nn.BatchNorm2d(outputs, eps=1e-3))
        self.add_module(f"{name}_relu", nn.ReLU6(inplace=True))

    def load(self, path: Path) -> None:
        """Keras's weights: kernels `[height, width, in, out]`, or `[height, width, channels, 1]` where depthwise."""
        weights = read_safetensors(path)
        state = {}
        for name, layer in self.named_children():
            if isinstance(layer, nn.Conv2d) and layer.groups > 1:
                state[f"{name}.weight"] = weights[f"{name}/depthwise_kernel"].transpose(2, 3, 0, 1)
            elif isinstance(layer, nn.Conv2d):
                state[f"{name}.weight"] = weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
            elif isinstance(layer, nn.BatchNorm2d):
                state[f"{name}.weight"] = weights[f"{name}/gamma"]
                state[f"{name}.bias"] = weights[f"{name}/beta"]
                state[f"{name}.running_mean"] = weights[f"{name}/moving_mean"]
                state[f"{name}.running_var"] = weights[f"{name}/moving_variance"]
                state[f"{name}.num_batches_tracked"] = np.zeros((), dtype=np.int64)
        self.load_state_dict({name: torch.from_numpy(values.copy()) for name, values in state.items()})


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a file with f32 only."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        values = np.frombuffer(content[start + begin : start + end], dtype="<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def backbone(name: str, weights: Path | None) -> nn.Module:
    """From images to what the global pooling takes."""
    if name == "mobilenet_v1":
        network = MobileNet()
        if weights:
            network.load(weights)
        return network
    if weights:
        raise SystemExit("--weights are for mobilenet_v1; the others have random ones")
    import torchvision

    network = torchvision.models.get_model(name, weights=None)
    if hasattr(network, "features"):
        return network.features
    # A ResNet ends in global pooling and the classifier.
    return nn.Sequential(*list(network.children())[:-2])


class Extractor:
    """The network with global average pooling, and the loops around it."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.layout = LAYOUTS[args.format]
        network = backbone(args.network, args.weights).eval()
        self.parameters = sum(parameter.numel() for parameter in network.parameters())
        if args.fuse:
            from torch.fx.experimental.optimization import fuse

            network = fuse(network)
        self.network = network.to(memory_format=self.layout)
        mean, deviation = MINUS_ONE_TO_ONE if args.network == "mobilenet_v1" else IMAGENET
        # One multiplication and one addition, over the whole batch.
        self.scale = (1 / torch.tensor(deviation)).view(1, 3, 1, 1)
        self.shift = (-torch.tensor(mean) / torch.tensor(deviation)).view(1, 3, 1, 1)

    def inputs(self, photographs: Tensor) -> Tensor:
        """Bytes `[batch, height, width, 3]`; seen as `[batch, 3, height, width]`, they are channels last already."""
        images = photographs.permute(0, 3, 1, 2).float().mul_(self.scale).add_(self.shift)
        return images.contiguous(memory_format=self.layout)

    def features(self, inputs: Tensor) -> Tensor:
        return self.network(inputs).mean(dim=(2, 3))

    @torch.inference_mode()
    def warm_up(self, batch_sizes: set[int]) -> None:
        for size in batch_sizes:
            for _ in range(2):
                self.features(self.inputs(torch.zeros((size, SIDE, SIDE, 3), dtype=torch.uint8)))

    @torch.inference_mode()
    def from_files(self, photographs: "Photographs", batch_size: int, workers: int) -> tuple[float, Tensor]:
        """The whole way: seconds, and the features `[images, channels]`."""
        started = time.perf_counter()
        batches = DataLoader(photographs, batch_size, num_workers=workers)
        features = torch.cat([self.features(self.inputs(batch)) for batch in batches])
        return time.perf_counter() - started, features

    @torch.inference_mode()
    def forward_alone(self, photographs: "Photographs", batch_size: int) -> float:
        """Seconds in the network, with inputs made before."""
        seconds = 0.0
        for batch in DataLoader(photographs, batch_size):
            inputs = self.inputs(batch)
            started = time.perf_counter()
            self.features(inputs)
            seconds += time.perf_counter() - started
        return seconds


class Photographs(Dataset):
    """Files below a folder, as bytes `[height, width, 3]`."""

    def __init__(self, folder: Path, limit: int | None) -> None:
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
        if not files:
            raise SystemExit(f"{folder} holds no photographs ({', '.join(sorted(SUFFIXES))})")
        count = min(limit or len(files), len(files))
        # Spread over all of them, so that every class is there.
        self.files = [files[i * len(files) // count] for i in range(count)]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Tensor:
        with Image.open(self.files[index]) as file:
            image = file.convert("RGB")
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        box = (left, top, left + side, top + side)
        return torch.from_numpy(np.array(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)))

    def labels(self) -> list[str]:
        return [file.parent.name for file in self.files]


def classify(train: Tensor, train_labels: list[str], test: Tensor, test_labels: list[str]) -> dict:
    from sklearn.linear_model import LogisticRegression

    started = time.perf_counter()
    regression = LogisticRegression(C=0.1, max_iter=1000).fit(train.numpy(), train_labels)
    seconds = time.perf_counter() - started
    accuracy = float(regression.score(test.numpy(), test_labels))
    return {"test_images": len(test), "test_accuracy": accuracy, "fit_seconds": seconds}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", required=True, help="mobilenet_v1, or a VGG, ResNet or MobileNet of torchvision")
    parser.add_argument("--data", type=Path, required=True, help="folder with photographs, at any depth")
    parser.add_argument("--weights", type=Path, help="Keras's weights of mobilenet_v1 as safetensors; default: random")
    parser.add_argument("--images", type=int, help="take N, evenly spread; of train and of test with --sklearn")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", default="0,1,2", help="numbers of processes that decode, separated by commas")
    parser.add_argument("--format", choices=LAYOUTS, default="channels_last")
    parser.add_argument("--fuse", action="store_true", help="fold batch normalisation into the convolutions")
    parser.add_argument("--sklearn", action="store_true", help="fit logistic regression, and print the test accuracy")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(42)
    extractor = Extractor(args)
    photographs = Photographs(args.data / "train" if args.sklearn else args.data, args.images)
    count = len(photographs)
    extractor.warm_up({min(args.batch_size, count), count % args.batch_size} - {0})

    # So that no round reads from the disk.
    for file in photographs.files:
        file.read_bytes()
    speeds = {}
    for workers in map(int, args.workers.split(",")):
        seconds, features = extractor.from_files(photographs, args.batch_size, workers)
        speeds[workers] = count / seconds
    fastest = max(speeds, key=speeds.get)
    figures = {
        "version": f"PyTorch {torch.__version__}",
        "network": args.network,
        "parameters": extractor.parameters,
        "format": args.format,
        "fused": args.fuse,
        "threads": args.threads,
        "batch_size": args.batch_size,
        "images": count,
        "features": features.shape[1],
        # To tell whether another program computes the same.
        "mean_feature_norm": features.norm(dim=1).mean().item(),
        "workers": fastest,
        "images_per_second": speeds[fastest],
        "images_per_second_by_workers": speeds,
        "forward_images_per_second": count / extractor.forward_alone(photographs, args.batch_size),
    }
    if args.sklearn:
        test = Photographs(args.data / "test", args.images)
        _, test_features = extractor.from_files(test, args.batch_size, fastest)
        figures |= classify(features, photographs.labels(), test_features, test.labels())
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
