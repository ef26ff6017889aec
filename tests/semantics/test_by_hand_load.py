"""When fresh contacts come: profiles, levels, surges, modes and traces, against the inverse of the integrated rate."""

from itertools import accumulate
from typing import Any

import numpy as np
import pytest

from ccenv.sim.kernel.draws import normal as quantile
from ccenv.sim.state import codes
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import day, first_of, recorded, run, short, shorts

ASSIGN = first_of(codes.ASSIGN)
GRID_S = 0.001


def gaps(seed: int, n: int) -> list[float]:
    """Integrated rate at which the first n fresh contacts of queue "calls" arrive."""
    keys = [entity_key(root_key(seed), stream("queue:calls"), i) for i in range(n)]
    return list(accumulate(-np.log(uniform(key, codes.GAP)) for key in keys))


def arrivals(seed: int, rates: np.ndarray) -> list[float]:
    """When the integral of a rate per second, given in the middles of a grid, reaches the gaps."""
    integral = np.concatenate([[0.0], np.cumsum(rates) * GRID_S])
    needed = [need for need in gaps(seed, 200) if need < integral[-1]]
    return list(np.interp(needed, integral, np.arange(len(integral)) * GRID_S))


def grid(close_s: float) -> np.ndarray:
    """Middles of the grid."""
    return (np.arange(round(close_s / GRID_S)) + 0.5) * GRID_S


def fresh(scenario: dict[str, Any], seed: int, days: int = 1) -> list[float]:
    """When the fresh contacts come."""
    log = run(scenario, seed, ASSIGN, days=days).log
    return list(log["t"][log["code"] == codes.LOG_FRESH])


def centre(calls: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One queue and one group, open for 100 s in slots of 25 s."""
    queue = {"arrivals_per_hour": 720, "handle_s": 3, "patience_s": 3, **calls}
    team = {"skills": ["calls"], "staffing": 1}
    return {"clock": day(slot_s=25), "queues": {"calls": queue}, "groups": {"team": team}, **changes}


def test_a_linear_profile_goes_straight_from_slot_to_slot_and_holds_its_last_value() -> None:
    profile = [0, 1440, 360, 720]
    scenario = centre({"arrivals_per_hour": profile, "interpolation": "linear"})
    rates = np.interp(grid(100), [0, 25, 50, 75], profile) / 3600
    expected = arrivals(5, rates)
    assert len(expected) > 10
    assert fresh(scenario, 5) == pytest.approx(expected, abs=2 * GRID_S)


def test_a_surge_takes_off_what_was_used_up_and_goes_on_at_the_other_rate() -> None:
    surge = {"p": 1, "factor": 4, "from_s": 30, "until_s": 30, "lasts_s": {"dist": "constant", "value_s": 20.5}}
    scenario = centre({}, surge=surge)
    t = grid(100)
    expected = arrivals(2, np.where((t > 30) & (t < 50.5), 0.8, 0.2))
    assert fresh(scenario, 2) == pytest.approx(expected, abs=2 * GRID_S)
    rows = run(scenario, 2, ASSIGN).log
    surges = [(float(row["t"]), int(row["number"])) for row in rows if row["code"] == codes.LOG_SURGE]
    assert surges == [(30, 1), (50.5, 0)]


def test_a_surge_is_over_at_the_next_opening() -> None:
    surge = {"p": 1, "factor": 4, "from_s": 30, "until_s": 30, "lasts_s": {"dist": "constant", "value_s": 1000}}
    one_day = np.where(grid(100) > 30, 0.8, 0.2)
    found = [t - 86_300 * int(t // 86_400) for t in fresh(centre({}, surge=surge), 2, days=2)]
    assert found == pytest.approx(arrivals(2, np.concatenate([one_day, one_day])), abs=3 * GRID_S)


def test_a_surge_leaves_other_queues_alone_and_is_drawn_for_each_day() -> None:
    surge = {"p": 0.5, "factor": 4, "from_s": 10, "until_s": 60, "lasts_s": {"dist": "constant", "value_s": 1000}}
    scenario = centre({}, surge={**surge, "queues": ["others"]})
    scenario["queues"]["others"] = {"arrivals_per_hour": 1, "handle_s": 1}
    scenario["groups"]["team"]["skills"].append("others")
    log = run(scenario, 7, ASSIGN, days=8).log
    calls = log["t"][(log["code"] == codes.LOG_FRESH) & (log["index"] == 0)]
    assert list(calls) == fresh(centre({}), 7, days=8)
    keys = [entity_key(root_key(7), stream("surge"), d) for d in range(8)]
    begins = [10 + 50 * uniform(key, codes.SURGE_START) for key in keys]
    days = [d for d in range(8) if uniform(keys[d], codes.SURGE_P) < 0.5]
    assert 0 < len(days) < 8
    # each lasts beyond closing, and is over by the next day
    seen = [(row["t"], row["number"]) for row in log if row["code"] == codes.LOG_SURGE]
    assert seen == [(pytest.approx(86_400 * d + begins[d]), 1) for d in days]


@pytest.mark.parametrize(("steady", "seed"), [(False, 4), (False, 5), (True, 6), (True, 7)])
def test_modes_take_turns_and_change_the_rates_and_the_answers(steady: bool, seed: int) -> None:
    means_s, arrive = [8, 20], [0.5, 3]
    switching = {"mean_s": means_s, "arrivals": arrive, "answers": [0.0, 10.0]}
    campaign = {
        "p_answer": 0.5,
        "p_busy": 0.3,
        "ring_s": {"dist": "constant", "value_s": 0.7},
        "handle_s": 3,
        "max_lines": 3,
    }
    scenario = centre({}, switching=switching, campaigns={"list": campaign})
    scenario["groups"]["team"]["skills"].append("list")
    if steady:
        scenario["clock"] = {"kind": "steady", "horizon_s": 100}
    keys = [entity_key(root_key(seed), stream("mode"), i) for i in range(100)]
    mode = int(uniform(keys[0], codes.MODE) < 20 / 28)
    ends: list[float] = []
    modes: list[int] = []
    for key in keys:
        ends.append((ends[-1] if ends else 0.0) - np.log(uniform(key, codes.GAP)) * means_s[mode])
        modes.append(mode)
        mode = 1 - mode
    of_time = np.array(modes)[np.searchsorted(ends, grid(100))]
    log = run(scenario, seed, first_of(codes.DIAL)).log
    changes = log[log["code"] == codes.LOG_MODE]
    n = sum(end < 100 for end in ends)
    assert n > 2
    assert list(changes["t"]) == pytest.approx(ends[:n]) and list(changes["number"]) == modes[1 : n + 1]
    expected = arrivals(seed, 0.2 * np.array(arrive)[of_time])
    # each change within a step of the grid shifts all that comes later
    assert list(log["t"][log["code"] == codes.LOG_FRESH]) == pytest.approx(expected, abs=20 * GRID_S)
    # nobody answers in mode 0; in mode 1 all do that are not busy
    for row in log[(log["code"] == codes.LOG_RING_END) & (log["t"] < 100)]:
        answers = modes[int(np.searchsorted(ends, row["t"]))] == 1
        v = uniform(int(row["key"]), codes.OUTCOME)
        assert (row["detail"] == codes.CONNECT) == (answers and v < 0.7)


def test_slot_levels_are_a_lognormal_chain_and_multiply_the_day_level() -> None:
    seed, cv, r = 9, 0.5, 0.8
    scenario = centre({}, slot_level={"cv": cv, "correlation": r}, day_level_cv=0.4)
    s2 = np.log(1 + cv**2)
    for d in range(3):
        z, levels = 0.0, []
        for k in range(4):
            x = -quantile(uniform(entity_key(root_key(seed), stream("slot"), 4 * d + k), codes.SLOT_LEVEL))
            z = x if k == 0 else r * z + np.sqrt(1 - r * r) * x
            levels.append(np.exp(np.sqrt(s2) * z - s2 / 2))
        v = np.log(1 + 0.4**2)
        x = -quantile(uniform(entity_key(root_key(seed), stream("day"), d), codes.DAY_LEVEL))
        level = np.exp(np.sqrt(v) * x - v / 2)
        if d == 0:
            rates = []
        rates.append(0.2 * level * np.repeat(levels, 25_000))
    found = [t - 86_300 * int(t // 86_400) for t in fresh(scenario, seed, days=3)]
    assert found == pytest.approx(arrivals(seed, np.concatenate(rates)), abs=3 * GRID_S)


def test_a_trace_goes_on_at_later_openings() -> None:
    times = [1.5, 99, 86_400 + 3, 2 * 86_400 + 50]
    scenario = {
        "clock": day(),
        "queues": {"calls": recorded(*times, patience_s=1)},
        "groups": {"team": {"skills": ["calls"], "staffing": 1}},
        "switching": {"mean_s": [5, 5], "arrivals": [0, 9]},
        "day_level_cv": 1.0,
    }
    assert fresh(scenario, 0, days=3) == times
    assert shorts(run(scenario, 0, ASSIGN).log, "fresh") == [short(1.5, "fresh", "0.0"), short(99, "fresh", "0.1")]
