"""Settings for all tests and doctests."""

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

# One thread, as in the Makefile: torch computes other weights with two threads than with one, and two threads slow
# down tenfold beside another busy process. The libraries read these variables at import, which comes after this file.
for variable in ("MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["SDL_VIDEODRIVER"] = "dummy"  # pygame's windows need no display then
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"

# A shell starts background jobs with SIGINT ignored, and their children inherit it: tests of Ctrl-C would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hypothesis draws the same examples in every run, so a new failure comes from a change of the code. There is no
# deadline: the first example may compile a kernel.
settings.register_profile("ccenv", derandomize=True, deadline=None)
settings.load_profile("ccenv")

# Scripts for other environments (`make check-install`). The search for doctests would run them in this one.
collect_ignore = ["install"]


class DoctestsOnly:
    """Skips the search for doctests in modules without a prompt, so that collecting does not import every module."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Drop the doctest collector of a file without `>>>`."""
        found = yield
        return [one for one in found if not isinstance(one, DoctestModule) or ">>>" in file_path.read_text("utf-8")]


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin by hand: hooks of this file see the files of `tests/` only."""
    config.pluginmanager.register(DoctestsOnly())
