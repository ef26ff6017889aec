"""Provenance of a result: versions, machine, commit. Files that are compared byte by byte do not hold it."""

from __future__ import annotations

import datetime
import functools
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from experiments.jobs.files import ROOT

PACKAGES = (
    "ccenv", "numpy", "numba", "gymnasium", "torch", "stable-baselines3", "sb3-contrib", "onnxruntime", "hydra-core",
    "matplotlib",
)  # fmt: skip


def provenance(seconds: float, cpu_s: float) -> dict[str, Any]:
    """Return what is noted beside a result: its times, date, command, commit, machine and versions.

    Args:
        seconds: Wall time that it took.
        cpu_s: CPU time of all its processes.
    """
    return {
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu_s, 2),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command(),
        "commit": commit(),
        "host": platform.node(),
        "machine": machine(),
        "versions": versions(),
    }


def command() -> str:
    """Return the command line of this process; in a process of a sweep, that of its cell."""
    from hydra.core.hydra_config import HydraConfig

    if HydraConfig.initialized() and HydraConfig.get().job.name == "sweep":
        return " ".join(["python -m experiments.sweep", *HydraConfig.get().overrides.task])
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    return " ".join(["python", *(["-m", main.name] if main else sys.argv[:1]), *sys.argv[1:]])


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages in `PACKAGES`."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@functools.cache
def machine() -> str:
    """Return processor, number of cores and system in one line."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


@functools.cache
def commit() -> str:
    """Return the commit of the checkout and whether files differ from it; a note outside a git checkout."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return "not a git checkout"
    return head + (" with local changes" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
