"""The command of the ablations: declarations, shared starts, rows that stay, page, report, and a reduced form."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from omegaconf import OmegaConf

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from ccenv.serving import load_bundle
from experiments.ablate import command
from experiments.ablate.command import measure, merged
from experiments.ablate.declared import ABLATIONS, CENTRES, LEARNERS, ORDER, PACING, ROUTING
from experiments.ablate.page import page
from experiments.ablate.replicate import asked, changed, changes_of, headline_of, learned, references_of
from experiments.ablate.settings import Settings, register
from experiments.headline.replicate import Cell, folder_of
from experiments.jobs.config import CONFIGS
from experiments.jobs.files import read_json
from experiments.pipeline.learning import training_of
from experiments.reports.ablations import ablations
from experiments.reports.page import TEMPLATES


@pytest.fixture(scope="module")
def committed() -> Settings:
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        settings = OmegaConf.to_object(compose("ablate"))
    assert isinstance(settings, Settings)
    return settings


def test_each_ablation_changes_its_learner(committed: Settings):
    assert len(set(ORDER)) == len(ABLATIONS) + len(LEARNERS)
    assert committed.centres == [*CENTRES]
    parts = {"warm start", "margin", "horizon", "held deviations", "paired futures", "features", "seeds",
             "actions"}  # fmt: skip
    assert {each.part for each in ABLATIONS} == parts
    for each in ABLATIONS:
        whole = committed.learners[each.learner]
        other = changed(whole, each)
        before, after = training_of(whole), training_of(other)
        assert (before.settings, whole.dials) != (after.settings, other.dials) or each.own_start, each.name
        kept = [field.name for field in dataclasses.fields(before.settings) if field.name not in each.changes]
        for name in kept:
            assert getattr(after.settings, name) == getattr(before.settings, name)


def test_cells_are_those_asked_for(committed: Settings):
    given = dataclasses.replace(committed, only=["clones_unpaired", "search"], centres=[ROUTING, PACING], replicates=2)
    assert [each.name for each in asked(given, ROUTING)][-1] == "clones_unpaired"
    assert {each.learner for each in asked(given, PACING)} == {"search"}
    assert {cell[:2] for cell in references_of(given)} == {
        (ROUTING, "search"), (ROUTING, "clones"), (PACING, "search")
    }  # fmt: skip
    assert (Cell(ROUTING, "clones_unpaired", 1), Cell(ROUTING, "clones", 1)) in changes_of(given)
    assert headline_of(given).cpu_s["clones_unpaired"] == 3.0 * given.cpu_s["clones"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"centres": ["tiny"]}, "centres: 'tiny'; allowed: x_design, bank_blended:volatile"),
        ({"tuned": "nowhere"}, "centres: 'x_design' has no opponents"),
        ({"only": ["ppo"]}, "only: 'ppo'; allowed: search, search_own_start"),
        ({"only": ["clones_not_held"]}, r"centres = \['x_design'\]: no ablation of `only`"),
        ({"replicates": 1}, "replicates = 1; allowed: 2 or more"),
        ({"cpu_s": {"search": 1.0}}, "cpu_s.clones = None; allowed: a positive number"),
        ({"tuning_share": 0.0}, "tuning_share = 0.0; allowed: above 0"),
        ({"seed": 126}, "seed = 126; allowed: 0 to 125"),
        ({"learners": {}}, "learners: 'search' is missing; allowed: search, clones"),
    ],
)
def test_a_wrong_setting_is_refused(committed: Settings, changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        measure(dataclasses.replace(committed, **{"centres": [ROUTING], **changes}), "a command")


def test_a_start_is_shared_and_one_without_rules_keeps_none(
    committed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("experiments.ablate.replicate.make", lambda headline, cell: {"kept_rule": {"routing": "fifo"}})
    monkeypatch.setattr("experiments.ablate.replicate.read_log", lambda path: [1, 2])
    monkeypatch.setattr("experiments.headline.replicate.code_digest", lambda entries: "")
    headline = headline_of(dataclasses.replace(committed, dir=str(tmp_path)))
    whole = Cell(ROUTING, "search", 1)
    for part in ("results", "timings"):
        write_json(folder_of(headline, whole) / part / "tuning.json", {"of": part})

    def start_of(name: str) -> Path:
        return folder_of(headline, Cell(ROUTING, name, 1)) / "results" / "tuning.json"

    assert learned(headline, Cell(ROUTING, "search_own_days", 1), whole) == {
        "kept_rule": {"routing": "fifo"}, "iterations": 2
    }  # fmt: skip
    assert read_json(start_of("search_own_days")) == {"of": "results"}
    assert learned(headline, Cell(ROUTING, "search_scratch", 1), whole)["kept_rule"] is None
    assert not start_of("search_scratch").exists()


def gap(mean: float, p: float = 0.001) -> dict[str, float]:
    return {"mean": mean, "low": mean - 1.0, "high": mean + 1.0, "p": p}


def row(name: str, over: dict[str, float] | None, centre: str = ROUTING, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "learner": name.partition("_")[0], "centre": centre, "cpu_s": 50.0, "purpose": "evaluation",
        "days": 256, "seeds": [0, 1, 2], "command": "python -m experiments.ablate", "date": "2026-01-01",
        "value": gap(-101.0), "p2": gap(-99.0), "over_p2": gap(-2.0), "over_reference": over, "each": [1.0, 2.0, -3.0],
        "dropped_share": None, "abandonment": 0.051, "iterations": 30.0, "decisions": 1e6, "learning_s": 40.0,
        "choosing_s": 3.0, "replicates": 3, "counted_as_rule": 0, "kept_rule": 1, "starts": ["fifo"], **more,
    }  # fmt: skip


def result(*rows: dict[str, Any], digest: str = "d") -> dict[str, Any]:
    about = {"scenario_digest": digest, "opponents": "o", "unit": "points", "episode_days": 1, "p2": "fifo + no_dial"}
    return {"centres": {each["centre"]: about for each in rows}, "rows": [*rows]}


def test_rows_that_were_not_asked_for_stay_while_their_centre_is_the_same():
    old = result(row("search", None), row("search_own_days", gap(-1.0)), row("clones", None, PACING))
    new = result(row("search", None, days=8), row("search_scratch", gap(-2.0)))
    both = merged(old, new)
    assert [(each["centre"], each["name"], each["days"]) for each in both["rows"]] == [
        (ROUTING, "search", 8), (ROUTING, "search_scratch", 256), (ROUTING, "search_own_days", 256),
        (PACING, "clones", 256),
    ]  # fmt: skip
    other = merged(old, result(row("search", None), digest="e"))
    assert [each["name"] for each in other["rows"]] == ["search", "clones"]
    assert merged({}, new)["rows"] == new["rows"]


def test_the_page_says_what_is_sure():
    shown = page(result(
        row("search", None), row("search_scratch", gap(-20.0)), row("search_own_days", gap(-3.0, 0.03)),
        row("search_own_start", gap(2.0, 0.001)),
    ))  # fmt: skip
    said = "Surely worse: `search_scratch`, `search_own_days`. Surely better: `search_own_start`."
    assert said in " ".join(shown.split())
    assert "| `search_scratch` | warm start | -101 [-102, -100] | -20 [-21, -19] | 0.003 |" in shown
    assert "3, 1 kept the rule of the start" in shown
    assert "`search_without_time` (not run):" in shown and "`search_scratch`: No" in shown
    unsure = page(result(row("search_own_days", gap(-3.0, 0.03)), row("search_scratch", gap(-3.0, 0.03))))
    assert "Too uncertain to say: `search_own_days`, `search_scratch`." in " ".join(unsure.split())


def test_the_report_shows_committed_ablations_of_the_same_centre(tmp_path: Path):
    file = tmp_path / "ablations.json"
    assert ablations(file) == []
    digest = load_scenario(ROUTING).digest
    write_json(file, result(row("search", None), row("search_scratch", gap(-20.0)), digest=digest))
    (found,) = ablations(file)
    assert [each["over_reference"] for each in found["rows"]][0] == "the whole learner"
    assert "20.00 [" in found["rows"][1]["over_reference"]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("ablations.html.j2")
    shown = template.render(ablations=[found])
    assert "From committed results" in shown and "search_scratch" in shown
    assert not template.render(ablations=[]).strip()
    write_json(file, result(row("search", None), digest="other"))
    assert ablations(file) == []


def rules(name: str) -> dict[str, Any]:
    return {"routing": {"name": name, "params": {}}, "pacing": {"name": "no_dial", "params": {}}}


def test_differences_are_paired_and_a_policy_above_the_limit_counts_as_p2(
    committed: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def learned(headline: Any, cell: Cell, reference: Cell | None = None) -> dict[str, Any]:
        asked.append((cell, reference))
        kept = rules(names[cell.learner, cell.seed])
        spent = dict.fromkeys(("iterations", "decisions", "learning_s", "choosing_s"), 2.0 + cell.seed)
        return {"feasible": cell.learner == "search" or cell.seed > 0, "kept_rule": kept, "start": "fifo", **spent}

    names = {("search", 0): "longest_queue", ("search", 1): "random", ("search_own_days", 0): "random"}
    names["search_own_days", 1] = "fifo"
    asked: list[Any] = []
    monkeypatch.setattr(command, "learned", learned)
    settings = dataclasses.replace(
        committed, centres=[ROUTING], only=["search_own_days"], replicates=2, days=4, dir=str(tmp_path),
        results=str(tmp_path),
    )  # fmt: skip
    path = measure(settings, "a command")
    assert asked[2:] == [(Cell(ROUTING, "search_own_days", k), Cell(ROUTING, "search", k)) for k in range(2)]
    found = read_json(tmp_path / "ablations.json")
    whole, own = found["rows"]
    assert (whole["name"], own["name"]) == ("search", "search_own_days")
    assert whole["over_reference"] is None
    values = [dict(zip(("whole", "own"), each, strict=True)) for each in zip(whole["each"], own["each"], strict=True)]
    assert values[0]["own"] == pytest.approx(-values[0]["whole"])  # above the limit, so it counts as P2
    assert abs(values[0]["whole"] - values[1]["whole"]) > 0.1  # each is compared with that of its master seed
    assert own["over_reference"]["mean"] == pytest.approx((values[0]["own"] + values[1]["own"]) / 2)
    assert own["over_reference"]["mean"] == pytest.approx(own["value"]["mean"] - whole["value"]["mean"])
    assert own["over_reference"]["low"] < own["over_reference"]["mean"] < own["over_reference"]["high"]
    assert (own["counted_as_rule"], own["kept_rule"], own["iterations"]) == (1, 1, 2.5)
    assert path.read_text() == page(found)


@pytest.mark.slow
def test_a_learner_in_parts_is_trained_exported_and_kept(committed: Settings, tmp_path: Path):
    search = committed.learners["search"]
    small = dataclasses.replace(
        search, copies=2, validation_days=2, training={**search.training, "n_checkpoints": 1},
        settings={"candidates": 4, "days": 2},
    )  # fmt: skip
    settings = dataclasses.replace(
        committed, learners={**committed.learners, "search": small}, cpu_s={"search": 1.5, "clones": 1.0},
        dir=str(tmp_path),
    )  # fmt: skip
    headline, cell = headline_of(settings), Cell(ROUTING, "search_scratch", 0)
    found = learned(headline, cell)
    assert found["iterations"] >= 1 and found["rung"] == "own" and found["kept_rule"] is None
    assert load_bundle(folder_of(headline, cell) / "bundle").owns == "blended"
    assert learned(headline, cell) == found
