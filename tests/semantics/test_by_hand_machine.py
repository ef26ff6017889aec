"""The machine before a queue, by hand: what it keeps, resolves, costs and hands off."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import simulate
from ccenv.rules.spec import RuleError
from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from ccenv.supervisor import SupervisorEnv
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, nonzero, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)
TEAM = {"team": {"skills": ["calls"], "staffing": 1}}
N = 40
OFTEN = [float(k + 1) for k in range(N)]


def centre(*times: float, ivr: dict, **more: object) -> dict:
    """One queue with a machine, and one advisor."""
    return {"clock": day(), "queues": {"calls": recorded(*times, ivr=ivr, **more)}, "groups": TEAM}


def test_what_the_machine_does_not_resolve_comes_again_and_each_minute_has_a_price() -> None:
    ivr = {"time_s": constant(6), "p_contained": 1, "p_resolved_easy": 0, "p_resolved_hard": 0, "price_per_minute": 2}
    result = both(centre(1, ivr=ivr, repeat={"delay_s": constant(10)}), 0, ASSIGN)
    assert shorts(result.log)[1:-2] == [
        short(1, "fresh", "0.0"),
        short(7, "ivr_end", "0.0", detail=codes.CONTAINED),
        short(17, "repeat", "0.0"),
        short(23, "ivr_end", "0.0", detail=codes.CONTAINED),
    ]
    counters = nonzero(result.counters["queue"][0])
    assert counters.pop("ivr_cost") == pytest.approx(2 * 12 / 60)
    assert counters == {"fresh": 1, "repeats": 1, "contained": 2, "contained_unresolved": 1, "ivr_s": 12}


def test_a_contact_that_is_handed_off_takes_longer_until_it_is_transferred() -> None:
    calls = recorded(
        1, ivr={"handoff_factor": 1.5}, handle_s=constant(4), transfer={"p": 1, "to": "experts"}
    )  # fmt: skip
    queues = {"calls": calls, "experts": recorded(handle_s=constant(10))}
    scenario = {"clock": day(), "queues": queues, "groups": {"team": {"skills": [*queues], "staffing": 1}}}
    result = both(scenario, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end") == [
        short(1, "assigned", "0.0", 0),
        short(7, "talk_end", "0.0", 0),
        short(7, "assigned", "1.0", 0),
        short(17, "talk_end", "1.0", 0),
    ]
    assert nonzero(result.counters["queue"][0])["handed_off"] == 1


@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.8, 1.0])
def test_a_rule_sets_the_threshold_and_the_chance_of_resolution_falls_with_difficulty(threshold: float) -> None:
    ivr = {"p_contained": 0.25, "p_hangup": 0.1, "p_resolved_easy": 0.9, "p_resolved_hard": 0.3}
    scenario = load_scenario({**NAMED, **centre(*OFTEN, ivr=ivr, repeat={"delay_s": constant(1000)})})
    seed = 5
    table = simulate(scenario, routing=("fifo", {"p_contained": {"calls": threshold}}), seeds=[seed])
    keys = [entity_key(root_key(seed), stream("queue:calls"), k) for k in range(N)]
    u = np.array([uniform(key, codes.IVR_OUTCOME) for key in keys])
    v = np.array([uniform(key, codes.RESOLVED) for key in keys])
    kept = u < threshold
    assert table["n_contained"][0] == kept.sum()
    assert table["n_contained_unresolved"][0] == (kept & (v >= 0.9 - 0.6 * u)).sum()
    assert table["n_ivr_hangup"][0] == (~kept & (u < threshold + 0.1)).sum()


def test_without_a_parameter_the_threshold_is_the_scenarios() -> None:
    ivr = {"p_contained": 0.3, "p_resolved_hard": 0.5}
    scenario = load_scenario({**NAMED, **centre(*OFTEN, ivr=ivr)})
    plain, same, by_slot = (
        simulate(scenario, routing=routing, seeds=range(3))["n_contained"]
        for routing in ("fifo", ("fifo", {"p_contained": 0.3}), ("fifo", {"p_contained": [0.3]}))
    )
    assert plain.sum() > 0 and np.array_equal(plain, same) and np.array_equal(plain, by_slot)


def test_a_threshold_by_slot_holds_in_its_slot() -> None:
    scenario = load_scenario({
        **NAMED,
        **centre(*OFTEN, ivr={}),
        "clock": day(slot_s=20),
    })  # fmt: skip
    table = simulate(scenario, routing=("fifo", {"p_contained": [0, 1, 0, 0, 0]}), seeds=[1])
    assert table["n_contained"][0] == 20  # those that come at 20, 21, ..., 39 s


def test_a_supervisor_sets_it_where_the_machine_does_not_resolve_everything() -> None:
    queues = {
        "calls": recorded(*OFTEN, ivr={"p_contained": 0.3, "p_resolved_hard": 0.5}),
        "perfect": recorded(*OFTEN, ivr={"p_contained": 0.3}),
        "plain": recorded(*OFTEN),
    }
    scenario = {**NAMED, "clock": day(), "queues": queues, "groups": {"team": {"skills": [*queues], "staffing": 1}}}
    env = SupervisorEnv(scenario=scenario, interval_s=50, settable="p_contained")
    assert [knob.name for knob in env._row.knobs] == ["routing.p_contained:calls"]
    contained = {}
    for x in (-1.0, 1.0):
        env.reset(seed=1)
        done = False
        while not done:
            _, _, terminated, truncated, info = env.step(np.array([x], np.float32))
            done = terminated or truncated
        contained[x] = float(info["kpis"]["containment"])
    assert contained[-1.0] < contained[1.0]


def test_a_threshold_outside_its_range_is_refused_by_name() -> None:
    scenario = {**NAMED, **centre(1, ivr={})}
    with pytest.raises(RuleError, match=r"fifo: p_contained = 1.5; allowed: a number in \[0, 1\]"):
        simulate(scenario, routing=("fifo", {"p_contained": 1.5}), seeds=[1])
