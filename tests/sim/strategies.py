"""Scenarios made by hypothesis: structure and parameters of whole centres, as the mappings of a scenario file.

Shrinking a failing scenario drops optional keys first. It then simplifies the rest: fewer queues, groups and slots,
distributions with one parameter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import HealthCheck
from hypothesis import strategies as st

from tests.sim.strategies_people import campaign, group
from tests.sim.strategies_queues import again, queue
from tests.sim.strategies_times import Frame, number, optional, some, times

Plain = dict[str, Any]
SLOW_TO_MAKE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


class Run(NamedTuple):
    """A scenario and how to run it; `laziness` is the share of decisions at which the policy holds if it may."""

    scenario: Plain
    seed: int
    days: int
    order: str
    laziness: float


@st.composite
def clocks(draw: st.DrawFn) -> Plain:
    """Some minutes of a day, or of a steady centre."""
    review_s = draw(st.sampled_from([0.0, 7.0, 20.0]))
    if draw(st.booleans()):
        slot_s = draw(st.sampled_from([60.0, 100.0]))
        span_s = slot_s * draw(st.integers(1, 3)) - draw(st.sampled_from([0.0, 0.4 * slot_s]))
        open_s, overtime_s = draw(st.sampled_from([0.0, 30_000.0])), draw(st.sampled_from([0.0, 30.0, 600.0]))
        times = {"open_s": open_s, "close_s": open_s + span_s, "overtime_s": overtime_s, "slot_s": slot_s}
        return {"kind": "day", **times, "review_s": review_s}
    warm_up_s, horizon_s = draw(st.sampled_from([0.0, 60.0])), draw(number(60, 240))
    return {"kind": "steady", "warm_up_s": warm_up_s, "horizon_s": horizon_s, "review_s": review_s}


@st.composite
def surges(draw: st.DrawFn, frame: Frame, queues: list[str]) -> Plain:
    """More contacts, or fewer, for a while."""
    from_s = round(frame.open_s + draw(number(0, 0.5)) * frame.span_s, 3)
    return {
        "p": draw(st.sampled_from([1.0, 0.5])),
        "factor": draw(st.sampled_from([2.0, 0.0, 5.0])),
        "from_s": from_s,
        "until_s": round(from_s + draw(number(0, 0.5)) * frame.span_s, 3),
        "lasts_s": draw(times(0.3 * frame.span_s)),
        "queues": draw(st.lists(st.sampled_from(queues), unique=True)),
    }


SWITCHING = st.fixed_dictionaries(
    {
        "mean_s": st.lists(number(20, 100), min_size=2, max_size=2),
        "arrivals": st.sampled_from([[1.0, 1.0], [0.0, 2.0], [0.5, 1.5]]),
        "answers": st.sampled_from([[1.0, 1.0], [0.5, 2.0]]),
        "observed": st.booleans(),
    }
)


@st.composite
def skills(draw: st.DrawFn, names: list[str], n_groups: int) -> list[list[str]]:
    """Who can do what: one group at least for everything, one thing at least for every group."""
    able = [set(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))) for _ in range(n_groups)]
    for name in names:
        if not any(name in skill for skill in able):
            able[draw(st.integers(0, n_groups - 1))].add(name)
    return [[name for name in names if name in skill] for skill in able]


@st.composite
def centres(draw: st.DrawFn) -> Plain:
    """A whole scenario."""
    clock = draw(clocks())
    frame = Frame.of(clock)
    queues = [f"q{i}" for i in range(draw(st.integers(1, 3)))]
    campaigns = [f"c{i}" for i in range(draw(st.integers(0, 2)))]
    able = draw(skills(queues + campaigns, draw(st.integers(1, 3))))
    is_day = frame.n_slots > 0
    shared = {
        "day_level_cv": some(st.just(0.4)),
        "day_level_dist": some(st.just("gamma")),
        "slot_level": some(st.just({"cv": 0.5, "correlation": 0.5})) if is_day else st.none(),
        "switching": some(SWITCHING),
        "surge": some(surges(frame, queues)) if is_day else st.none(),
        "trunks": some(st.integers(1, 12)),
        "work_conserving": some(st.just(True)),
    }
    chosen = {key: draw(strategy) for key, strategy in shared.items()}
    return {
        "name": "any",
        "description": "made by hypothesis",
        "size_class": "S",
        "clock": clock,
        "reward": "service",  # the goals of the default reward may not suit a random centre
        "goals_unpaid": True,
        "queues": {name: draw(queue(name, queues, frame)) for name in queues},
        "groups": {f"g{i}": draw(group(names, queues, frame)) for i, names in enumerate(able)},
        "campaigns": {name: draw(campaign(frame, queues)) for name in campaigns},
        **{key: value for key, value in chosen.items() if value is not None},
    }


@st.composite
def with_work(draw: st.DrawFn, centre: Plain) -> Plain:
    """The centre, perhaps with a queue of deferrable work that its first group does too."""
    if draw(st.booleans()):
        return centre
    declared = optional(due_s=times(60), interruptible=st.just(True), resume_s=number(0, 9))
    work: Plain = {"arrivals_per_hour": draw(number(60, 400)), "handle_s": draw(times(30, at_once=True))}
    work |= draw(optional(wrap_up_s=times(8, at_once=True), repeat=again(40)))
    group = centre["groups"]["g0"]
    return {
        **centre,
        "queues": {**centre["queues"], "w0": {**work, "deferrable": draw(declared)}},
        "groups": {**centre["groups"], "g0": {**group, "skills": [*group["skills"], "w0"]}},
    }


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A scenario, a seed, one or two days, an order of the queues, and a policy."""
    scenario = draw(with_work(draw(centres())))
    days = draw(st.integers(1, 2)) if scenario["clock"]["kind"] == "day" else 1
    order, laziness = draw(st.sampled_from(["entry", "total_wait"])), draw(st.sampled_from([0.0, 0.5]))
    return Run(scenario, draw(st.integers(0, 1_000)), days, order, laziness)
