#!/usr/bin/env python3
"""Times gloo on made-up workspaces and prints goals beside figures.

Usage: bench.py FOLDER    (`make bench` builds what is in it and calls this)

FOLDER has the release binaries: `gloo`; `bench-edit`, which times edits through the database; and `bench-strings`, which asks
Z3's theory of strings what the checker asks its diagrams. Each figure is the median of RUNS whole processes after one that is
not counted; memory is the largest resident set that the kernel saw.
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


def measure(command, runs=RUNS, status=0):
    """Median seconds and peak bytes of `command`, which has to exit with `status`."""
    seconds, peak = [], 0
    for run in range(runs + 1):
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = child.stderr.read()
        _, ended, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(ended)
        elapsed = time.perf_counter() - start
        if child.returncode != status:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{errors.decode(errors='replace')[:2000]}")
        if run > 0:
            seconds.append(elapsed)
            peak = max(peak, usage.ru_maxrss * 1024)
    return statistics.median(seconds), peak


def row(work, goal_seconds, goal_bytes, seconds, peak):
    """One line of the table; gives back the seconds."""
    met = seconds <= goal_seconds and (goal_bytes is None or peak <= goal_bytes)
    memory_goal = f"{goal_bytes // MIB} MiB" if goal_bytes else "-"
    memory = f"{peak // MIB} MiB" if peak else "-"
    verdict = "met" if met else "MISSED"
    print(f"| {work:<56} | {goal_seconds * 1000:>8.0f} ms | {seconds * 1000:>8.1f} ms | {memory_goal:>9} | {memory:>9} | {verdict:<6} |",
          flush=True)
    return seconds


def edited(folder, old, new):
    """A copy of a workspace with one rule changed."""
    shutil.copytree(folder, new)
    file = sorted(new.glob("host-*.gloo"))[-1]
    text = file.read_text()
    file.write_text(text.replace(old, "respond(410)", 1))
    assert file.read_text() != text
    return new


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    gloo = programs / "gloo"
    print(f"{os.cpu_count()} processors; median of {RUNS} runs, of what takes seconds one; workspaces by tests/bench/workspaces.py, "
          f"seed {workspaces.SEED}\n")
    print(f"| {'work':<56} |        goal |      figure |    memory |    memory | goal   |")
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
        row("gloo fmt --check, the same", 0.150, None, *measure([gloo, "fmt", "--check", one]))
        edit = subprocess.run([programs / "bench-edit", one], capture_output=True, text=True, check=True).stdout.split()
        row("an edit of one file through the database (99 %)", 0.015, None, float(edit[0]), 0)
        for backend in ("envoy", "istio", "gateway_api"):
            def build():
                shutil.rmtree(folder / "out", ignore_errors=True)
                return [gloo, "build", "--backend", backend, "--out", folder / "out", fifty]
            row(f"gloo build --backend {backend}, 50 clusters x 10,000", 5.0, 1024 * MIB, *measure(build(), runs=1))

        check = [gloo, "check", "--no-cache"]
        ten = row("gloo check, 10,000 rules on 500 hosts", 1.0, 400 * MIB, *measure([*check, hosts]))
        row("gloo check, 10,000 rules on one host", 4.0, None, *measure([*check, single], runs=1))
        one_cluster = row("gloo check, 10,000 rules on 200 hosts", 1.0, 400 * MIB, *measure([*check, one]))
        row("the same on 50 clusters (1.5 times)", 1.5 * one_cluster, None, *measure([*check, fifty]))
        large = workspaces.write(folder / "large", files=5_000, rules=20, clusters=1)
        row("gloo check, 100,000 rules on 5,000 hosts (12 times)", 12 * ten, None, *measure([*check, large], runs=1))
        row("findings after an edit of one rule of 10,000 (99 %)", 0.050, None, float(edit[1]), 0)
        claim = "no request through front where path in /nowhere/** => reaches(s01)"
        row("gloo prove, one claim about 10,000 rules on 500 hosts", 0.250, None, *measure([gloo, "prove", claim, hosts]))
        after = edited(hosts, "respond(404)", folder / "after")
        row("gloo diff, one of 10,000 rules changed", 1.0, None, *measure([gloo, "diff", hosts, after], status=1))
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        row("gloo check, 10,000 rules on 500 hosts, unchanged", 0.300, 200 * MIB, *measure([gloo, "check", hosts]))

        few = workspaces.write(folder / "few", files=1, rules=60, clusters=1)
        naive = subprocess.run([programs / "bench-strings", few], capture_output=True, text=True, check=True).stdout.split()
        own, _ = measure([*check, few])
        print(f"\nA table of {naive[0]} rules: the theory of strings of Z3 {float(naive[1]):.1f} s, {naive[2]} of its answers `unknown`; "
              f"`gloo check`, the whole process, {own * 1000:.0f} ms, none undecided.")


if __name__ == "__main__":
    main()
