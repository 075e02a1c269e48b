"""The measurements as Markdown tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from contestants import CONTESTANTS, Contestant, Run
from networks import MEMORY_BATCH_SIZE, MEMORY_NETWORK, NETWORKS, training_flop

NONE = "–"
BACKENDS_DIFFER = 1.15


@dataclass(frozen=True)
class Report:
    runs: list[Run]
    peak: float
    """GFLOP/s of matrix products."""
    peak_source: str

    def text(self) -> str:
        """All tables."""
        batch_sizes = sorted({run.batch_size for run in self.runs})
        parts = [self.training(batch_size) for batch_size in batch_sizes]
        parts += [self.evaluation(), self.memory(), *map(self.share_of_peak, batch_sizes), self.goals()]
        parts += [self.backends(), self.accuracy(), self.spread(), self.versions()]
        return "\n\n".join(part for part in parts if part)

    # The figures behind the tables.

    def values(self, name: str, network: str, batch_size: int | None, figure: str) -> list[float]:
        """A field of `Figures` in each of a contestant's runs; without `batch_size`, at all of them."""
        return [
            getattr(run.figures, figure)
            for run in self.runs
            if run.contestant == name and run.network == network and batch_size in (None, run.batch_size)
        ]

    def middle(self, name: str, network: str, batch_size: int | None, figure: str) -> float | None:
        values = self.values(name, network, batch_size, figure)
        return median(values) if values else None

    def train_speed(self, contestant: Contestant, network: str, batch_size: int) -> float | None:
        return self.middle(contestant.name, network, batch_size, "train_images_per_second")

    def eval_speed(self, contestant: Contestant, network: str) -> float | None:
        """Over the runs of all training batch sizes: the evaluation's own is always the same."""
        return self.middle(contestant.name, network, None, "eval_images_per_second")

    def networks(self) -> list[str]:
        measured = {run.network for run in self.runs}
        return [network for network in NETWORKS if network in measured]

    # The tables.

    def training(self, batch_size: int) -> str:
        def speed(contestant: Contestant, network: str) -> float | None:
            return self.train_speed(contestant, network, batch_size)

        return f"## Training, batch size {batch_size}: images/s\n\n{self.speeds(speed)}"

    def evaluation(self) -> str:
        return f"## Evaluation: images/s\n\n{self.speeds(self.eval_speed)}"

    def speeds(self, speed: Callable[[Contestant, str], float | None]) -> str:
        rows = []
        for network in self.networks():
            cells = [number(speed(contestant, network)) for contestant in CONTESTANTS]
            rows.append([network, *cells, ratio(lead(lambda contestant: speed(contestant, network)))])
        header = ["network", *(contestant.name for contestant in CONTESTANTS), "convlab / fastest counted peer"]
        return table(header, rows)

    def memory(self) -> str:
        rows = []
        for contestant in CONTESTANTS:
            if (peak := self.peak_memory(contestant)) is not None:
                rows.append([contestant.name, number(peak)])
        if not rows:
            return ""
        title = f"## Peak memory of training {MEMORY_NETWORK}, batch size {MEMORY_BATCH_SIZE}"
        return f"{title}\n\n{table(['contestant', 'MiB'], rows)}"

    def peak_memory(self, contestant: Contestant) -> float | None:
        """In MiB."""
        peak = self.middle(contestant.name, MEMORY_NETWORK, MEMORY_BATCH_SIZE, "peak_memory")
        return None if peak is None else peak / 2**20

    def share_of_peak(self, batch_size: int) -> str:
        rows = []
        for network in self.networks():
            flop = training_flop(NETWORKS[network])
            row = [network, f"{flop / 1e6:.1f}"]
            for ours in (True, False):
                speed = best(self.train_speed(c, network, batch_size) for c in CONTESTANTS if side(c, ours))
                gflops = None if speed is None else speed * flop / 1e9
                row += [NONE, NONE] if gflops is None else [f"{gflops:.1f}", f"{gflops / self.peak:.0%}"]
            rows.append(row)
        title = f"## Share of the matrix product's peak that a training step reaches, batch size {batch_size}"
        peak = f"Peak, f32: {self.peak:.0f} GFLOP/s ({self.peak_source})."
        header = ["network", "MFLOP per image", "convlab GFLOP/s", "share", "fastest counted peer GFLOP/s", "share"]
        return f"{title}\n\n{peak}\n\n{table(header, rows)}"

    def goals(self) -> str:
        rows = []
        for network in self.networks():
            goal = NETWORKS[network].goal
            train = lead(lambda contestant: self.train_speed(contestant, network, MEMORY_BATCH_SIZE))
            evaluation = lead(lambda contestant: self.eval_speed(contestant, network))
            rows.append([f"{network}, training", *verdict(goal.train, train)])
            if goal.evaluation is not None:
                rows.append([f"{network}, evaluation", *verdict(goal.evaluation, evaluation)])
        ours = best((self.peak_memory(c) for c in CONTESTANTS if side(c, ours=True)), min)
        theirs = best((self.peak_memory(c) for c in CONTESTANTS if c.program == "torch" and c.counted), min)
        if ours is not None and theirs is not None:
            met = "yes" if ours < theirs else "**no**"
            rows.append(["peak memory", f"< {theirs:,.0f} MiB (PyTorch)", f"{ours:,.0f} MiB", met])
        return f"## Goals, batch size {MEMORY_BATCH_SIZE}\n\n{table(['goal', 'needed', 'reached', 'met'], rows)}"

    def backends(self) -> str:
        """Where one of convlab's CPU backends is clearly the faster one."""
        lines = []
        for network in self.networks():
            for batch_size in sorted({run.batch_size for run in self.runs}):
                speeds = {c.mode: self.train_speed(c, network, batch_size) for c in CONTESTANTS if side(c, ours=True)}
                known = {mode: speed for mode, speed in speeds.items() if speed}
                if len(known) < 2:
                    continue
                slow, fast = sorted(known, key=known.__getitem__)
                factor = known[fast] / known[slow]
                if factor > BACKENDS_DIFFER:
                    where = f"{network}, batch size {batch_size}"
                    lines.append(f"- {where}: `{fast}` trains {factor:.2f}x as fast as `{slow}`.")
        if not lines:
            return ""
        return f"convlab's CPU backends differ by more than {BACKENDS_DIFFER}x:\n\n" + "\n".join(lines)

    def accuracy(self) -> str:
        """That all contestants learn the same: their speeds mean little if not."""
        rows = []
        for network in self.networks():
            cells = [self.middle(contestant.name, network, None, "test_accuracy") for contestant in CONTESTANTS]
            rows.append([network, *(NONE if cell is None else f"{cell:.1%}" for cell in cells)])
        header = ["network", *(contestant.name for contestant in CONTESTANTS)]
        return f"## Test accuracy after the epoch\n\n{table(header, rows)}"

    def spread(self) -> str:
        """How much to trust the medians."""
        rounds = max(run.round for run in self.runs)
        if rounds == 1:
            return "One round only: nothing tells how much these figures vary."
        spreads = []
        for run in self.runs:
            values = self.values(run.contestant, run.network, run.batch_size, "train_images_per_second")
            spreads.append((max(values) / min(values), f"{run.contestant}, {run.network}, batch size {run.batch_size}"))
        factor, where = max(spreads)
        differ = f"in training the fastest and slowest differ by up to {factor:.2f}x ({where})"
        return f"Medians of {rounds} rounds; {differ}."

    def versions(self) -> str:
        return "Versions: " + "; ".join(sorted({run.figures.version for run in self.runs})) + "."


def side(contestant: Contestant, ours: bool) -> bool:
    """Whether the contestant counts for convlab, or for the f32 peers."""
    return (contestant.program == "convlab") == ours and contestant.counted


def best(values: Iterable[float | None], choose: Callable[[list[float]], float] = max) -> float | None:
    """Of the values that were measured."""
    known = [value for value in values if value is not None]
    return choose(known) if known else None


def lead(speed: Callable[[Contestant], float | None]) -> float | None:
    """The faster of convlab's backends against the fastest counted peer."""
    ours, theirs = (best(map(speed, [c for c in CONTESTANTS if side(c, ours)])) for ours in (True, False))
    return None if ours is None or theirs is None else ours / theirs


def verdict(needed: float, reached: float | None) -> tuple[str, str, str]:
    met = NONE if reached is None else "yes" if reached >= needed else "**no**"
    return f"{needed:.1f}x", ratio(reached), met


def number(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def ratio(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}x"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers aligned right, readable as text too."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]

    def line(cells: list[str]) -> str:
        first, *others = cells
        padded = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:]))]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([line(header), line(rule), *map(line, rows)])
