"""Fashion-MNIST as arrays, for the peers."""

import gzip
from pathlib import Path

import numpy as np

SIDE = 28


def load(folder: Path, split: str, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The first `limit` images, uint8 of `[images, 28, 28]`, and labels, uint8, of split `train` or `t10k`."""
    images = read_idx(folder / f"{split}-images-idx3-ubyte.gz", header=16).reshape(-1, SIDE, SIDE)
    labels = read_idx(folder / f"{split}-labels-idx1-ubyte.gz", header=8)
    return images[:limit], labels[:limit]


def read_idx(path: Path, header: int) -> np.ndarray:
    """The bytes after the header."""
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)
