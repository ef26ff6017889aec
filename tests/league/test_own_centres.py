"""Centres that the league has and the library has not: their files, rewards and opponents, and a score on each kind."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from ccenv.league import score, scoring
from ccenv.league.declared import (
    CENTRES,
    EITHER,
    Cell,
    Opponents,
    Pair,
    Rule,
    Scale,
    Suite,
    cells_of,
    declared,
    frozen,
    suite_of,
)
from ccenv.league.errors import LeagueError
from ccenv.scenarios import list_scenarios, load_scenario
from experiments.jobs.files import ROOT, read_json
from experiments.league import BENCHMARKS, centre_files, frozen_now, scale_of
from experiments.published import centres as problems
from experiments.published.benchmarks import read
from experiments.transfer import centres as variants
from experiments.tuning.choice import centre_of, file_name, names_of

FIRST_LEGAL = "def policy(obs, mask):\n    return int(mask.argmax())\n"
OWN = Pair(Rule("fifo"), Rule("no_dial"))
SHORT = {"parallel_13x9": 300.0, "x_design-more": 7200.0}  # seconds of a run


def cell_of(suite: str, name: str) -> Cell:
    return cells_of(declared()[suite])[name]


def test_the_files_of_the_centres_are_what_the_command_writes():
    written = centre_files()

    assert {name: (CENTRES / f"{name}.yaml").read_text() == text for name, text in written.items()} == dict.fromkeys(
        written, True
    ), "run python -m experiments.league"
    named = {*problems.PROBLEMS, *variants.centre_files()}
    assert {path.stem for path in CENTRES.iterdir()} == named
    assert not named & set(list_scenarios())


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the data of the published problems are not on this machine")
def test_the_reward_of_a_published_centre_is_its_cost():
    problem = read(BENCHMARKS / "single_pool_17")
    centre = cell_of("published", "single_pool_17").centre()

    assert centre.reward["waiting_s"]["c03"] == pytest.approx(-problem.cost[3] / 3600.0, rel=1e-12)
    assert centre.reward["unserved"] == -problem.terminal


def test_the_opponents_of_a_published_centre_are_the_cheapest_rules_of_its_league():
    leagues = {each["problem"]: each for each in read_json(ROOT / "experiments/results/published.json")["leagues"]}
    for name in problems.PROBLEMS:
        best = min(leagues[name]["rules"], key=lambda rule: rule["cost"])["name"]
        entry = next(each for each in problems.PLAYED[name].entries if each.name == best)
        pairs, scale = frozen().opponents[name].pairs, suite_of("published").scales[name]

        assert pairs["P2"].routing.name == entry.rule and pairs["P0"].routing == Rule("fifo")
        assert scale.kind == "best known" and scale.value < scale.best < 0.0


def test_a_reward_of_a_suite_makes_a_cell_of_each_centre_with_opponents_of_its_own():
    suite = declared()["objectives"]
    cells = cells_of(suite)

    assert list(cells) == [f"{centre}-{reward}" for centre in suite.cells for reward in suite.rewards]
    assert cells["bank_blended-own"].centre().digest == load_scenario("bank_blended").with_reserves(EITHER).digest
    assert cells["bank_blended-own"].opponents == "bank_blended"
    for name, cell in cells.items():  # a reward trap would warn, and so fail here
        reward = name.removeprefix(f"{cell.scenario}-")
        assert suite.rewards[reward] is None or (cell.own().reward, cell.opponents) == (suite.rewards[reward], name)


def test_cells_are_named_for_the_tuning():
    names = names_of(["objectives/*", "transfer/*", "tiny"])

    assert len(names) == 12 + 12 + 1 and "transfer/x_design" not in names
    assert file_name("transfer/x_design-half", None) == "x_design-half"
    assert centre_of("transfer/x_design-half").groups == load_scenario("x_design").groups
    with pytest.raises(LeagueError, match="cell of the suite transfer = 'x_design-hal'; allowed: .*'x_design-half'"):
        centre_of("transfer/x_design-hal")


def test_a_suite_without_all_its_opponents_is_left_out_and_leaves_the_others(monkeypatch: pytest.MonkeyPatch):
    before = frozen()
    opponents = {name: each for name, each in before.opponents.items() if name != "single_pool_17"}

    now = frozen_now(before, opponents)

    assert "published" not in now.suites
    assert {name: now.suites[name] for name in ("tiny", "headline")} == {
        name: before.suites[name] for name in ("tiny", "headline")
    }


@pytest.mark.slow
def test_the_scale_of_a_centre_without_a_bound_is_its_best_opponent():
    cell = msgspec.structs.replace(cell_of("transfer", "x_design-more"), days=2)
    pairs = {"P0": OWN, "P1": Pair(Rule("longest_queue"), Rule("no_dial")), "P2": Pair(Rule("random"), Rule("no_dial"))}

    scale = scale_of(cell, Opponents(1, "", None, pairs), "bound")

    assert scale.kind == "best known" and scale.best > scale.value


@pytest.mark.slow  # rules of a size class are compiled, if no test has done so before
@pytest.mark.parametrize(
    ("suite", "name"),
    [("published", "parallel_13x9"), ("transfer", "x_design-more"), ("objectives", "hybrid_small-service_level")],
)
def test_a_cell_is_scored(suite: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cell = msgspec.structs.replace(cell_of(suite, name), days=1)
    if name in SHORT:
        cell = msgspec.structs.replace(cell, overrides={"clock.horizon_s": SHORT[name]})
    opponents = {cell.opponents: Opponents(1, "", None, dict.fromkeys(("P0", "P1", "P2"), OWN))}
    made = Suite(suite, "", 1, "", {name: cell}, opponents, {name: Scale("", 0.0, 1.0, "")})
    monkeypatch.setattr(scoring, "suite_of", lambda _: made)
    (tmp_path / "first.py").write_text(FIRST_LEGAL)

    found = score(tmp_path / "first.py", suite).cells[name]

    assert set(found.actors) == {"policy", "P0", "P1", "P2"}
    assert sum(found.actors["P0"].abandoned.below) > 0.0 and found.scenario_digest == cell.centre().digest
