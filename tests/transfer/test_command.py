"""The command of the transfer: cells are kept, weights move without training, and the page says what is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ccenv import load_scenario, set_form
from experiments.jobs.files import read_json
from experiments.transfer import command, measure
from experiments.transfer.page import loss_of, median_loss
from experiments.transfer.settings import Settings
from experiments.transfer.variants import SAME, variants

OWN = {"name": "fifo", "params": {}}, {"name": "no_dial", "params": {}}
RULE = {"pair": dict(zip(("routing", "pacing"), OWN, strict=True)), "label": "fifo + no_dial", "cpu_s": 1.0}


def settings(folder: Path, **given: Any) -> Settings:
    small = {"centres": ["x_design"], "cpu_s": 0.3, "replicates": 2, "days": 2, "hidden": 2, "validation_days": 2,
             "evaluation_days": 4}  # fmt: skip
    return Settings(dir=str(folder / "cells"), results=str(folder), **(small | given))


def estimate(mean: float, error: float = 0.1) -> dict[str, float]:
    return {"mean": mean, "low": mean - error, "high": mean + error}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is run: a training of seed s on a centre with n advisors has the weights s and n."""
    found: list[str] = []

    def tuned(scenario: Any, effort: Any) -> dict[str, Any]:
        found.append("rule")
        return RULE

    def trained(scenario: Any, rule: Any, seed: int, effort: Any) -> dict[str, Any]:
        found.append("training")
        n = sum(group.staffing for group in scenario.centre.groups.values()) + 100 * len(scenario.queues)
        return {"weights": [seed, n], "generations": 3, "agreement": 0.9, "cpu_s": 1.0, "choosing_s": 0.5}

    def judged(scenario: Any, rule: Any, moved: list[int], own: list[int], effort: Any) -> dict[str, Any]:
        found.append(f"{moved} {own}")
        lost = 0.0 if moved == own else 0.4 + moved[0]
        values = {"rule": 1.0, "moved": 11.0 - lost, "retrained": 11.0}
        figures = {who: {"value": value, "dropped_share": None, "abandonment": 0.1} for who, value in values.items()}
        return {
            "figures": figures, "moved_over_rule": estimate(10.0 - lost), "retrained_over_rule": estimate(10.0),
            "retrained_over_moved": estimate(lost),
        }  # fmt: skip

    for name, made in (("tuned", tuned), ("trained", trained), ("judged", judged)):
        monkeypatch.setattr(command, name, made)
    monkeypatch.setattr(command, "code_digest", lambda entries: "")
    return found


def test_the_weights_of_the_centre_are_judged_everywhere_and_cells_are_kept(tmp_path: Path, calls: list[str]):
    path = command.transfer(settings(tmp_path), "a command")

    assert (calls.count("rule"), calls.count("training")) == (5, 10)
    assert calls[15:19] == ["[0, 219] [0, 219]", "[1, 219] [1, 219]", "[0, 219] [0, 210]", "[1, 219] [1, 210]"]
    assert len(calls) == 25
    rows = read_json(tmp_path / "transfer.json")["rows"]
    assert [row["variant"] for row in rows] == list(variants("x_design"))
    assert [each["seed"] for each in rows[1]["replicates"]] == [0, 1]
    assert median_loss(rows[1]) == pytest.approx(0.09)
    shown = path.read_text()
    assert "It is met in 0 of 4 variants" in shown
    assert "| `x_design` | half the advisors | 1 | 10.1 | 11 |" in shown
    assert "| 9.0 | 4.0, 14.0 | missed |" in shown
    assert f"| `x_design` | {SAME} | 1 | 11 | 11 |" in shown

    command.transfer(settings(tmp_path), "a command")
    assert len(calls) == 25
    command.transfer(settings(tmp_path, replicates=3), "a command")
    assert len(calls) == 35
    command.transfer(settings(tmp_path, days=3), "a command")
    assert len(calls) == 60


def test_without_a_sure_gain_there_is_no_loss():
    sure = {"retrained_over_rule": estimate(2.0), "retrained_over_moved": estimate(-0.5)}
    assert loss_of(sure) == -0.25
    unsure = {"retrained_over_rule": estimate(2.0, 2.5), "retrained_over_moved": estimate(0.5)}
    assert loss_of(unsure) is None
    assert median_loss({"replicates": [sure, unsure]}) is None
    assert median_loss({"replicates": [sure, sure, unsure]}) == -0.25


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"centres": []}, r"centres = \[\]; allowed: one name of a library centre, or more"),
        ({"cpu_s": 0.0}, "cpu_s = 0.0; allowed: a positive number of seconds"),
        ({"replicates": 0}, "replicates = 0; allowed: 1 or more"),
        ({"evaluation_days": 1}, "evaluation_days = 1; allowed: 2 or more"),
    ],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, given: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        command.transfer(settings(tmp_path, **given), "a command")


def test_the_rule_has_as_much_time_as_a_network_with_its_start(monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []

    def tune(scenario: Any, rung: str, *, cpu_s: float, **_: Any) -> Any:
        asked.append((rung, cpu_s))
        raise KeyError("asked")

    monkeypatch.setattr(measure, "tune_rung", tune)
    with pytest.raises(KeyError, match="asked"):
        measure.tuned(load_scenario("x_design"), measure.Effort(30.0, 2, 2, 2, 4))
    assert asked == [("P2", 60.0)]


@pytest.mark.slow  # a training, and the policy of a centre with another number of queues is compiled
def test_a_training_and_its_weights_in_another_centre():
    effort = measure.Effort(0.3, 2, 2, 2, 4)
    found = variants("x_design")

    made = measure.trained(found[SAME], RULE, 0, effort)
    figures = measure.judged(found["one queue more"], RULE, made["weights"], made["weights"], effort)

    assert len(made["weights"]) == len(set_form(load_scenario("x_design"), 2).names)
    assert made["generations"] >= 1
    assert figures["retrained_over_moved"]["mean"] == 0.0
    assert figures["figures"]["moved"]["value"] != figures["figures"]["rule"]["value"]
