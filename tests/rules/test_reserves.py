"""Reserves that follow forecast, load, size, mode and belief: dials by hand, the filter against its equations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccenv import simulate
from ccenv.rules import RuleError
from ccenv.rules.pacing.modes import BELIEF
from ccenv.sim.state.fields import RECENT_S
from tests.env.short import short_day
from tests.rules.bench import centre
from tests.rules.hand import Hand

RATES = ("arrivals_recent_per_hour", "forecast_per_hour")


@pytest.mark.parametrize("rule, params, fields, idle", [
    # 180 contacts of 200 s an hour on queues a, b, c are 10 erlang: 1 + 0.5 sqrt(10) = 2.58
    ("slot_reserve", {"r0": 1, "beta": 0.5, "handle_s": 200}, {"forecast_per_hour": [60, 60, 60]}, 2.58),
    ("slot_reserve", {"r0": 1, "beta": 0.5, "handle_s": {"a": 400}}, {"forecast_per_hour": [81]}, 2.5),  # 9 erlang
    ("slot_reserve", {"r0": -1, "beta": 0}, {}, 0),
    # 150 arrivals where 100 are forecast: 1 + 2 * 0.5
    ("load_reserve", {"r0": 1, "b": 2}, {RATES[0]: [50, 50, 50], RATES[1]: [40, 60, 0]}, 2),
    ("load_reserve", {"r0": 3, "b": 2}, {RATES[0]: [25, 0, 25], RATES[1]: [40, 60, 0]}, 2),
    ("load_reserve", {"r0": 1, "b": 2}, {RATES[0]: [50]}, 1),  # nothing is forecast
    ("load_reserve", {"r0": 1, "b": 0, "w": 0.5}, {"queue_length": [1, 0, 1]}, 2),
    ("log_safety", {"scale": 2}, {"staffed": [9, 6], "away": [1, 2]}, 2 * math.log(12)),
    ("log_safety", {}, {}, 0),
])  # fmt: skip
def test_the_reserve_by_hand(rule: str, params: dict[str, Any], fields: dict[str, Any], idle: float) -> None:
    """A reserve of 2.58 is 3 with probability .58, by the coin, and 2 otherwise."""
    low, part = math.floor(idle), idle - math.floor(idle)
    for number, coin in enumerate((0.001, part - 0.01, part + 0.01, 0.999)):
        reserve = low + 1 if coin < part else low
        if not 0.0 < coin < 1.0:
            continue
        hand = Hand(rule, params)
        for n in (reserve, reserve + 1):
            action = hand.act(coin, idle=[0, n], idle_longest_s=[0, 5], event_number=1 + number, **fields)
            assert action == ("hold" if n == reserve else "dial:first>two")
        lines = Hand(f"{rule}_unreserved", {**params, "k": 2, "c": 1})
        target = max(2 * (8 - idle) - 1, 0)
        whole = math.floor(target) + (coin < target - math.floor(target))
        found = lines.act(coin, closed=(1,), idle=[8, 0], ringing=[whole - 1], event_number=1 + number, **fields)
        assert found == "dial:first*1"
        assert lines.act(coin, closed=(1,), idle=[8, 0], ringing=[whole], event_number=1 + number, **fields) == "hold"


def test_queues_of_other_groups_do_not_count() -> None:
    """Campaign `other` is dialed by group `one`, which handles a and b."""
    hand = Hand("load_reserve", {"r0": 0, "b": 1, "order": ["other", "first"]})
    fields: dict[str, Any] = {RATES[0]: [10, 10, 900], RATES[1]: [10, 10, 10], "event_number": 1}
    assert hand.act(idle=[1, 0], closed=(0,), **fields) == "dial:other>one"
    assert hand.act(idle=[1, 0], closed=(1,), **fields) == "hold"  # `first` shares c


SWITCHING: dict[str, Any] = {"mean_s": [1000, 500], "arrivals": [0.5, 2.0]}


@pytest.mark.parametrize("rule", ["mode_reserve", "mode_reserve_unreserved"])
def test_the_mode_chooses_the_reserve(rule: str) -> None:
    reserves = rule == "mode_reserve"
    scenario = centre(reserves, switching={**SWITCHING, "observed": True})
    hand = Hand(rule, {"r_0": 1, "r_1": {"first": 3, "other": 0}}, scenario)
    expected = {(0, 1): False, (0, 2): True, (1, 2): False, (1, 3): False, (1, 4): True}
    for (mode, idle), dials in expected.items():
        action = hand.act(mode=mode, idle=[0, idle], idle_longest_s=[0, 5], closed=(1,))
        assert action == ("dial:first" + (">two" if reserves else "*1") if dials else "hold")


def steps(rng: np.random.Generator, n: int) -> list[tuple[float, int]]:
    """Times to the next decision and arrivals until then."""
    return [(float(rng.choice([0.0, 3.0, 20.0, 400.0])), int(rng.integers(0, 4))) for _ in range(n)]


@pytest.mark.parametrize("known", ["given", "centre"])
def test_the_belief_follows_the_equations_of_the_filter(known: str) -> None:
    """Two modes with exits at 1/1000 and 1/500 and arrivals .5 and 2 of the forecast; counts by decayed weights."""
    given = {"factor_0": 0.5, "factor_1": 2.0, "mean_s_0": 1000, "mean_s_1": 500} if known == "given" else {}
    hand = Hand("belief_reserve", {"known": known, **given, "scale": 1.25}, centre(True, switching=SWITCHING))
    belief, count, now, rate = 1 / 3, 0.0, 36_000.0, 1.25 * 150 / 3600
    for k, (dt, arrived) in enumerate(steps(np.random.default_rng(4), 60)):
        now += dt
        fade = math.exp(-dt / RECENT_S)
        count = count * fade + arrived
        fields: dict[str, Any] = {RATES[0]: [count * 3600 / RECENT_S, 0, 0], RATES[1]: [100, 0, 50]}
        hand.act(idle=[0, 0], time_of_day_s=now % 86_400, event_number=k + 1, **fields)
        if k > 0:
            moved = 1 / 3 + (belief - 1 / 3) * math.exp(-dt * (1 / 1000 + 1 / 500))
            exposed = rate * RECENT_S * (1 - fade)
            likely = [f**arrived * math.exp(-f * exposed) for f in (0.5, 2.0)]
            belief = moved * likely[1] / (moved * likely[1] + (1 - moved) * likely[0])
        assert hand.state[BELIEF] == pytest.approx(belief, rel=1e-9)
    assert 0.0 < belief < 1.0


@pytest.mark.parametrize("u, idle, dials", [(0.9, 4, False), (0.9, 5, True), (0.1, 5, False), (0.1, 6, True)])
def test_the_belief_weighs_the_reserves(u: float, idle: int, dials: bool) -> None:
    """At first the belief is that of the means: 1/3, so the reserve is 1 + 10/3 = 4.33."""
    given = {"mean_s_0": 1000, "mean_s_1": 500, "r_0": 1, "r_1": 11}
    hand = Hand("belief_reserve", given)
    assert hand.act(u, idle=[0, idle], event_number=1) == ("dial:first>two" if dials else "hold")
    lines = Hand("belief_reserve_unreserved", given)
    whole = 4 if u < 8 - 13 / 3 - 3 else 3  # 8 - 4.33 lines
    assert lines.act(u, idle=[8, 0], ringing=[whole - 1], event_number=1, closed=(1,)) == "dial:first*1"
    assert lines.act(u, idle=[8, 0], ringing=[whole], event_number=1, closed=(1,)) == "hold"


@pytest.mark.parametrize("rule", ["mode_reserve", "mode_reserve_unreserved"])
@pytest.mark.parametrize("changes", [{}, {"switching": {**SWITCHING, "observed": False}}])
def test_a_centre_without_an_observed_mode_is_refused(rule: str, changes: dict[str, Any]) -> None:
    message = f"rule {rule} needs a load that switches between two modes that are observed"
    with pytest.raises(RuleError, match=message):
        simulate(short_day(**changes), pacing=rule, seeds=[1])
    with pytest.raises(ValueError, match=f"rules.pacing.name.*{message}"):
        short_day(**changes, **{"rules.pacing": {"name": rule}})


def test_the_numbers_of_a_centre_that_does_not_switch_are_the_given_ones() -> None:
    beliefs = []
    for known in ("given", "centre"):
        hand = Hand("belief_reserve", {"known": known})
        for k, arrivals in enumerate((0, 600)):
            hand.act(time_of_day_s=60 * k, event_number=k + 1, **{RATES[0]: [arrivals], RATES[1]: [100]})
        beliefs.append(hand.state[BELIEF])
    assert beliefs[0] == beliefs[1] > 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule, params, least",
    [
        ("load_reserve", {"r0": 3, "b": 3}, 0.9),
        ("belief_reserve", {"known": "centre", "r_0": 2, "r_1": 6}, 1.2),
        ("belief_reserve", {"factor_1": 1.7, "mean_s_0": 2400, "mean_s_1": 1500, "r_0": 2, "r_1": 6}, 1.0),
        ("mode_reserve", {"r_0": 2, "r_1": 6}, 1.8),
    ],
)
def test_what_is_known_of_the_mode_is_worth_something(rule: str, params: dict[str, Any], least: float) -> None:
    """Gain over the best fixed reserve, where an abandonment costs .055; numbers of the filter may be wrong."""
    seeds = range(2_000_000, 2_000_048)

    def value(pacing: Any) -> np.ndarray:
        table = simulate("switching_load", pacing=pacing, seeds=seeds)
        return np.asarray(0.01 * table["n_joined:outbound"] - 0.055 * table["n_abandoned:inbound"])

    gain = value((rule, params)) - value(None)
    assert gain.mean() > least and gain.mean() > 4 * gain.std(ddof=1) / math.sqrt(len(seeds))
