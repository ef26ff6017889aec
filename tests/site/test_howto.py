"""The Python blocks of a page run in order, as a reader would run them."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path

import matplotlib
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from experiments.site.copied import prose
from tests.site.prose import blocks, with_code

MARKS = {"start": (), "howto/export": pytest.mark.long}
PAGES = [pytest.param(page, marks=MARKS.get(page, pytest.mark.slow)) for page in with_code()]


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    matplotlib.use("agg")
    monkeypatch.chdir(tmp_path)
    # A module of its own, so that rules and classes of the page have a home that Python can find.
    home = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", home)

    for number, code in enumerate(blocks(page, "python"), 1):
        exec(compile(code, f"{page}, block {number}", "exec"), home.__dict__)


@pytest.mark.slow
def test_the_page_on_stable_baselines_fills_its_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for code in blocks("howto/sb3", "python")[:1]:
        exec(compile(code, "howto/sb3", "exec"), {"__name__": "page"})

    (events,) = tmp_path.glob("tensorboard/*/events*")
    reader = EventAccumulator(str(events))
    reader.Reload()
    for curve in ("kpis/mean_wait_s", "rollout/ep_rew_mean"):
        assert [point for point in reader.Scalars(curve) if math.isfinite(point.value)], curve


def test_every_howto_has_code_that_runs_or_shows_a_command():
    idle = [
        page
        for page in prose()
        if page.startswith("howto/") and page != "howto/index" and not blocks(page, "python") and not blocks(page, "sh")
    ]

    assert idle == []
