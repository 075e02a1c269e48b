"""Who takes part, and how each is run: one process for each measurement, its peak memory taken from the system."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import harmonic_mean

from networks import NETWORKS

HERE = Path(__file__).resolve().parent
DATASET = "fashion-mnist"
EVAL_BATCH_SIZE = 500
# Over the test images: one pass takes the fastest a quarter of a second, too short for a noisy machine.
EVAL_PASSES = 6


class PeersError(Exception):
    """Something that the user can put right; the message says how."""


@dataclass(frozen=True)
class Contestant:
    """`program` is `convlab`, `torch` or `keras`; `mode` is convlab's device, PyTorch's way of running, or Keras's
    `steps_per_execution`. Ratios are to peers that are `counted`: in f32, and as their documentation writes a training."""

    name: str
    program: str
    mode: str = ""
    counted: bool = True


CONTESTANTS = (
    Contestant("convlab ndarray", "convlab", "ndarray"),
    Contestant("convlab flex", "convlab", "flex"),
    Contestant("PyTorch eager", "torch", "eager"),
    Contestant("PyTorch channels_last", "torch", "channels_last"),
    Contestant("PyTorch compile", "torch", "compile"),
    Contestant("PyTorch bf16", "torch", "bf16", counted=False),
    Contestant("Keras", "keras", "1"),
    Contestant("Keras 32 steps", "keras", "32", counted=False),
)


@dataclass(frozen=True)
class Setting:
    """What is the same for all contestants."""

    convlab: Path
    python: Path
    data_dir: Path
    threads: int
    limit: int


@dataclass(frozen=True)
class Figures:
    """What one run gave; speeds in images per second, memory in bytes."""

    version: str
    parameters: int
    train_images_per_second: float
    eval_images_per_second: float
    train_loss: float
    train_accuracy: float
    test_accuracy: float
    peak_memory: int


@dataclass(frozen=True)
class Run:
    """A measurement: who, on what, in which round, and its figures."""

    round: int
    batch_size: int
    network: str
    contestant: str
    figures: Figures

    def as_json(self) -> dict:
        return asdict(self)


def run_process(command: list[str | Path], threads: int) -> tuple[str, int]:
    """Runs a command with its threads limited; its standard output, and its peak resident memory in bytes."""
    limits = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MATMUL_NUM_THREADS")
    env = os.environ | {name: str(threads) for name in limits} | {"PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+", errors="replace") as err:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            last = "\n".join(err.read().strip().splitlines()[-8:])
            raise PeersError(f"{command[0]} ended with status {process.returncode}:\n{last}")
        # Linux counts in KiB, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        return out.read(), usage.ru_maxrss * unit


def measure(contestant: Contestant, network: str, batch_size: int, setting: Setting) -> Figures:
    """One training epoch and `EVAL_PASSES` evaluations."""
    if contestant.program == "convlab":
        return measure_convlab(contestant.mode, network, batch_size, setting)
    mode = ["--mode" if contestant.program == "torch" else "--steps-per-execution", contestant.mode]
    command = [
        *(setting.python, HERE / f"{contestant.program}_peer.py", network, setting.data_dir / DATASET, *mode),
        *("--batch-size", str(batch_size), "--eval-batch-size", str(EVAL_BATCH_SIZE)),
        *("--eval-passes", str(EVAL_PASSES)),
        *("--threads", str(setting.threads), "--limit", str(setting.limit)),
    ]
    output, peak_memory = run_process(command, setting.threads)
    return Figures(**json.loads(output.splitlines()[-1]), peak_memory=peak_memory)


CONFIG = """\
[data]
dataset = "{dataset}"
train_images = {limit}
valid_fraction = 0.0
normalize = "unit"

[model]
{model}

[training]
epochs = 1
batch_size = {batch_size}
optimizer = "adam"
learning_rate = 1e-3
loss = "cross-entropy"
"""


def measure_convlab(device: str, network: str, batch_size: int, setting: Setting) -> Figures:
    """Peak memory is that of `convlab train`, which tests on the test images at its end as the peers do.

    Every epoch and every evaluation is a process of its own, without warm-up: that can only cost convlab a little.
    """
    places = ["--device", device, "--data-dir", setting.data_dir]
    with tempfile.TemporaryDirectory(prefix="convlab-peers-") as folder:
        config, run = Path(folder, "config.toml"), Path(folder, "run")
        model = NETWORKS[network].convlab
        config.write_text(CONFIG.format(dataset=DATASET, limit=setting.limit, model=model, batch_size=batch_size))
        train = ["train", config, "--ui", "none", "--artifacts", folder, "--name", run.name]
        _, peak_memory = run_process([setting.convlab, *train, *places], setting.threads)
        with open(run / "history.csv", newline="") as file:
            epoch = next(csv.DictReader(file))
        summary = json.loads((run / "summary.json").read_text())
        evaluate = ["evaluate", run, "--json", "--batch-size", str(EVAL_BATCH_SIZE), *places]
        passes = [run_process([setting.convlab, *evaluate], setting.threads) for _ in range(EVAL_PASSES)]
    evaluations = [json.loads(output) for output, _ in passes]
    speeds = [evaluation.get("images_per_second") for evaluation in evaluations]
    if None in speeds:
        raise PeersError(
            f"{setting.convlab} evaluate --json gives no images_per_second; build convlab from this checkout, or leave "
            "out --convlab"
        )
    return Figures(
        version=f"convlab {summary['convlab']} on Burn {summary['burn']}",
        parameters=summary["parameters"],
        train_images_per_second=float(epoch["images_per_second"]),
        eval_images_per_second=harmonic_mean(speeds),
        train_loss=float(epoch["train_loss"]),
        train_accuracy=float(epoch["train_accuracy"]),
        test_accuracy=evaluations[0]["accuracy"],
        peak_memory=peak_memory,
    )


def matrix_peak(setting: Setting) -> tuple[float, str]:
    """The machine's speed in f32 matrix products, in GFLOP/s, and what it was measured with."""
    output, _ = run_process(
        [setting.python, HERE / "torch_matrix_peak.py", "--threads", str(setting.threads)], setting.threads
    )
    return float(output), "PyTorch, 2048x2048 by 2048x2048"
