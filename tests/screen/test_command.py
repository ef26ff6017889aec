"""The command of the screen: its reduced form, results that are kept, settings that are refused, and the page."""

from pathlib import Path
from typing import Any

import pytest

from ccenv.files.writing import write_json
from experiments.jobs.files import ROOT, read_json
from experiments.screen import command, page, variants
from experiments.screen.declared import Variant
from experiments.screen.judge import CRITERIA, judged
from experiments.screen.settings import Settings
from tests.screen.made import PRICE, VARIANT, estimate, figures

LOSER = Variant("loser", "nothing to win", "tiny", ((PRICE, 3.0),))
PUBLISHED = ROOT / "experiments/results"


@pytest.fixture(autouse=True)
def two_variants(monkeypatch: pytest.MonkeyPatch):
    both = (VARIANT, LOSER)
    for module in (variants, page, command):
        monkeypatch.setattr(module, "VARIANTS", both)
    monkeypatch.setattr(page, "BY_NAME", {each.name: each for each in both})


def settings(folder: Path, **given: Any) -> Settings:
    small = {"cpu_s": 1.0, "days": 2, "validation_days": 8, "evaluation_days": 8, "processes": 1}
    return Settings(dir=str(folder / "cells"), results=str(folder), **(small | given))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, float]]]:
    """Names and levels of the variants measured: the first is made up to be a flagship, the other has no room."""
    found: list[tuple[str, dict[str, float]]] = []

    def measured(variant: Variant, levels: dict[str, float], effort: Any) -> dict[str, Any]:
        found.append((variant.name, dict(levels)))
        digest = variant.scenario(levels).digest
        lead = {"over_p2": estimate(0.1, 0.2)} if variant is LOSER else {}
        return figures(variant=variant.name, scenario_digest=digest, effort=effort._asdict(), **lead)

    monkeypatch.setattr(command, "measured", measured)
    return found


def test_a_flagship_is_tried_at_its_ends_and_finished_variants_are_kept(tmp_path: Path, calls: list[Any]):
    file = command.screen(settings(tmp_path, variants=["made_up"]), "a command")
    assert calls == [("made_up", {}), ("made_up", {"length": 10.0}), ("made_up", {"length": 30.0})]
    assert "Run: 1 of 2 declared variants (1 flagship)" in file.read_text() and "Not run: `loser`" in file.read_text()
    assert len(read_json(tmp_path / "screen/made_up.json")["ends"]) == 2

    command.screen(settings(tmp_path), "a command")
    assert calls[3:] == [("loser", {})]
    command.screen(settings(tmp_path), "a command")
    assert len(calls) == 4

    command.screen(settings(tmp_path, evaluation_days=9), "a command")
    assert len(calls) == 8  # of another effort


def test_a_result_of_another_centre_or_without_its_ends_is_measured_again(tmp_path: Path, calls: list[Any]):
    command.screen(settings(tmp_path, variants=["made_up"], ends=False), "a command")
    assert calls == [("made_up", {})]
    command.screen(settings(tmp_path, variants=["made_up"]), "a command")
    assert len(calls) == 3  # the ends alone: the variant itself is kept in a cell

    result = tmp_path / "screen/made_up.json"
    write_json(result, {**read_json(result), "scenario_digest": "other"})
    assert not command.is_current(read_json(result), VARIANT, settings(tmp_path))


def test_the_page_shows_losers_with_amplitude_and_price(tmp_path: Path, calls: list[Any]):
    shown = command.screen(settings(tmp_path), "a command").read_text()

    assert "(1 flagship, 1 no room found)" in shown
    rows = [line for line in shown.splitlines() if line.startswith("| `loser` | 0.42 | 0.15 |")]
    assert len(rows) == 3 and "no room found" in rows[0]
    assert "| length | range | 0 to 40 | made up |" in shown and "| price | source | – | made up |" in shown


@pytest.mark.parametrize(
    ("key", "value"), [("cpu_s", 0.0), ("days", 0), ("validation_days", 1), ("evaluation_days", 1)]
)
def test_bad_settings_are_refused(tmp_path: Path, key: str, value: float):
    with pytest.raises(ValueError, match=rf"{key} = {value}; allowed"):
        command.screen(settings(tmp_path, **{key: value}), "")


@pytest.mark.slow
def test_reduced_form(tmp_path: Path):
    shown = command.screen(settings(tmp_path, ends=False), "a command").read_text()

    assert "Run: 2 of 2 declared variants" in shown
    for variant in (VARIANT, LOSER):
        found = read_json(tmp_path / f"screen/{variant.name}.json")
        rungs = found["rungs"]
        assert set(rungs) == {"P0", "P1", "P2", "S"} and found["search"]["generations"] >= 1
        assert found["over_p2"]["mean"] == pytest.approx(rungs["S"]["value"] - rungs["P2"]["value"])
        assert found["over_p1"]["mean"] == pytest.approx(rungs["S"]["value"] - rungs["P1"]["value"])
        assert set(found["halves"]) == (set() if found["search"]["rules_chosen"] else {"routing", "pacing"})
        assert set(judged(variant, found)) == set(CRITERIA)


def test_published_page_is_that_of_the_results(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    files = [PUBLISHED / f"screen/{variant.name}.json" for variant in variants.VARIANTS]
    found = [read_json(file) for file in files if file.exists()]

    assert (PUBLISHED / "screen.md").read_text("utf-8") == page.page(found)
    for each in found:
        assert each["scenario_digest"] == page.BY_NAME[each["variant"]].scenario().digest, each["variant"]
