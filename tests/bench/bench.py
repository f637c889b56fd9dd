#!/usr/bin/env python3
"""Times gloo on made-up workspaces and prints goals beside figures.

Usage: bench.py GLOO EDIT    (`make bench` builds both and calls this)

GLOO is the release binary; EDIT the program that times an edit through the database. Each figure is the median of
RUNS whole processes after one that is not counted; memory is the largest resident set that the kernel saw.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import workspaces

RUNS = 5
MIB = 1024 * 1024


def measure(command, runs=RUNS):
    """Median seconds, peak bytes and the last exit status of `command`."""
    seconds, peak, status = [], 0, 0
    for run in range(runs + 1):
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.perf_counter() - start
        if child.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.decode(errors='replace')[:2000]}")
        if run > 0:
            seconds.append(elapsed)
            peak = max(peak, usage.ru_maxrss * 1024)
    return statistics.median(seconds), peak


def row(work, goal_seconds, goal_bytes, seconds, peak):
    """One line of the table."""
    met = seconds <= goal_seconds and (goal_bytes is None or peak <= goal_bytes)
    memory_goal = f"{goal_bytes // MIB} MiB" if goal_bytes else "-"
    memory = f"{peak // MIB} MiB" if goal_bytes else "-"
    verdict = "met" if met else "MISSED"
    print(f"| {work:<52} | {goal_seconds * 1000:>8.0f} ms | {seconds * 1000:>8.1f} ms | {memory_goal:>9} | {memory:>9} | {verdict:<6} |")


def main():
    gloo, edit = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    print(f"{os.cpu_count()} processors; median of {RUNS} runs; workspaces by tests/bench/workspaces.py, seed {workspaces.SEED}\n")
    print("| work                                                 |        goal |      figure |    memory |    memory | goal   |")
    print("|---|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        one = workspaces.write(folder / "one", files=200, rules=50, clusters=1)
        fifty = workspaces.write(folder / "fifty", files=200, rules=50, clusters=50)
        hosts = workspaces.write(folder / "hosts", files=500, rules=20, clusters=1)
        single = workspaces.write(folder / "single", files=1, rules=10_000, clusters=1)
        # What is timed is a check of files that are laid out already.
        subprocess.run([gloo, "fmt", one], check=True, stdout=subprocess.DEVNULL)

        row("gloo --version", 0.010, None, *measure([gloo, "--version"], runs=20))
        row("gloo check --types-only, 10,000 routes in 200 files", 0.300, 200 * MIB, *measure([gloo, "check", "--types-only", one]))
        check = [gloo, "check", "--no-cache"]
        row("gloo check, 10,000 rules on 500 hosts", 1.0, 400 * MIB, *measure([*check, hosts]))
        row("gloo check, 10,000 rules on one host", 4.0, None, *measure([*check, single], runs=1))
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        row("gloo check, 10,000 rules on 500 hosts, unchanged", 0.300, 200 * MIB, *measure([gloo, "check", hosts]))
        row("gloo fmt --check, the same", 0.150, None, *measure([gloo, "fmt", "--check", one]))
        for backend in ("envoy", "istio", "gateway_api"):
            def build():
                shutil.rmtree(folder / "out", ignore_errors=True)
                return [gloo, "build", "--backend", backend, "--out", folder / "out", fifty]
            row(f"gloo build --backend {backend}, 50 clusters x 10,000", 5.0, 1024 * MIB, *measure(build(), runs=1))
        output = subprocess.run([edit, one], capture_output=True, text=True, check=True).stdout.split()
        row("an edit of one file through the database (99 %)", 0.015, None, float(output[0]), 0)


if __name__ == "__main__":
    main()
