"""Fresh Python processes that print their measurement on their last line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from experiments.jobs.files import ROOT


class Said(NamedTuple):
    """Output of a process: its last line, parsed as JSON, and its whole error output."""

    result: Any
    errors: str


def ask(code: str, *, cache: Path | None = None, folder: Path = ROOT) -> Said:
    """Run code in a fresh process.

    Args:
        code: Python code; its last line of output is JSON.
        cache: Folder of compiled code; None for the usual one.
        folder: Working folder, from which it imports.

    Raises:
        RuntimeError: If the process fails; with its error output.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
    if cache is not None:
        environment["CCENV_CACHE_DIR"] = str(cache)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"a process that measures ended with code {done.returncode}: {done.stderr.strip()}")
    return Said(json.loads(done.stdout.splitlines()[-1]), done.stderr)
