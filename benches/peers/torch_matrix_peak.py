"""Prints the best speed of an f32 matrix product in PyTorch, in GFLOP/s."""

import argparse
import time

import torch

SIDE, ROUNDS = 2048, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    left, right, product = (torch.randn(SIDE, SIDE) for _ in range(3))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        torch.matmul(left, right, out=product)
        best = min(best, time.perf_counter() - started)
    print(2 * SIDE**3 / best / 1e9)


if __name__ == "__main__":
    main()
