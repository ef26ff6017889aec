"""How kernel functions are compiled, and where the result is kept.

`helper`: inlined by LLVM into its callers (numba's own `inline="always"` does not scale). `block`: compiled once and
called; for the few big functions. `entry`: called from Python. The cache folder is named by a digest of every kernel
source file, because numba's own stamp looks only at the file of the caller: an edit of a callee would go unnoticed.
"""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path
from typing import Any

import numba
import numba.core.config
import numpy as np

config: Any = numba.core.config  # made of the environment, so its names are not declared
PACKAGE = Path(__file__).resolve().parent.parent
KERNEL_FOLDERS = ("sim", "rules", "loops")
OPTIONS: dict[str, Any] = {"error_model": "numpy", "boundscheck": True}


def kernel_digest() -> str:
    """Hexadecimal digest of all kernel sources, the options and numba's version."""
    digest = hashlib.sha256(f"{sorted(OPTIONS.items())} {numba.__version__} {platform.python_version()}".encode())
    for folder in KERNEL_FOLDERS:
        for path in sorted((PACKAGE / folder).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """`$CCENV_CACHE_DIR`, else the user's cache folder; with one folder for each state of the kernel sources."""
    home = os.environ.get("CCENV_CACHE_DIR")
    if not home:
        home = str(Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "ccenv")
    return Path(home) / kernel_digest()


CACHE_FOLDER = cache_folder()


def _jit(**options: Any) -> Any:
    def decorate(function: Any) -> Any:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(CACHE_FOLDER)  # numba reads it while it decorates; others keep theirs
        try:
            return numba.njit(cache=True, **OPTIONS, **options)(function)
        finally:
            config.CACHE_DIR = before

    return decorate


def records(array: np.ndarray) -> Any:
    """The same memory, in which uncompiled code reads fields as compiled code does, as attributes."""
    return array.view(np.recarray) if config.DISABLE_JIT else array


if config.DISABLE_JIT:
    np.seterr(over="ignore")  # keys are made by arithmetic modulo 2^64

helper = _jit(forceinline=True)
block = _jit()
entry = _jit(nogil=True)
