"""The frame of every workload: arguments, one process a case, clock, memory, JSON lines.

A script registers its cases with `@case("DATASET", "CASE", ...)` and ends with `main("WORKLOAD")`:

    python gbdt.py --data-dir DATA --threads 2 --only 'higgs/*' --seed 3

Each case runs in a process of its own, so that its peak of memory is its own, the limits on threads
are set before any library is loaded, and a crash costs one case. A result is one JSON line on
standard output with the fields of `cargo bench --bench peers`: `workload dataset peer version case
op threads wall_s cpu_s base_rss_mb peak_rss_mb`, what the operation adds, and `note`: why this
setting. A case that can not run here prints `op: skipped` and `why`; one that broke prints `op:
failed` and `why`.
"""

import argparse
import fnmatch
import importlib
import importlib.metadata
import json
import math
import os
import subprocess
import sys
import time
import warnings
from typing import Any, Callable, NamedTuple

# What libraries read their number of threads from when they are loaded.
THREADS = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "TBB_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "POLARS_MAX_THREADS",
    "LOKY_MAX_CPU_COUNT",
]


class Entry(NamedTuple):
    """A registered case."""

    dataset: str
    name: str
    peer: str
    package: str
    needs: list
    note: str
    run: Callable

    def path(self) -> str:
        return f"{self.dataset}/{self.name}"


ENTRIES: list = []


class Skip(Exception):
    """What this machine lacks for a case."""


def case(dataset, name, peer=None, package=None, needs=(), note=""):
    """Registers `run(case)`: `peer` is the library's name as boards show it, `package` the one
    whose version is told, `needs` the modules that must be there, `note` why this setting."""

    def register(run):
        shown = peer or name
        ENTRIES.append(
            Entry(dataset, name, shown, package or shown, list(needs) or [shown], note, run)
        )
        return run

    return register


class Case:
    """A running case: its files, its clock, its lines."""

    def __init__(self, asked, workload, entry, out):
        self.asked, self.workload, self.entry, self.out = asked, workload, entry, out
        self.threads, self.seed, self.trees, self.dataset = (
            asked.threads,
            asked.seed,
            asked.trees,
            entry.dataset,
        )
        try:
            self.version = importlib.metadata.version(entry.package)
        except importlib.metadata.PackageNotFoundError:
            # a build of another name, as xgboost-cpu
            module = importlib.import_module(entry.needs[0])
            self.version = getattr(module, "__version__", "")

    def path(self, name):
        return os.path.join(self.asked.data_dir, name)

    def array(self, name):
        import numpy

        return numpy.load(self.path(name + ".npy"))

    def time(self, op, work, repeat=None, **more):
        """The result of `work()`, run `--repeat` times; prints the line of the best run. A function
        among `more` is called with the result and the wall seconds."""
        base, runs = reset_peak(), []
        result = None
        for _ in range(repeat or self.asked.repeat):
            result = None  # what the last run made is not part of this run's memory
            cpu, wall = processor_seconds(), time.perf_counter()
            result = work()
            runs.append((time.perf_counter() - wall, processor_seconds() - cpu))
        wall, cpu = min(runs)
        line = {
            "wall_s": wall,
            "cpu_s": cpu,
            "base_rss_mb": base,
            "peak_rss_mb": status_mb("VmHWM"),
        }
        line |= {
            key: value(result, wall) if callable(value) else value for key, value in more.items()
        }
        self.emit(op, **line)
        return result

    def latency(self, op, call, rows, calls=2000, api="its Python call", empty=None, **more):
        """Microseconds of single calls on successive rows after a warm-up. `api` is what is called;
        `empty` goes the same way into the library and does nothing there: what the way costs."""
        spent = microseconds(call, rows, calls)
        at = lambda share: spent[calls * share // 100]
        nothing = microseconds(empty or (lambda _: None), rows, calls)[calls // 2]
        way = "the same way" if empty else "in Python"
        note = f"one row a call: {api}; an empty call {way} takes {nothing:.2f} microseconds"
        note = f"{self.entry.note}; {note}" if self.entry.note else note
        self.emit(op, p50_us=at(50), p99_us=at(99), empty_us=nothing, api=api, note=note, **more)

    def emit(self, op, **fields):
        e = self.entry
        if e.note:
            fields.setdefault("note", e.note)
        write(self.out, self.workload, e, op, self.threads, version=self.version, **fields)


def microseconds(call, rows, calls):
    """Sorted times of single calls, after a hundred that do not count."""
    for i in range(min(100, calls)):
        call(rows[i % len(rows)])
    spent = []
    for i in range(calls):
        row = rows[i % len(rows)]
        start = time.perf_counter_ns()
        call(row)
        spent.append((time.perf_counter_ns() - start) / 1e3)
    return sorted(spent)


def plain(value: Any):
    """Six significant digits of every fraction, and no numbers of NumPy's own. What JSON has no
    word for, NaN and the infinities, is null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def write(out, workload, entry, op, threads, **fields):
    line = dict(
        workload=workload, dataset=entry.dataset, peer=entry.peer, version=fields.pop("version", "")
    )
    line |= dict(case=entry.name, op=op, threads=threads, **fields)
    line |= dict(load1=load(), at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    line = {key: plain(value) for key, value in line.items()}
    out.write(json.dumps(line, allow_nan=False) + "\n")
    out.flush()


def load():
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def processor_seconds():
    """User and system seconds of this process and of children that have ended."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def status_mb(field):
    """A line of `/proc/self/status` in megabytes; nothing where there is none."""
    try:
        with open("/proc/self/status") as lines:
            found = [line for line in lines if line.startswith(field + ":")]
        return round(int(found[0].split()[1]) / 1024, 1)
    except (OSError, IndexError, ValueError):
        return None


def reset_peak():
    """Peak memory counts from here; what is resident now."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # refused in some containers: the peak then counts from the start of the process
    return status_mb("VmRSS")


def missing(needs):
    """Why a module is not there, or nothing."""
    for module in needs:
        try:
            importlib.import_module(module)
        except (
            Exception
        ) as reason:  # libraries fail to load in many ways: no wheel, no libgomp, another NumPy
            return f"{module}: {type(reason).__name__}: {' '.join(str(reason).split())[:200]}"
    return None


def run_child(asked, workload, entry):
    """One case, in a process of its own."""
    os.environ.update({name: str(asked.threads) for name in THREADS} | {"PYTHONWARNINGS": "ignore"})
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    why = missing(entry.needs)
    if why:
        write(out, workload, entry, "skipped", asked.threads, why=why)
        return 0
    try:
        entry.run(Case(asked, workload, entry, out))
    except Skip as reason:
        write(out, workload, entry, "skipped", asked.threads, why=str(reason))
    except FileNotFoundError as reason:
        write(
            out,
            workload,
            entry,
            "skipped",
            asked.threads,
            why=f"no file {os.path.basename(str(reason.filename))}",
        )
    except Exception as reason:
        why = f"{type(reason).__name__}: {' '.join(str(reason).split())[:300]}"
        write(out, workload, entry, "failed", asked.threads, why=why)
        return 1
    return 0


def arguments():
    said = argparse.ArgumentParser(
        description="One workload of other libraries, one JSON line a result."
    )
    said.add_argument("--data-dir", help="folder of the .npy, .csv and .parquet files")
    said.add_argument("--threads", type=int, default=1)
    said.add_argument(
        "--repeat", type=int, default=1, help="the best of so many runs of each operation"
    )
    said.add_argument("--only", default="*", help="comma-separated DATASET/CASE patterns")
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--trees", type=int, default=100)
    said.add_argument("--iterations", type=int, default=15, help="of ALS")
    said.add_argument("--list", action="store_true", help="print the cases and stop")
    said.add_argument("--child", metavar="DATASET/CASE", help="one case, in this process")
    asked = said.parse_args()
    if not asked.list and not asked.data_dir:
        said.error("--data-dir is missing")
    return asked


def main(workload):
    """Runs every case that `--only` lets through in a process of its own."""
    asked = arguments()
    if asked.child:
        entry = next((e for e in ENTRIES if e.path() == asked.child), None)
        if entry is None:
            sys.exit(f"error: no case `{asked.child}` in workload `{workload}`")
        sys.exit(run_child(asked, workload, entry))
    patterns = [p.strip() for p in asked.only.split(",")]
    chosen = [e for e in ENTRIES if any(fnmatch.fnmatchcase(e.path(), p) for p in patterns)]
    if not chosen:
        sys.exit(
            f"error: `--only {asked.only}` matches no case; there are: {' '.join(e.path() for e in ENTRIES)}"
        )
    if asked.list:
        print("\n".join(e.path() for e in chosen))
        return
    worst = 0
    for entry in chosen:
        command = [sys.executable, sys.argv[0], *sys.argv[1:], "--child", entry.path()]
        code = subprocess.run(command, check=False).returncode
        if code not in (0, 1):  # 1 has said why itself
            write(
                sys.stdout, workload, entry, "failed", asked.threads, why=f"ended with code {code}"
            )
        worst = max(worst, abs(code))
    sys.exit(min(worst, 125))
