#!/usr/bin/env python3
"""Fetches what deps.toml names into .deps: `make deps`; with names, just those.

Needs Python 3.11 with pip or venv, and nothing else. A component that is there already costs a look at one small file.
A broken download leaves nothing behind: wheels are checked against their SHA-256 before they are unpacked, and a
component is unpacked beside its place and then moved there.

GLOO_DEPS_CACHE  a folder in which the wheels are kept between clones; without it they are thrown away when unpacked.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = ROOT / ".deps"
# Where things are while they are not whole yet.
BESIDE = DEPS / "tmp"


def fail(message):
    sys.exit(f"make deps: {message}")


def load():
    try:
        import tomllib
    except ImportError:
        fail(f"Python 3.11 or newer is needed, and {sys.executable} is {platform.python_version()}")
    return tomllib.loads((ROOT / "deps.toml").read_text(encoding="utf-8"))


def is_there(name, stamp):
    try:
        return (DEPS / name / "stamp").read_text(encoding="utf-8") == stamp
    except OSError:
        return False


def sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pip():
    """A command that runs pip: Python's own, or that of a virtual environment in .deps."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True).returncode == 0:
        return own
    environment = DEPS / "venv"
    inside = [str(environment / "bin" / "python3"), "-m", "pip"]
    if not (environment / "done").exists():
        shutil.rmtree(environment, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(environment)], capture_output=True, text=True)
        if made.returncode != 0:
            shutil.rmtree(environment, ignore_errors=True)
            fail("Python has neither pip nor venv here; on Debian and Ubuntu: apt-get install python3-venv")
        (environment / "done").touch()
    return inside


def download(component, folder):
    """The wheel in `folder`, its content checked."""
    wheel = folder / component["file"]
    if wheel.exists() and sha256(wheel) == component["sha256"]:
        return wheel
    command = [*pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command += ["--platform", component["platform"], "--dest", str(folder), component["wheel"]]
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode != 0:
        fail(f"pip could not download {component['wheel']}; is there a network?")
    if not wheel.exists():
        fail(f"pip brought another file than {component['file']}: {', '.join(sorted(os.listdir(folder)))}")
    got = sha256(wheel)
    if got != component["sha256"]:
        wheel.unlink()
        fail(f"{component['file']} is not the file that deps.toml names: its SHA-256 is {got}")
    return wheel


def files(archive, wanted):
    """The files that are wanted of a wheel, and their places: of a folder, everything below it."""
    for inside, place in wanted.items():
        if not inside.endswith("/"):
            yield inside, place
            continue
        for path in archive.namelist():
            if path.startswith(inside) and not path.endswith("/"):
                yield path, os.path.join(place, path.removeprefix(inside))


def unpack(name, component, stamp, wheel):
    new = BESIDE / name
    with zipfile.ZipFile(wheel) as archive:
        for inside, place in files(archive, component["unpack"]):
            target = new / place
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(inside) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
            target.chmod(0o755)
    for place, target in component.get("link", {}).items():
        (new / place).symlink_to(target)
    (new / "stamp").write_text(stamp, encoding="utf-8")
    if (DEPS / name).exists():
        (DEPS / name).rename(BESIDE / f"old-{name}")
    new.rename(DEPS / name)


def fetch(name, component, stamp):
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        fail(f"{component['what']}: deps.toml names it for x86_64 Linux only, and this is {platform.machine()} {sys.platform}")
    print(f"fetching {component['what']} ({component['wheel']}) into .deps/{name} …", file=sys.stderr, flush=True)
    cache = os.environ.get("GLOO_DEPS_CACHE")
    folder = pathlib.Path(cache) / component["sha256"] if cache else BESIDE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    unpack(name, component, stamp, download(component, folder))


def main():
    components = load()
    asked = sys.argv[1:]
    if unknown := [name for name in asked if name not in components]:
        fail(f"deps.toml names no {', '.join(unknown)}")
    is_wanted = lambda name: name in asked if asked else not components[name].get("asked")
    components = {name: component for name, component in components.items() if is_wanted(name)}
    stamps = {name: json.dumps(component, sort_keys=True) for name, component in components.items()}
    if all(is_there(name, stamp) for name, stamp in stamps.items()):
        return
    DEPS.mkdir(exist_ok=True)
    with (DEPS / "lock").open("w") as lock:
        # Two builds may ask at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(BESIDE, ignore_errors=True)
        try:
            for name, component in components.items():
                if not is_there(name, stamps[name]):
                    fetch(name, component, stamps[name])
        finally:
            shutil.rmtree(BESIDE, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("interrupted; nothing half is left behind")
    except OSError as error:
        fail(str(error))
