from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from ccenv.kpis import KpiTable
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE
from ccenv.rules import RuleError
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from experiments.jobs.workers import Workers
from experiments.pipeline import tuning
from experiments.pipeline.evaluation import Pair, Rule, rule_days
from experiments.pipeline.tuning import Halving, Tried, best, candidates, rank, tune


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(1) as found:
        yield found


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return load_scenario("tiny")


def pair(n: int) -> Pair:
    return Pair(Rule("fifo"), Rule("constant_lines", {"n": n}))


NO_SHARE = (None, None, None)


def tried(n: int, value: float, share: tuple[float | None, float | None, float | None] = NO_SHARE) -> Tried:
    """A candidate with its dropped share: mean, lower and upper end."""
    return Tried(pair(n), 8, value, *share)


def test_candidates_are_all_combinations():
    found = candidates({"max0": {"k": [1.0, 2.0], "c": [0.0, 1.0, 2.0]}, "no_dial": {}})

    assert [rule.params for rule in found["max0"]] == [{"k": k, "c": c} for k in (1.0, 2.0) for c in (0.0, 1.0, 2.0)]
    assert found["no_dial"] == [Rule("no_dial")]


@pytest.mark.parametrize(("n", "kept"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 3)])
def test_a_share_of_the_candidates_goes_on_but_at_least_one(n: int, kept: int):
    assert Halving((4, 8), 1 / 3).survivors(n) == kept


@pytest.mark.parametrize("rungs", [(), (8, 4), (4, 4), (1, 8)])
def test_rounds_must_grow_and_have_an_interval(rungs: tuple[int, ...]):
    with pytest.raises(ValueError, match="rungs"):
        Halving(rungs, 0.5)


@pytest.mark.parametrize("keep", [0.0, 1.0])
def test_share_that_goes_on_is_a_share(keep: float):
    with pytest.raises(ValueError, match="keep"):
        Halving((4, 8), keep)


def test_rank_is_by_value_without_a_limit():
    bad, good, free = tried(1, 1.0, (0.6, 0.5, 0.7)), tried(2, 3.0, (0.9, 0.8, 0.95)), tried(3, 2.0)

    assert sorted([bad, good, free], key=lambda each: rank(each, None)) == [good, free, bad]


def test_rank_sets_back_by_the_lower_end_of_the_dropped_share():
    # Mean, lower and upper end order the candidates differently; the mean of `perhaps` alone is above the limit.
    over, more = tried(1, 9.0, (0.09, 0.04, 0.15)), tried(2, 8.0, (0.06, 0.05, 0.07))
    perhaps, inside, free = tried(3, -0.5, (0.1, 0.03, 0.2)), tried(4, -1.0, (0.02, 0.01, 0.028)), tried(5, -2.0)

    found = sorted([more, over, free, inside, perhaps], key=lambda each: rank(each, 0.03))

    assert found == [perhaps, inside, free, over, more]


def test_best_is_taken_over_all_families():
    families = {"a": [tried(1, 1.0), tried(2, 5.0)], "b": [tried(3, 2.0)]}

    assert best(families, None) == tried(3, 2.0)


def test_halving_runs_the_best_longer(tiny: Scenario, workers: Workers, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[int, int]] = []

    def fake(scenario: Scenario, one: Pair, days: int) -> Tried:
        n = one.pacing.params["n"]
        asked.append((n, days))
        # On few days the last candidate looks best, on more days the second one does.
        value = float(n) if days == 4 else float(-abs(n - 2))
        return Tried(one, days, value, None, None, None)

    monkeypatch.setattr(tuning, "_try", fake)

    found = tune(tiny, {"constant_lines": [pair(n) for n in range(4)]}, Halving((4, 8), 0.5), None, workers, "test")

    assert asked == [(0, 4), (1, 4), (2, 4), (3, 4), (3, 8), (2, 8)]
    assert [(each.pair.pacing.params["n"], each.days) for each in found["constant_lines"]] == [
        (2, 8),
        (3, 8),
        (1, 4),
        (0, 4),
    ]


def test_halving_sets_back_candidates_over_the_limit(tiny: Scenario, workers: Workers, monkeypatch: pytest.MonkeyPatch):
    def fake(scenario: Scenario, one: Pair, days: int) -> Tried:
        n = one.pacing.params["n"]
        return Tried(one, days, float(n), 0.02 * n, 0.01 * n, 0.03 * n)

    monkeypatch.setattr(tuning, "_try", fake)

    found = tune(tiny, {"constant_lines": [pair(n) for n in range(4)]}, Halving((4, 8), 0.5), 0.02, workers, "test")

    ranked = [(each.pair.pacing.params["n"], each.days) for each in found["constant_lines"]]
    assert ranked == [(2, 8), (1, 8), (0, 4), (3, 4)]


def test_a_try_holds_the_share_with_its_interval(tiny: Scenario):
    found = tuning._try(tiny, pair(8), 4)

    summary = rule_days(tiny, pair(8), seeds("training", 4)).summary()
    assert found.value == summary[tuning.VALUE].value
    share = summary[RUN_TOTAL_SHARE]
    assert (found.dropped_share, found.dropped_low, found.dropped_high) == share
    assert share.low < share.value < share.high


def test_candidates_run_on_training_days(tiny: Scenario, workers: Workers, monkeypatch: pytest.MonkeyPatch):
    asked: list[list[int]] = []

    def fake(scenario: Scenario, one: Pair, days: np.ndarray, kpis: Sequence[str]) -> KpiTable:
        asked.append(days.tolist())
        return rule_days(scenario, one, days, kpis)

    monkeypatch.setattr(tuning, "rule_days", fake)

    tune(tiny, {"constant_lines": [pair(1)]}, Halving((2, 3), 0.5), None, workers, "test")

    assert asked == [seeds("training", 2).tolist(), seeds("training", 3).tolist()]


def test_better_rule_is_found_on_training_days(tiny: Scenario, workers: Workers):
    # Forty lines for a handful of advisors drop nearly everybody; one line does not.
    found = tune(tiny, {"constant_lines": [pair(12), pair(1)]}, Halving((2, 4), 0.5), None, workers, "test")

    assert found["constant_lines"][0].pair == pair(1)
    assert found["constant_lines"][0].days == 4


def test_a_try_computes_few_columns(tiny: Scenario, monkeypatch: pytest.MonkeyPatch):
    tables: list[KpiTable] = []

    def kept(*arguments: object, **named: object) -> KpiTable:
        tables.append(rule_days(*arguments, **named))  # type: ignore[arg-type]
        return tables[-1]

    monkeypatch.setattr(tuning, "rule_days", kept)
    tuning._try(tiny, pair(8), 4)

    assert len(tables[0].dtype.names or ()) < 60


def test_rules_that_a_centre_cannot_run_are_left_out_and_named(
    workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines of `switching_load` fail at once, so a rule that dials without reserving would dial for ever."""
    centre = load_scenario("switching_load")
    families = {
        name: [Pair(Rule("fifo"), Rule(name))] for name in ("progressive", "progressive_unreserved", "constant_lines")
    }

    found = tune(centre, families, Halving((2,), 0.5), None, workers, "")

    assert set(found) == {"progressive"}
    said = capsys.readouterr().out
    assert all(f"switching_load: 1 of 1 candidates of {name} left out" in said for name in set(families) - set(found))


def test_a_centre_that_runs_no_candidate_is_refused(workers: Workers) -> None:
    families = {"progressive_unreserved": [Pair(Rule("fifo"), Rule("progressive_unreserved"))]}
    with pytest.raises(ValueError, match="switching_load runs none of the candidates of progressive_unreserved"):
        tune(load_scenario("switching_load"), families, Halving((2,), 0.5), None, workers, "")


def test_a_parameter_that_is_not_allowed_is_an_error_not_left_out(workers: Workers) -> None:
    families = {"max0": [Pair(Rule("fifo"), Rule("max0", {"k": -1.0}))]}
    with pytest.raises(RuleError, match="k"):
        tune(load_scenario("tiny"), families, Halving((2,), 0.5), None, workers, "")
