"""The reference kernel of the ContactCenters library: hand-worked days, and the rows that it isolates."""

from typing import Any

import numpy as np
import pytest

from experiments.published import command, library
from experiments.published.library import RUNS, by_kernel, with_effect
from experiments.published.library_kernel import kernel_table, simulate_day
from experiments.published.library_model import BY_QUEUE, CALL, CONVENTIONS, GROUP, calls_of, model_of
from experiments.published.row import Figure, Measure, Row
from experiments.published.table import ROWS

QUEUE = {"arrivals_per_hour": 60.0, "handle_s": 100.0, "patience_s": 1e9, "service_level_s": 40.0}
CENTRE: dict[str, Any] = {
    "clock": {"kind": "day", "close_s": 7_200.0, "overtime_s": 7_200.0, "slot_s": 3_600.0},
    "queues": {"a": QUEUE},
    "groups": {"g": {"skills": ["a"], "staffing": 1}},
    "rules": {"routing": {"name": "lists", "params": {}}},
}
AGAIN = {"redial": {"p": 1.0, "delay_s": 100.0, "max_times": 100}}


def centre(**changes: Any) -> dict[str, Any]:
    return {**CENTRE, **changes}


def day(given: dict[str, Any], calls: list[tuple[float, ...]], *conventions: str, seed: int = 0) -> dict[str, Any]:
    """Counts by column, (queues,), of a day with these calls: time, queue, handle time and patience."""
    model = model_of(given, conventions)
    entering = np.zeros(len(calls), CALL)
    for name, values in zip(("t", "queue", "handle_s", "patience_s"), zip(*calls, strict=True), strict=True):
        entering[name] = values
    counts = np.zeros((len(given["queues"]), len(BY_QUEUE)))
    groups = np.zeros(len(given["groups"]), GROUP)
    simulate_day(seed, model, entering, groups, counts)
    return {**dict(zip(BY_QUEUE, counts.T.tolist(), strict=True)), "groups": groups}


def test_the_second_call_of_the_same_caller_counts_the_wait_of_the_first():
    given = centre(queues={"a": {**QUEUE, **AGAIN}})
    calls = [(0.0, 0, 150.0, 1e9), (10.0, 0, 5.0, 50.0)]  # the second gives up at 60, calls again at 160
    same, new = day(given, calls, "same_caller"), day(given, calls)

    for found in (same, new):
        assert [found[name] for name in ("n_fresh", "n_redials", "n_abandoned", "n_answered")] == [[2], [1], [1], [2]]
        assert found["groups"]["talking_s"] == [155.0]
    assert (same["n_answered_in_time"], new["n_answered_in_time"]) == ([1], [2])


def test_the_same_caller_keeps_the_patience_and_a_new_contact_draws_one():
    given = centre(queues={"a": {**QUEUE, **AGAIN}})
    calls = [(0.0, 0, 1_000.0, 1e9), (10.0, 0, 5.0, 50.0)]  # gives up at 60, 210, ..., 960; or waits to 1,000

    assert day(given, calls, "same_caller")["n_abandoned"] == [7]
    assert day(given, calls)["n_abandoned"] == [1]


def test_the_same_caller_calls_again_after_closing_and_a_new_contact_on_another_day():
    queue = {**QUEUE, "redial": {"p": 1.0, "delay_s": 300.0}}
    given = centre(queues={"a": queue})
    calls = [(7_000.0, 0, 400.0, 1e9), (7_010.0, 0, 5.0, 50.0)]

    assert (day(given, calls, "same_caller")["n_redials"], day(given, calls)["n_redials"]) == ([1], [0])


def test_when_staffing_falls_nobody_takes_a_call_before_enough_calls_have_ended():
    given = centre(groups={"g": {"skills": ["a"], "staffing": [2, 1]}})
    calls = [(3_500.0, 0, 150.0, 1e9), (3_500.0, 0, 300.0, 1e9), (3_590.0, 0, 10.0, 1e9)]
    in_time = {
        names: [
            day({**given, "queues": {"a": {**QUEUE, "service_level_s": 100.0}}}, calls, *names, seed=seed)[
                "n_answered_in_time"
            ][0]
            - 2.0
            for seed in range(40)
        ]
        for names in (("first_free_leave",), ())
    }

    assert in_time[("first_free_leave",)] == [0.0] * 40  # from 3,800, when both calls have ended
    assert 10 < sum(in_time[()]) < 30  # from 3,650 if the advisor of the second call leaves


def test_a_closed_pair_opens_after_its_wait_and_the_smallest_rank_is_taken_first():
    params = {
        "open_after_s": {"a": {"h": 12.0}},
        "queue_rank": {"a": {"g": 1.0}, "b": {"g": 0.0}},
        "group_rank": {"a": {"g": 0.0, "h": 1.0}},
    }
    groups = {"g": {"skills": ["a", "b"], "staffing": 1}, "h": {"skills": ["a", "c"], "staffing": 1}}
    calls = [(0.0, 0, 100.0, 1e9), (0.5, 2, 4.5, 1e9), (1.0, 0, 20.0, 1e9), (9.0, 0, 1e3, 1e9), (10.0, 1, 5.0, 1e9)]
    in_time = []
    for target_s in (11.9, 12.1):
        queues = {"a": {**QUEUE, "service_level_s": target_s}, "b": {**QUEUE, "service_level_s": 90.1}, "c": QUEUE}
        found = day(centre(queues=queues, groups=groups, rules={"routing": {"params": params}}), calls)
        in_time.append(found["n_answered_in_time"])

    # h is free at 5 and takes the third call at 13, the fourth at 33; g takes the fifth at 100.
    assert (in_time, found["n_answered"]) == ([[1, 1, 1], [2, 1, 1]], [3, 1, 1])
    assert found["groups"]["talking_s"].tolist() == [105.0, 1_024.5]


def test_a_free_advisor_is_chosen_at_random_if_the_queue_says_so():
    groups = {"g": {"skills": ["a"], "staffing": 1}, "h": {"skills": ["a"], "staffing": 3}}
    given = centre(groups=groups, rules={"routing": {"params": {"uniform": 1}}})
    talking = [day(given, [(0.0, 0, 10.0, 1e9)], seed=seed)["groups"]["talking_s"] for seed in range(80)]

    assert 10 < sum(each[0] > 0.0 for each in talking) < 30
    assert day(CENTRE | {"groups": groups}, [(0.0, 0, 10.0, 1e9)])["groups"]["talking_s"].tolist() == [10.0, 0.0]


def test_lines_turn_calls_away_and_closing_clears_the_line():
    given = centre(trunks=2, clock={**CENTRE["clock"], "overtime_s": 0.0})
    calls = [(7_100.0, 0, 200.0, 1e9), (7_110.0, 0, 10.0, 1e9), (7_120.0, 0, 10.0, 1e9)]
    cleared, served = day(given, calls), day({**given, "clock": CENTRE["clock"]}, calls)

    assert [cleared[name] for name in ("n_blocked", "n_unserved", "n_answered")] == [[1], [1], [1]]
    assert [served[name] for name in ("n_blocked", "n_unserved", "n_answered")] == [[1], [0], [2]]
    assert (served["groups"]["talking_s"], served["groups"]["idle_s"]) == ([210.0], [7_100.0])


def test_calls_have_the_declared_rates_times_and_load():
    uniform = {"dist": "uniform", "low_s": 10.0, "high_s": 30.0}
    queues = {
        "a": {**QUEUE, "arrivals_per_hour": [100.0, 0.0], "patience_s": 60.0},
        "b": {**QUEUE, "handle_s": uniform},
    }
    given = centre(queues=queues, day_level_cv=0.5, day_level_dist="gamma")
    days = [calls_of(given, np.random.default_rng(seed)) for seed in range(400)]
    sizes, calls = np.array([len(each) for each in days]), np.concatenate(days)
    a = calls[calls["queue"] == 0]

    assert sizes.mean() == pytest.approx(220.0, abs=4.0 * sizes.std() / 20.0)
    assert sizes.std() == pytest.approx((220.0 + (0.5 * 220.0) ** 2) ** 0.5, rel=0.15)
    assert a["t"].max() < 3_600.0 and (np.diff(days[0]["t"]) >= 0.0).all()
    assert [a["handle_s"].mean(), a["patience_s"].mean()] == pytest.approx([100.0, 60.0], rel=0.03)
    assert calls[calls["queue"] == 1]["handle_s"].max() < 30.0 and calls["handle_s"][calls["queue"] == 1].min() > 10.0


def test_a_table_has_totals_by_name_and_the_same_calls_under_all_conventions():
    queues = {"a": {**QUEUE, "patience_s": 60.0, **AGAIN}, "b": {**QUEUE, "patience_s": 60.0}}
    given = centre(queues=queues, groups={"g": {"skills": ["a", "b"], "staffing": 3}})
    theirs, ours = (kernel_table(given, range(5), 2, names) for names in (["same_caller"], []))

    assert theirs["n_fresh:b"].tolist() == ours["n_fresh:b"].tolist() and theirs["n_fresh"].shape == (5,)
    assert (theirs["n_answered"] == theirs["n_answered:a"] + theirs["n_answered:b"]).all()
    assert (theirs["talking_s"] == theirs["talking_s:g"]).all()
    assert (theirs["n_redials:a"] != ours["n_redials:a"]).any()


def test_what_the_kernel_does_not_know_is_refused_by_name():
    with pytest.raises(ValueError, match="queues.a.p_balk: not in the reference kernel; allowed: arrivals_per_hour"):
        model_of(centre(queues={"a": {**QUEUE, "p_balk": 0.1}}), ())
    with pytest.raises(ValueError, match="conventions: 'same'; allowed: same_caller, first_free_leave"):
        model_of(CENTRE, ["same"])


def test_the_effect_is_the_paired_difference_in_the_kernel(monkeypatch):
    columns = {("x",): np.tile([5.0, 9.0], 10), (): np.tile([4.0, 6.0], 10)}
    monkeypatch.setattr(library, "simulated", lambda row, share: {"m": Figure(10.0, 3.0)})
    monkeypatch.setattr(library, "kernel_table", lambda centre, seeds, days, names: {"n": columns[tuple(names)]})
    inputs = {"centre": CENTRE, "days": 1, "conventions": ["x"]}
    row = Row("r", "published", "s", "a", (Measure("m", "1", 0.0, ("n",)),), with_effect, inputs, 20)
    found, kernel = with_effect(row, 1.0)["m"], by_kernel(row, 1.0)["m"]

    paired = np.tile([1.0, 3.0], 10)
    assert found.value == 12.0 and found.error == pytest.approx(np.hypot(3.0, paired.std(ddof=1) / 20**0.5))
    assert kernel.value == 7.0


def test_each_convention_isolates_a_row_and_each_such_row_has_both_experiments():
    rows = {row.name: row for row in ROWS}
    used = [(row, rows[f"{row.name}, with the effect"]) for row in ROWS if f"{row.name}, with the effect" in rows]

    assert {name for _, shown in used for name in shown.inputs["conventions"]} == set(CONVENTIONS)
    assert all(row.measures == shown.measures and shown.name in row.isolated_by for row, shown in used)
    assert all(rows[f"{row.name}, reference kernel"].compute is by_kernel and row.runs == RUNS for row, _ in used)


def test_rows_of_the_same_inputs_keep_the_figures_of_their_own_function(tmp_path):
    measures = (Measure("m", "1", 0.0),)

    def one(row: Row, share: float) -> dict[str, Figure]:
        return {"m": Figure(1.0, 0.0)}

    def two(row: Row, share: float) -> dict[str, Figure]:
        return {"m": Figure(2.0, 0.0)}

    found = []
    for compute in (one, two, one):
        compute.__module__ = "experiments.published.row"
        found.append(
            command.row_figures(Row("r", "published", "s", "a", measures, compute, {}), 1.0, tmp_path, tmp_path)
        )

    assert [each["m"].value for each in found if each] == [1.0, 2.0, 1.0]
    assert len(list(tmp_path.iterdir())) == 2
