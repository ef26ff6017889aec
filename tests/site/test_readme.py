"""The README quotes the results of the centres, and its example runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.seeds import seeds
from experiments.jobs.files import read_json
from experiments.jobs.readme import README
from experiments.pipeline.evaluation import VALUE, own_pair, rule_days
from experiments.site import sources
from experiments.site.centre_results import FILE, Results
from experiments.site.moment import pixels
from experiments.site.readme import EXCERPT, EXCERPTS, PICTURE, of_opponents
from experiments.site.solved import gap
from experiments.site.tables import EXTRAS
from experiments.tuning.page import in_short

MOST_LINES = 12


def test_readme_and_results_say_the_same():
    readme = README.read_text()

    for excerpt in EXCERPTS:
        assert readme == excerpt.renewed(readme, excerpt.published), "run python -m experiments.site.readme"


def test_the_picture_is_what_the_environment_renders():
    kept = np.asarray(Image.open(PICTURE).convert("RGB"))

    assert np.array_equal(kept, pixels()), "run python -m experiments.site.readme"


def test_the_first_screen_has_picture_sentence_install_example_and_result():
    first = "\n".join(README.read_text().splitlines()[:60])

    assert PICTURE.name in first and "pip install" in first and "```python" in first and EXCERPT.begin in first


def test_the_example_is_short_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)

    assert len(code) == 1 and len(code[0].strip().splitlines()) <= MOST_LINES
    exec(compile(code[0], "README.md", "exec"), {"__name__": "__main__"})


def test_every_extra_is_named():
    project = tomllib.loads((README.parent / "pyproject.toml").read_text())["project"]
    named = " ".join(README.read_text().split("The extras are")[1].split("\n\n")[0].split())

    assert set(EXTRAS) == set(project["optional-dependencies"])
    assert all(f"`{extra}` ({purpose})" in named for extra, purpose in EXTRAS.items() if extra != "all")


def test_every_extra_has_its_packages_on_the_start_page():
    start = sources.filled("start", "<!-- generated: extras -->", results())
    rows = {line.split('".[')[1].split("]")[0]: line for line in start.splitlines() if "pip install" in line}

    assert set(rows) == set(EXTRAS)
    assert [extra for extra, line in rows.items() if "all others" in line] == ["all"]
    assert "| data sets | `minari` |" in rows["minari"]


def made(behind: dict[str, float] | None, within: bool = True) -> dict[str, object]:
    value = {"mean": 5.0, "low": 4.9, "high": 5.1}
    rule = {"name": "fifo", "params": {}}
    label = "best" if behind is None else f"behind {behind['mean']}"
    return {
        "routing": rule, "pacing": rule, "label": label, "kpis": {"value": value}, "within_limit": within,
        "best": behind is None, "to_own": None, "behind_best": behind,
    }  # fmt: skip


def results(*rows: dict[str, object]) -> Results:
    return Results("command", {"bank_blended": {"episodes": 64, "rows": list(rows)}})


def tuned(name: str, low: float, reserves: bool | None = None) -> dict[str, object]:
    shipped = {"rung": "P0", "label": "fifo + max0", "value": 1.0, "low": 0.8, "high": 1.2, "dropped_share": None}
    over = {"mean": low + 1.0, "low": low, "high": low + 2.0}
    best = {**shipped, "rung": "P2", "label": "c_mu + progressive", "value": 5.5, "over_p0": over}
    return {"scenario": name, "reserves": reserves, "evaluation_days": 256, "rows": [shipped, best]}


def test_the_opponents_in_short_count_what_is_surely_ahead():
    results = [tuned("bank_blended", 3.0), tuned("n_design", -0.5), tuned("bank_blended", 3.0, reserves=True)]
    said = " ".join(of_opponents("\n\n".join(in_short(results))).split())

    assert "`c_mu + progressive`: reward 5.5 [0.8, 1.2] a day" in said
    assert "+4 [+3, +5] ahead of `fifo + max0`" in said
    assert "At 1 of the 2 centres tuned" in said
    assert in_short(results[2:]) == []


def test_a_page_without_the_section_is_refused():
    with pytest.raises(ValueError, match="In short"):
        of_opponents("# Opponents")


def test_a_pair_that_is_ahead_on_the_evaluation_days_is_told_as_such():
    tied, ahead = {"mean": -0.1, "low": -0.3, "high": 0.1}, {"mean": -0.5, "low": -0.8, "high": -0.2}
    behind = {"mean": 0.5, "low": 0.2, "high": 0.8}
    rows = [made(None), made(tied), made(ahead), made(behind), made(ahead, within=False)]
    found = results(*rows)

    assert [found.verdict(row) for row in rows] == [
        "best", "tied", "tied, ahead on these days", "behind", "above the limit"
    ]  # fmt: skip
    assert [row["label"] for row in found.leaders("bank_blended")] == ["best", "behind -0.1", "behind -0.5"]


@pytest.mark.parametrize("name", ["bank_blended", "n_design", "tiny"])
def test_the_results_are_those_of_the_simulator(name: str):
    scenario, kept = load_scenario(name), read_json(FILE)["centres"][name]
    own = next(row for row in kept["rows"] if row["to_own"] is None)
    days = rule_days(scenario, own_pair(scenario), seeds("evaluation", kept["episodes"]), kpis=["occupancy"])

    assert own["label"] == own_pair(scenario).label
    assert days[VALUE].mean() == pytest.approx(own["kpis"][VALUE]["mean"]), "run python -m experiments.site.measure"


def test_exact_gaps_are_those_of_the_solver():
    for name, kept in read_json(FILE)["centres"].items():
        assert kept["solved"] == pytest.approx(gap(name)), f"{name}: run python -m experiments.site.measure"


def test_the_results_hold_every_centre_with_intervals():
    plain = read_json(FILE)

    assert list(plain["centres"]) == list_scenarios()
    for centre in plain["centres"].values():
        assert sum(row["best"] for row in centre["rows"]) == 1
        assert all(row["best"] or row["behind_best"]["low"] is not None for row in centre["rows"])
