"""Learners on published control problems: reward, best rule, figures, bars, and a reduced replicate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from agents.registry import LEARNERS
from ccenv.seeds import seeds
from experiments.jobs.config import CONFIGS, LearnerConfig
from experiments.jobs.files import read_json
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import rule_days
from experiments.published import command
from experiments.published.command import learn
from experiments.published.control import cost_columns, costs_in
from experiments.published.league import LEAGUES
from experiments.published.learned import (
    LEARNT,
    Job,
    Replicate,
    best_rule,
    figures,
    league_of,
    learned,
    paid_centre,
    pair_from,
)
from experiments.published.learned_page import JUDGED, bars, learned_section, outcomes
from experiments.published.settings import Settings, register
from tests.experiments.test_published import small

POOL = "single_pool_17"


def played(**costs: float) -> list[dict[str, Any]]:
    return [{"problem": POOL, "rules": [{"name": name, "cost": cost} for name, cost in costs.items()]}]


def settings(folder: Path, **given: Any) -> Settings:
    learner = LearnerConfig(
        name="search", copies=2, settings={"candidates": 4, "days": 2}, training={"steps": 10, "n_checkpoints": 2},
        select_by=["argmax"], validation_days=4,
    )  # fmt: skip
    reduced: dict[str, Any] = {
        "learn": [POOL], "learners": {"search": learner, "set_network": learner}, "learn_cpu_s": {POOL: 0.4},
        "learn_replicates": 2, "learn_evaluation_runs": 6, "benchmarks": str(folder),
        "dir": str(folder / "cells"), "results": str(folder / "results"),
    }  # fmt: skip
    (folder / POOL).mkdir(exist_ok=True)
    return Settings(**(reduced | given))


# ---- what is learned


def test_the_reward_is_the_cost_with_a_minus_sign():
    problem = small(
        rates=np.full((2, 2), 40.0), agents=np.ones((2, 2), int), slot_s=3_600.0, terminal=2.0
    )  # a day, at whose end somebody waits
    scenario, league = paid_centre(problem), league_of(POOL)
    pair = pair_from(league, problem, "c mu")
    table = rule_days(scenario, pair, seeds("training", 3), list(cost_columns()))
    assert np.asarray(table["value"]).tolist() == pytest.approx((-costs_in(problem, table)).tolist())
    assert table["n_unserved"].min() > 0.0
    assert pair.routing.params["order"] == ["c01", "c00"]


def test_the_start_is_the_cheapest_rule_of_the_league():
    assert best_rule(played(fifo=3.0, c=1.0, random=2.0), POOL) == "c"
    with pytest.raises(ValueError, match=r"learn = 'parallel_13x9': its league is not in the result file"):
        best_rule(played(fifo=3.0), "parallel_13x9")


def test_each_problem_has_a_league_and_a_budget_and_registered_learners():
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        found = OmegaConf.to_object(compose("published"))
    assert isinstance(found, Settings)
    assert set(LEARNT) == set(found.learn_cpu_s) <= {league.problem for league in LEAGUES}
    assert {name for names in LEARNT.values() for name in names} <= set(found.learners) <= set(LEARNERS)
    assert set(JUDGED) <= set(LEARNT)


SHORT = LearnerConfig(name="search", copies=2, select_by=["argmax"], validation_days=1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"learn": ["parallel"]}, r"learn = 'parallel'; allowed: parallel_13x9, "),
        ({"learn": ["parallel_13x9"]}, r"learn = 'parallel_13x9': no folder of benchmarks"),
        ({"learn_cpu_s": {}}, rf"learn_cpu_s\.{POOL} = None; allowed: a number above 0"),
        ({"learners": {}}, r"learners: no 'search', which single_pool_17 needs"),
        ({"learn_replicates": 1}, r"learn_replicates = 1; allowed: 2 to 128"),
        ({"learn_evaluation_runs": 1}, r"learn_evaluation_runs = 1; allowed: 2 or more"),
        (
            {"learners": dict.fromkeys(("search", "set_network"), SHORT)},
            r"search\.validation_days = 1; allowed: 2 to 4096",
        ),
    ],
)
def test_bad_settings_are_refused(tmp_path: Path, given: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        learned(settings(tmp_path, **given), played(c=1.0), "test")


# ---- figures and bars


def replicate(seed: int, gap: float, kept: bool = False) -> dict[str, Any]:
    runs = np.random.default_rng(7).normal(100.0, 5.0, 60)
    noise = np.random.default_rng(seed).normal(0.0, 0.5, 60)
    policy = runs if kept else runs + gap + noise
    return {"rule": runs.tolist(), "policy": policy.tolist(), "seed": seed, "kept_rule": kept, "decisions": 9,
            "learning_s": 10.0, "choosing_s": 2.0}  # fmt: skip


def row(problem: str = POOL, *gaps: float, learner: str = "search") -> dict[str, Any]:
    found = figures(league_of(problem), [replicate(k, gap) for k, gap in enumerate(gaps)])
    about = {"problem": problem, "learner": learner, "rule": "c mu", "command": "a command", "cpu_s": 1.0}
    return {**about, **found}


def test_differences_are_policy_less_rule_in_the_unit_of_the_league():
    found = figures(league_of("parallel_13x9"), [replicate(0, -10.0), replicate(1, -12.0), replicate(2, -11.0)])
    gap = found["difference"]
    assert gap["mean"] == pytest.approx(-1.1, abs=0.05)
    assert gap["low"] < gap["mean"] < gap["high"] < 0.0
    assert found["rule_cost"]["mean"] + gap["mean"] == pytest.approx(found["cost"]["mean"])
    assert [each["seed"] for each in found["each"]] == [0, 1, 2] and found["runs"] == 60
    kept = figures(league_of(POOL), [replicate(0, 0.0, kept=True), replicate(1, 0.0, kept=True)])
    assert kept["difference"]["mean"] == 0.0 and kept["difference"]["bound"] and kept["p"] == 1.0


def test_better_is_adjusted_for_all_rows_and_behind_is_not():
    better, tied = row(POOL, -10.0, -10.2, -10.1), row(POOL, 0.1, -0.2, 0.1)
    behind = row(POOL, 10.0, 10.2, 10.1)
    assert outcomes([better, tied, behind]) == ["better", "not behind", "behind"]
    near = {**better, "p": 0.03}
    assert outcomes([near]) == ["better"] and outcomes([near, tied])[0] == "not behind"
    assert outcomes([{**behind, "p": 0.03}, tied])[0] == "behind"
    assert outcomes([]) == []


def test_a_problem_meets_its_bar_by_one_learner_and_one_has_to_be_better():
    behind, tied = row(POOL, 10.0, 10.2, 10.1), row(POOL, 0.1, -0.2, 0.1, learner="set_network")
    assert [line[-1] for line in bars([behind])] == ["not run", "not run", "not met", "not met"]
    assert [line[-1] for line in bars([behind, tied])] == ["not run", "not run", "met", "not met"]
    better = row("parallel_13x9", -100.0, -102.0, -101.0)
    assert [line[-1] for line in bars([better, behind, tied])] == ["met", "not run", "met", "met"]
    assert [line[-1] for line in bars([{**better, "problem": "parallel_100x70"}])] == ["not run"] * 4
    shown = learned_section([better, tied])
    assert "| parallel_13x9 | not behind the best rule | search better | met |" in shown
    assert "- `a command`" in shown


# ---- the command


def test_rows_are_added_to_the_results_and_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = {POOL: row(POOL, 0.1, -0.2, 0.1), "parallel_13x9": row("parallel_13x9", -10.0, -10.2)}
    monkeypatch.setattr(command, "learned", lambda settings, leagues, words: [rows[name] for name in settings.learn])
    for name in rows:
        page = learn(settings(tmp_path, learn=[name]), "a command")
    result = read_json(tmp_path / "results/published.json")
    assert [each["problem"] for each in result["learned"]] == list(rows)
    assert page.read_text().count("## Learners") == 1
    command.write({key: value for key, value in result.items() if key != "learned"}, page.parent)
    assert read_json(tmp_path / "results/published.json") == result
    with pytest.raises(ValueError, match=r"learn = .*: leave out rows, only and search"):
        learn(settings(tmp_path, only=[POOL]), "a command")


@pytest.mark.slow
def test_a_replicate_learns_from_the_rule_and_is_judged_on_other_days(tmp_path: Path):
    given = settings(tmp_path)
    with Workers(1) as workers:
        run = Replicate(given, Job(POOL, "search", 1, "c mu"), small(), Stages(tmp_path / "job", "job", {}, workers))
        training, choice = run.stages.run("training", run.training), run.choice()
        found = run.evaluation({**choice, "rule_is_best": False})
        kept = run.evaluation({**choice, "rule_is_best": True})
    assert training["cpu_s"] >= 0.4 and training["pair"]["routing"]["name"] == "priority"
    assert choice["days"] == 4
    assert len(found["policy"]) == len(found["rule"]) == 6 and kept["policy"] == found["rule"]
    own = rule_days(run.scenario, run.pair, seeds("evaluation", 6), list(cost_columns()))
    assert found["rule"] == pytest.approx(costs_in(small(), own).tolist())
