"""The command that searches parameters set at intervals: its settings, and a reduced run from search to page."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ccenv.league import suite_of
from ccenv.league.asked import Asked
from ccenv.league.declared import Cell
from experiments.jobs.config import CONFIGS
from experiments.supervise import command
from experiments.supervise.command import cells_of, learner_of, rules_of, supervise
from experiments.supervise.settings import SUITE, Settings, register

FEW = {
    "features": ["queue_length"], "settable": ["pacing.reserve"], "candidates": 2, "days": 2, "generations": 2,
    "cpu_s": None, "checkpoints": 1, "validation_days": 4,
}  # fmt: skip


def committed(**changes: Any) -> Settings:
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        settings = OmegaConf.to_object(compose("supervise"))
    assert isinstance(settings, Settings)
    return dataclasses.replace(settings, **changes)


def test_the_committed_settings_ask_for_all_cells_with_an_interval():
    settings, suite = committed(), suite_of(SUITE)

    assert sorted(cells_of(settings, suite)) == sorted(
        name for name, cell in suite.cells.items() if cell.asked.interval_s is not None
    )
    assert learner_of(settings, 15.0).interval_s == 15.0
    one = committed(centres=["bank_blended"], intervals_s=[60])  # rules of other centres stay in the file
    assert cells_of(one, suite) == ["bank_blended-60s"]


def test_a_search_starts_at_the_opponent_unless_rules_are_given():
    settings = committed(rules={"surge_day": {"routing": "fifo"}})

    assert rules_of(settings, "surge_day-15s") == {"routing": ("fifo", {}), "pacing": ("no_dial", {})}
    pairs = suite_of(SUITE).opponents["switching_load"].pairs
    assert rules_of(settings, "switching_load-60s") == pairs["P2"].as_call() != pairs["P1"].as_call()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"centres": ["tiny"], "rules": {}}, r"centres, intervals_s: 'tiny-15s'; allowed: bank_blended-15s"),
        ({"intervals_s": [5]}, r"centres, intervals_s: 'bank_blended-5s'; allowed"),
        ({"centres": [], "rules": {}}, r"centres, intervals_s: none; allowed"),
        ({"rules": {"tiny": {}}}, r"rules: 'tiny'; allowed: bank_blended"),
        ({"rung": "P3"}, r"rung = 'P3'; allowed: P0, P1, P2"),
        ({"replicates": 0}, r"replicates = 0; allowed: 1 or more"),
        ({"learner": {"day": 3}}, r"learner: 'day'; allowed: features, settable"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        supervise(committed(**changes), "test")


def test_half_a_rule_is_refused():
    with pytest.raises(ValueError, match=r"rules.surge_day: 'dialing'; allowed: routing, pacing"):
        rules_of(committed(rules={"surge_day": {"dialing": "fifo"}}), "surge_day-15s")


@pytest.mark.slow
def test_a_reduced_run_ends_in_a_page_and_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = suite_of("tiny")
    cell = Cell("tiny-300s", "tiny", "tiny", {}, {}, None, 3, Asked(interval_s=300.0))
    suite = msgspec.structs.replace(before, cells={cell.name: cell}, scales={cell.name: before.scales["tiny"]})
    for module in ("ccenv.league.scoring", "ccenv.league.board", "experiments.supervise.command"):
        monkeypatch.setattr(f"{module}.suite_of", lambda name: suite)
    settings = Settings(
        ["tiny"], [300.0], learner=FEW, replicates=2, dir=str(tmp_path / "cells"), results=str(tmp_path / "results")
    )
    path = supervise(settings, "test")
    text = path.read_text()

    digests = re.findall(r"\| python \| (.*?) \|", text)
    assert len(set(digests)) == 2 and not any("," in each for each in digests)  # each replicate is an entry of its own
    assert text.count("| tiny-300s |") == 2 and "supervisor, seed 1" in text and "parameters set every 300 s" in text
    monkeypatch.delattr(command, "score")
    monkeypatch.delattr("agents.supervisor.training.SupervisorSearch")
    path.unlink()
    assert supervise(settings, "test").read_text() == text
