"""The Python blocks of a page run in order, as a reader would run them."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path

import matplotlib
import pytest
from hydra import compose, initialize_config_dir
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from experiments.jobs.config import CONFIGS, register, settings_of
from experiments.pipeline.sweep_cell import cell_of
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


def test_the_grid_of_the_page_on_sweeps_is_one(tmp_path: Path):
    (grid,) = blocks("howto/sweep", "yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ratios.yaml").write_text(grid)
    register()
    given = [f"hydra.searchpath=[file://{tmp_path}]", "scenario.name=tiny", "evaluation.days=16"]
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        cells = [cell_of(settings_of(compose("sweep", [*given, f"rules={name}"]))) for name in ("quick", "ratios")]

    assert "rules=quick,ratios evaluation.days=16" in "".join(blocks("howto/sweep", "sh"))
    assert cells[0].digest != cells[1].digest
    assert set(cells[1].settings.rules.pacing) == {"no_dial", "fixed_ratio"}


def test_every_howto_has_code_that_runs_or_shows_a_command():
    idle = [
        page
        for page in prose()
        if page.startswith("howto/") and page != "howto/index" and not blocks(page, "python") and not blocks(page, "sh")
    ]

    assert idle == []
