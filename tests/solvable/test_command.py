"""Choice, bars, page and a reduced form of the command."""

import copy
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from agents.common.days import VALIDATION_SKIP
from experiments.jobs.config import CONFIGS, LearnerConfig
from experiments.jobs.files import read_json
from experiments.solvable import command
from experiments.solvable.bars import bars_of
from experiments.solvable.choice import choose, error
from experiments.solvable.command import measure, merged
from experiments.solvable.declared import CASES
from experiments.solvable.page import page
from experiments.solvable.replicate import MOST_SEEDS, RULE, VALIDATION_DAYS, Cell, cells_of, folder_of
from experiments.solvable.settings import Settings, register


def days_paid(reward: float, drops: float, asked: list[int] | None = None) -> Any:
    def paid(days: np.ndarray) -> np.ndarray:
        if asked is not None:
            asked.append(len(days))
        return np.column_stack([np.full(len(days), reward), np.full(len(days), drops), np.full(len(days), 100.0)])

    return paid


def test_the_best_candidate_within_the_limit_is_chosen():
    asked: list[int] = []
    candidates = {
        "low": days_paid(1.0, 2.0, asked),
        "good": days_paid(2.0, 2.9),
        "far": days_paid(9.0, 3.1),
        "some": days_paid(1.5, 1.0),
    }
    found = choose(candidates, np.arange(80), 0.03)
    assert found["chosen"] == "good" and asked == [10]
    assert {point["name"]: point["days"] for point in found["points"]} == {"low": 10, "good": 80, "far": 10, "some": 80}
    assert choose(candidates, np.arange(80), None)["chosen"] == "far"
    assert choose({"far": candidates["far"], "more": days_paid(9.0, 4.0)}, np.arange(80), 0.03)["chosen"] == "far"


def test_a_share_just_below_the_limit_is_not_surely_within_it():
    rng = np.random.default_rng(1)
    paid = np.column_stack([np.ones(400), rng.poisson(2.98, 400), np.full(400, 100.0)])
    assert error(paid) == pytest.approx(np.sqrt(2.98) / 100.0 / 20.0, rel=0.1)
    limit = float(paid[:, 1].mean()) / 100.0
    found = choose({"near": lambda days: paid[days], "safe": days_paid(0.5, 2.0)}, np.arange(400), limit)
    assert found["chosen"] == "safe"


def result(gaps: list[float], start: str = "scratch", integer: float = 7.0, shares: Any = None) -> dict[str, Any]:
    rule = {"name": "reserve_threshold", "params": {"reserve": 5.0}, "objective": 6.8, "share": None, "gap": integer}
    limit = None if shares is None else 0.03
    case = {
        "about": "blending", "model": "Blending(...)", "prices": {"outbound_per_h": 1.0, "lq": -100.0}, "limit": limit,
        "optimum": {"objective": 7.35, "share": None}, "integer": rule, "rule": rule,
    }  # fmt: skip
    made = {"objective": 7.3, "unseen": 0.0, "refused": 0.0, "simulated": 7.0, "error": 0.1, "chosen": "1",
            "cpu_s": {"training": 30.0, "choice": 5.0, "bundle": 5.0, "exact": 2.0}}  # fmt: skip
    each = [
        {"seed": k, "gap": gap, "share": None if shares is None else shares[k], **made} for k, gap in enumerate(gaps)
    ]
    row = {"case": "long_outbound", "start": start, "learner": "search", "cpu_s": 30.0, "replicates": each}
    return {"cases": {"long_outbound": case}, "rows": [row]}


@pytest.mark.parametrize(
    ("made", "met"),
    [
        (result([0.9, 2.9, 0.5]), [True, True, True]),
        (result([0.9, 3.1, 0.5]), [True, False, True]),
        (result([3.6, 3.6, 0.5]), [False, False, False]),
        (result([3.4, 0.4, 3.4]), [False, False, True]),
        (result([0.6], integer=0.9), [True, True]),
        (result([0.6], "rule", 0.9), [False]),
        (result([0.4], "rule", 0.9, [0.0302]), [True, True]),
        (result([0.4, 0.4], "rule", 0.9, [0.01, 0.0304]), [True, False]),
    ],
)
def test_bars(made: dict[str, Any], met: list[bool]):
    assert [bar.met for bar in bars_of(made["cases"]["long_outbound"], made["rows"][0])] == met
    assert f"**{sum(met)} of {len(met)} bars are met.**" in page(made)


def test_the_page_says_which_rows_are_preliminary():
    assert "1 of 1 rows have fewer than 5 replicates" in page(result([1.0] * 4))
    assert "preliminary" not in page(result([1.0] * 5))


def test_rows_that_were_not_asked_for_stay_while_their_centre_is_the_same():
    before, new = result([1.0]), result([2.0], "rule")
    both = merged(before, new)
    assert [row["start"] for row in both["rows"]] == ["scratch", "rule"]
    assert merged(both, result([3.0]))["rows"][0]["replicates"][0]["gap"] == 3.0
    other = copy.deepcopy(new)
    other["cases"]["long_outbound"]["optimum"]["objective"] = 7.0
    assert [row["start"] for row in merged(before, other)["rows"]] == ["rule"]


def test_the_committed_settings_are_allowed():
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        settings = OmegaConf.to_object(compose("solvable"))
    assert isinstance(settings, Settings)
    command._check(settings)
    assert len(cells_of(settings)) == 5 * 2 * 2 * len(CASES) and 6 <= len(CASES) <= 8
    assert MOST_SEEDS * VALIDATION_DAYS <= VALIDATION_SKIP  # what learners validate on comes after these days


def small(**changes: Any) -> Settings:
    search = LearnerConfig(
        name="search", copies=2, select_by=["argmax"], validation_days=2,
        settings={"candidates": 4, "days": 2}, training={"steps": 1},
    )  # fmt: skip
    settings = {
        "cases": ["long_outbound"], "learners": {"search": search}, "cpu_s": 0.3, "replicates": 1, "hours": 1.0,
        "checkpoints": 2, "validation_days": 16, "table_days": 4,
    }  # fmt: skip
    return Settings(**{**settings, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": ["long"]}, r"cases: 'long'; allowed: equal_talks, long_outbound"),
        ({"starts": ["warm"]}, r"starts: 'warm'; allowed: scratch, rule"),
        ({"only": ["ppo"]}, r"only: 'ppo'; allowed: search"),
        ({"replicates": 0}, r"replicates = 0; allowed: 1 or more"),
        ({"cpu_s": 0.0}, r"cpu_s = 0\.0; allowed: a positive number"),
        ({"validation_days": 5000}, r"validation_days = 5000; allowed: 1 to 4096"),
        ({"seed": 128}, r"seed = 128; allowed: 0 to 127"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        measure(small(**changes))


def test_a_cell_is_named_by_what_can_change_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("experiments.solvable.replicate.code_digest", "+".join)
    settings, cell = small(), Cell("long_outbound", "scratch", "search", 0)
    name = folder_of(settings, cell).name
    assert folder_of(small(replicates=3), cell).name == name
    others = [cell._replace(seed=1), cell._replace(start="rule"), cell._replace(case="equal_talks")]
    assert name not in {folder_of(settings, each).name for each in others}
    assert folder_of(small(cpu_s=2.0), cell).name != name
    assert folder_of(small(hours=2.0), cell).name != name
    monkeypatch.setattr("experiments.solvable.replicate.code_digest", lambda entries: "other code")
    assert folder_of(settings, cell).name != name


@pytest.mark.slow
def test_the_command_measures_each_start_and_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = small(dir=str(tmp_path), results=str(tmp_path / "results"))
    path = measure(settings)
    found = read_json(path.with_suffix(".json"))
    scratch, rule = found["rows"]
    assert (scratch["start"], rule["start"]) == ("scratch", "rule")
    for row in (scratch, rule):
        (each,) = row["replicates"]
        assert each["gap"] > 0.0 and each["unseen"] < 0.1
        assert (each["policy"] is None) == (each["chosen"] == RULE)
    names = []
    for start in ("scratch", "rule"):
        folder = folder_of(settings, Cell("long_outbound", start, "search", 0))
        names.append({point["name"] for point in read_json(folder / "results" / "choice.json")["points"]})
    assert RULE not in names[0] and RULE in names[1]
    assert path.read_text() == page(found)
    monkeypatch.delattr("experiments.solvable.replicate.train")
    assert read_json(measure(dataclasses.replace(settings, starts=["rule"])).with_suffix(".json")) == found
