"""How many images one thread augments in a second: convlab beside torchvision.transforms.v2, in turn.

    cargo bench --profile dev --bench augmentation --no-run     # once; or let this script do it
    python3 benches/peers/augment.py                            # about two minutes

Grey images of 28x28 and coloured ones of 224x224, 8-bit in and out, each drawn and changed alone as a training sees it,
with the same ranges on both sides:

- flip: mirrored left to right, half of the time;
- affine: turned by up to 15 degrees, moved by a tenth, enlarged by 0.8 to 1.2, sheared by up to 10 degrees, bilinear,
  and mirrored;
- affine and colors: the same with brightness and contrast from 0.8 to 1.2;
- randaugment: two operations of magnitude 9, bilinear, black beyond the border.

torchvision gets uint8 tensors `[channels, height, width]`, its fastest input here, and one thread. A round times every
case once on each side; a ratio is that of the medians. Needs torchvision. The exit code is 1 where a ratio is below 1.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
import torchvision
from torchvision.transforms import v2

ROOT = Path(__file__).resolve().parent.parent.parent
SHAPES = {"1x28x28": (1, 28, 28), "3x224x224": (3, 224, 224)}


def affine():
    return [
        v2.RandomAffine(15, (0.1, 0.1), (0.8, 1.2), 10, interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomHorizontalFlip(),
    ]


CASES = {
    "flip": v2.RandomHorizontalFlip(),
    "affine": v2.Compose(affine()),
    "affine and colors": v2.Compose([*affine(), v2.ColorJitter(brightness=0.2, contrast=0.2)]),
    "randaugment": v2.RandAugment(2, 9, interpolation=v2.InterpolationMode.BILINEAR),
}


def torchvision_speed(transform, shape, seconds):
    image = (128 + 100 * torch.sin(torch.arange(torch.Size(shape).numel()) * 0.01)).to(torch.uint8).reshape(shape)
    count = 16
    while True:
        started = time.perf_counter()
        for _ in range(count):
            transform(image)
        taken = time.perf_counter() - started
        if taken >= seconds:
            return count / taken
        count *= 2


def built_bench():
    """The path of convlab's bench, built if need be."""
    command = ["cargo", "bench", "--profile", "dev", "--bench", "augmentation", "--no-run", "--message-format=json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "augmentation":
            return message["executable"]
    raise SystemExit("cargo built no bench named augmentation")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", help="convlab's bench, already built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="at least, for each case and round")
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(1)
    bench = args.bench or built_bench()
    speeds = {}
    for number in range(args.rounds):
        for case, transform in CASES.items():
            output = subprocess.check_output([bench, case, str(args.seconds)], text=True)
            for name, speed in json.loads(output).items():
                speeds.setdefault((name, "convlab"), []).append(speed)
            for shape_name, shape in SHAPES.items():
                speed = torchvision_speed(transform, shape, args.seconds)
                speeds.setdefault((f"{case} {shape_name}", "torchvision"), []).append(speed)
        print(f"round {number + 1} of {args.rounds} is done", file=sys.stderr)
    print(f"images per second and thread; torchvision {torchvision.__version__}, PyTorch {torch.__version__}\n")
    print("| images | convlab | torchvision | ratio |\n|---|---|---|---|")
    slower = False
    for case in CASES:
        for shape in SHAPES:
            name = f"{case} {shape}"
            own, peer = (statistics.median(speeds[name, side]) for side in ("convlab", "torchvision"))
            slower |= own < peer
            print(f"| {name} | {own:,.0f} | {peer:,.0f} | {own / peer:.1f} |")
    return int(slower)


if __name__ == "__main__":
    sys.exit(main())
