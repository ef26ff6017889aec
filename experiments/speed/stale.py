"""Test whether an edit of a kernel file ever runs old code, with the kernel's way of compiling, on two small files.

Numba's cache looks at the file of the compiled function alone. The edit is therefore made in another file, in a
function that the compiled one calls.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ccenv
from experiments.speed.child import ask
from experiments.speed.clock import exactly

PACKAGE = Path(ccenv.__file__).parent
KEPT = (
    "__init__.py",
    "files/*.py",
    "sim/__init__.py",
    "sim/kernel/__init__.py",
    "sim/kernel/compiler.py",
    "sim/kernel/jit.py",
    "loops/__init__.py",
)
CALLEE = '''
"""Called by an entry."""
from ccenv.sim.kernel.jit import helper


@helper
def answer():
    return {answer}
'''
ENTRY = '''
"""Called from Python."""
from ccenv.sim.called import answer
from ccenv.sim.kernel.jit import entry


@entry
def ask():
    return answer()
'''
RUN = """
import json
from ccenv.loops.calling import ask
print(json.dumps([ask(), sum(ask.stats.cache_misses.values())]))
"""


class Seen(NamedTuple):
    """Output of a process: the answer, and the number of functions that it had to compile."""

    answer: int
    compiled: int


def edited() -> list[Seen]:
    """Outputs before an edit of the called function, after it, and after the edit is undone."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkout"
        for path in (path for name in KEPT for path in PACKAGE.glob(name)):
            copy = folder / "ccenv" / path.relative_to(PACKAGE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        (folder / "ccenv/loops/calling.py").write_text(ENTRY)
        seen = []
        for answer in (1, 2, 1):
            (folder / "ccenv/sim/called.py").write_text(CALLEE.format(answer=answer))
            seen.append(Seen(*ask(RUN, cache=Path(scratch) / "cache", folder=folder).result))
        return seen


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Number of runs with the answer of other code, and number of functions compiled again after the edit is undone.

    Args:
        inputs: Not used.
    """
    seen = edited()
    stale = sum(got.answer != wanted for got, wanted in zip(seen, (1, 2, 1), strict=True))
    return {"figures": {"stale_runs": exactly(stale), "compiled_again": exactly(seen[-1].compiled)}}
