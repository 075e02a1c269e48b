"""One contestant's run in PyTorch: trains an epoch, evaluates, and prints its figures as one JSON object."""

import argparse
import json
import time
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import fashion_mnist
from networks import CLASSES, NETWORKS, SIDE, Conv, Dense, Network, Pool, inputs_of

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
POOLINGS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
MODES = ("eager", "channels_last", "compile", "bf16")


def build(network: Network) -> nn.Sequential:
    """The network with the initial weights that convlab and Keras draw: Glorot uniform, biases zero."""
    modules: list[nn.Module] = []
    flat = False
    for layer, (inputs, _) in zip(network.layers, inputs_of(network.layers)):
        match layer:
            case Conv():
                modules.append(nn.Conv2d(inputs, layer.maps, layer.kernel, padding=layer.padding))
                modules.append(ACTIVATIONS[layer.activation]())
            case Pool():
                modules.append(POOLINGS[layer.kind](2))
            case Dense():
                if not flat:
                    modules.append(nn.Flatten())
                    flat = True
                modules.append(nn.Linear(inputs, layer.units))
                if layer.activation:
                    modules.append(ACTIVATIONS[layer.activation]())
    for module in modules:
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return nn.Sequential(*modules)


class Trainer:
    """The network in one of PyTorch's modes, and the loops around it."""

    def __init__(self, network: Network, mode: str) -> None:
        self.bf16 = mode == "bf16"
        # bf16 takes the layout that is the faster one for convolutions.
        channels_last = mode in ("channels_last", "bf16")
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.net = build(network).to(memory_format=self.layout)
        # One graph for each batch size: the last batch of an epoch may be smaller, and general graphs are slower.
        self.forward = torch.compile(self.net, dynamic=False) if mode == "compile" else self.net
        # The fused step is the fastest that PyTorch has.
        self.adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, eps=1e-7, fused=True)

    def logits(self, images: Tensor) -> Tensor:
        """Images stay bytes until they are needed, a quarter of the memory; floats from 0 to 1 from here on."""
        inputs = images.float().div_(255).to(memory_format=self.layout)
        with torch.autocast("cpu", dtype=torch.bfloat16) if self.bf16 else nullcontext():
            return self.forward(inputs).float()

    def step(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """One training step; its loss and number of hits, still as tensors."""
        logits = self.logits(images)
        loss = F.cross_entropy(logits, labels)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def train(self, images: Tensor, labels: Tensor, batch_size: int) -> tuple[float, float, float]:
        """One epoch over shuffled images: seconds, mean loss, accuracy."""
        self.net.train()
        started = time.perf_counter()
        # Sums stay tensors: reading each batch's figures back would only cost time.
        loss_sum, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for batch in torch.randperm(len(images)).split(batch_size):
            loss, correct = self.step(images[batch], labels[batch])
            loss_sum += loss * len(batch)
            hits += correct
        loss, accuracy = loss_sum.item() / len(images), hits.item() / len(images)
        return time.perf_counter() - started, loss, accuracy

    @torch.inference_mode()
    def evaluate(self, images: Tensor, labels: Tensor, batch_size: int) -> tuple[float, float]:
        """One pass: seconds, accuracy."""
        self.net.eval()
        started = time.perf_counter()
        hits = torch.zeros((), dtype=torch.int64)
        for some, expected in zip(images.split(batch_size), labels.split(batch_size)):
            hits += (self.logits(some).argmax(1) == expected).sum()
        accuracy = hits.item() / len(images)
        return time.perf_counter() - started, accuracy

    def warm_up(self, batch_sizes: set[int]) -> None:
        """Steps on noise in each batch size, then forgotten: compilation and first allocations are not timed."""
        initial = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.train()
        for size in batch_sizes:
            for _ in range(3):
                images = torch.randint(0, 256, (size, 1, SIDE, SIDE), dtype=torch.uint8)
                self.step(images, torch.randint(0, CLASSES, (size,)))
        self.net.load_state_dict(initial)
        self.adam.state.clear()


def tensors(folder: Path, split: str, limit: int | None = None) -> tuple[Tensor, Tensor]:
    images, labels = fashion_mnist.load(folder, split, limit)
    return torch.tensor(images).unsqueeze(1), torch.tensor(labels).long()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("data", type=Path, help="folder with the four files of Fashion-MNIST")
    parser.add_argument("--mode", choices=MODES, default="eager")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--eval-batch-size", type=int, default=500)
    parser.add_argument("--eval-passes", type=int, default=1, help="how often all test images are evaluated")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=60_000, help="train on the first N images")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(42)
    train_images, train_labels = tensors(args.data, "train", args.limit)
    test_images, test_labels = tensors(args.data, "t10k")
    trainer = Trainer(NETWORKS[args.network], args.mode)
    trainer.warm_up({args.batch_size, len(train_images) % args.batch_size} - {0})

    seconds, loss, accuracy = trainer.train(train_images, train_labels, args.batch_size)
    trainer.evaluate(test_images, test_labels, args.eval_batch_size)  # warm-up
    eval_seconds = 0.0
    for _ in range(args.eval_passes):
        passed, test_accuracy = trainer.evaluate(test_images, test_labels, args.eval_batch_size)
        eval_seconds += passed
    figures = {
        "version": f"PyTorch {torch.__version__}",
        "parameters": sum(parameter.numel() for parameter in trainer.net.parameters()),
        "train_images_per_second": len(train_images) / seconds,
        "eval_images_per_second": args.eval_passes * len(test_images) / eval_seconds,
        "train_loss": loss,
        "train_accuracy": accuracy,
        "test_accuracy": test_accuracy,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
