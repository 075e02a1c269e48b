#!/usr/bin/env python3
"""Measures convlab against PyTorch and Keras: same machine, same data, same threads, in turn.

Needs Python 3.11 or later and nothing else: the peers are installed in a virtual environment, convlab is built.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from contestants import (
    CONTESTANTS,
    DATASET,
    HERE,
    Contestant,
    PeersError,
    Run,
    Setting,
    matrix_peak,
    measure,
    run_process,
)
from networks import MEMORY_BATCH_SIZE, NETWORKS, parameters
from report import Report

REPOSITORY = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
TRAIN_IMAGES = 60_000
FILES = [f"{split}-{kind}-ubyte.gz" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help=f"folder that holds {DATASET}/ [default: $CONVLAB_DATA]")
    parser.add_argument("--venv", type=Path, default=REPOSITORY / "target/peers-venv", help="the peers' environment")
    parser.add_argument("--convlab", type=Path, help="a built convlab, instead of building it")
    parser.add_argument("--networks", type=names(NETWORKS), default=list(NETWORKS), metavar="A,B")
    contestants = [contestant.name for contestant in CONTESTANTS]
    parser.add_argument("--contestants", type=names(contestants), default=contestants, metavar="A,B")
    parser.add_argument("--batch-sizes", type=numbers, default=[32, 128], metavar="N,M")
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--limit", type=positive, default=TRAIN_IMAGES, help="train on this many images")
    quick = "one round on 1,000 images at the smallest batch size: does it all run?"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run's figures there")
    args = parser.parse_args()
    args.limit = min(args.limit, TRAIN_IMAGES)
    if args.quick:
        args.rounds, args.limit, args.batch_sizes = 1, min(args.limit, 1_000), [min(args.batch_sizes)]
    return args


def names(known):
    """A parser of names separated by commas."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of: {', '.join(known)}")
        return chosen

    return parse


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, received {text!r}")
    return int(text)


def numbers(text: str) -> list[int]:
    return sorted({positive(part) for part in text.split(",")})


def find_data(explicit: Path | None) -> Path:
    """The folder that holds Fashion-MNIST's."""
    cure = f"run `cargo run -- data fetch {DATASET} --data-dir DIR`, then this with --data-dir DIR"
    if explicit is None and not os.environ.get("CONVLAB_DATA"):
        raise PeersError(f"no data: neither --data-dir nor CONVLAB_DATA is given; {cure}")
    folder = explicit or Path(os.environ["CONVLAB_DATA"])
    for name in FILES:
        if not (folder / DATASET / name).is_file():
            raise PeersError(f"no data: {folder / DATASET / name} is missing; {cure}")
    return folder.resolve()


def prepare_venv(venv: Path) -> Path:
    """The Python of an environment with the peers in it, installed if need be."""
    python = venv / "bin" / "python"
    if python.exists() and not (missing := missing_packages(python)):
        return python
    if not python.exists():
        tell(f"making the virtual environment {venv}")
        cure = "install Python's venv module (Debian: apt-get install python3-venv)"
        check([sys.executable, "-m", "venv", venv], cure)
        missing = missing_packages(python)
    tell(f"installing {', '.join(missing)}")
    check(
        [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS],
        f"look at pip's message above; or install {REQUIREMENTS} yourself and give that environment with --venv",
    )
    return python


def missing_packages(python: Path) -> list[str]:
    """The lines of requirements.txt (all `name==1.2.*`) that the environment does not fulfil."""
    code = (
        "import importlib.metadata, json\n"
        "found = importlib.metadata.distributions()\n"
        "print(json.dumps({package.name.lower().replace('_', '-'): package.version for package in found}))"
    )
    try:
        output = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        cure = "remove that folder, or choose another with --venv"
        raise PeersError(f"{python} does not run ({error}); {cure}") from error
    installed = json.loads(output)
    missing = []
    for line in REQUIREMENTS.read_text().split():
        name, version = line.split("==")
        if not installed.get(name, "").startswith(version.removesuffix("*")):
            missing.append(line)
    return missing


def build_convlab() -> Path:
    """Builds convlab with both CPU backends in cargo's default profile, the one that users get."""
    if shutil.which("cargo") is None:
        raise PeersError("there is no cargo; install Rust, or give a built program with --convlab PATH")
    tell("building convlab")
    command = ["cargo", "build", "--locked", "--features", "flex", "--bin", "convlab"]
    command.append("--message-format=json-render-diagnostics")
    output = check(command, "look at cargo's message above", REPOSITORY, capture=True)
    for line in reversed(output.splitlines()):
        if executable := json.loads(line).get("executable"):
            return Path(executable)
    raise PeersError("cargo built no program; try `cargo build --features flex`, and give what it built with --convlab")


def check(command: list, cure: str, folder: Path | None = None, capture: bool = False) -> str:
    """Runs a command that shows its own messages; its standard output if captured.

    Else that goes to standard error: this program's standard output is for the tables.
    """
    try:
        result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE if capture else sys.stderr, text=True)
    except OSError as error:
        raise PeersError(f"{command[0]} does not run ({error}); {cure}") from error
    if result.returncode != 0:
        raise PeersError(f"`{' '.join(map(str, command))}` ended with status {result.returncode}; {cure}")
    return result.stdout or ""


def backends_of(convlab: Path) -> set[str]:
    """Those built into the program."""
    try:
        version, _ = run_process([convlab, "--version"], threads=1)
    except OSError as error:
        raise PeersError(f"{convlab} does not run ({error}); give a built convlab with --convlab") from error
    found = re.search(r"backends: ([^)]*)", version)
    if found is None:
        raise PeersError(f"{convlab} names no backends: {version.strip()!r}; give a built convlab with --convlab")
    return set(found[1].split(", "))


def choose(wanted: list[str], backends: set[str]) -> list[Contestant]:
    """The contestants that can run."""
    chosen = []
    for contestant in CONTESTANTS:
        if contestant.name not in wanted:
            continue
        if contestant.program == "convlab" and contestant.mode not in backends:
            tell(f"warning: {contestant.name} is left out: the program is built without it")
            continue
        chosen.append(contestant)
    return chosen


def turns(args: argparse.Namespace, contestants: list[Contestant]) -> Iterator[tuple[int, int, str, Contestant]]:
    """All measurements; every other round goes backwards, so that nobody always follows the same neighbour."""
    for round_ in range(1, args.rounds + 1):
        for batch_size in args.batch_sizes:
            for network in args.networks:
                for contestant in contestants if round_ % 2 else reversed(contestants):
                    yield round_, batch_size, network, contestant


def measure_all(args: argparse.Namespace, contestants: list[Contestant], setting: Setting) -> tuple[Report, bool]:
    """Runs them all; the report, and whether every run succeeded. A contestant that fails leaves a gap."""
    report = Report([], *matrix_peak(setting))
    complete = True
    for round_, batch_size, network, contestant in turns(args, contestants):
        label = f"round {round_}/{args.rounds}, batch {batch_size:>3}, {network:<14}  {contestant.name:<21}"
        try:
            figures = measure(contestant, network, batch_size, setting)
        except PeersError as error:
            tell(f"{label}  failed: {error}")
            complete = False
            continue
        if figures.parameters != (expected := parameters(NETWORKS[network])):
            raise PeersError(
                f"{contestant.name} trained another network: {network} has {expected} parameters, received "
                f"{figures.parameters}; its entry in networks.py does not fit the contestant"
            )
        report.runs.append(Run(round_, batch_size, network, contestant.name, figures))
        tell(
            f"{label} {figures.train_images_per_second:>9,.0f} trained/s"
            f" {figures.eval_images_per_second:>9,.0f} evaluated/s {figures.peak_memory / 2**20:>7,.0f} MiB"
        )
        if args.json:
            write_json(args, report)
    return report, complete


def write_json(args: argparse.Namespace, report: Report) -> None:
    """After each run: an interrupted comparison keeps what it has."""
    content = {
        "machine": machine(),
        "threads": args.threads,
        "train_images": args.limit,
        "matrix_peak_gflops": report.peak,
        "matrix_peak_source": report.peak_source,
        "runs": [run.as_json() for run in report.runs],
    }
    temporary = args.json.with_name(args.json.name + ".part")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    temporary.replace(args.json)


def machine() -> str:
    """The processor, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    name = found[1] if found else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"


def main() -> int:
    args = arguments()
    if not hasattr(os, "wait4"):
        raise PeersError("peak memory is measured with wait4, which this system has not; use Linux or macOS")
    data_dir = find_data(args.data_dir)
    convlab = args.convlab.resolve() if args.convlab else build_convlab()
    contestants = choose(args.contestants, backends_of(convlab))
    # Not resolved: a virtual environment is recognised by the path of its Python.
    python = prepare_venv(args.venv.absolute())
    if (load := os.getloadavg()[0]) > 0.5:
        tell(f"warning: the machine is busy (load {load:.1f}); measure when it is idle")
    setting = Setting(convlab, python, data_dir, args.threads, args.limit)
    report, complete = measure_all(args, contestants, setting)
    if not report.runs:
        raise PeersError("no run succeeded; the messages above tell why")
    print(f"# convlab and its peers\n\n{machine()}; {args.threads} threads, {args.limit:,} training images.\n")
    if MEMORY_BATCH_SIZE not in args.batch_sizes:
        tell(f"warning: goals are for batch size {MEMORY_BATCH_SIZE}, which was not measured")
    print(report.text())
    return 0 if complete else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PeersError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
