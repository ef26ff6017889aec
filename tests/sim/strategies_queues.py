"""Inbound queues made by hypothesis, with any of what the schema offers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.sim.strategies_times import Frame, Plain, number, optional, probability, profile, times


def again(mean_s: float) -> st.SearchStrategy[Plain]:
    """Redials or repeats."""
    return st.fixed_dictionaries(
        {"p": st.sampled_from([1.0, 0.5]), "delay_s": times(mean_s, at_once=True), "max_times": st.integers(1, 2)}
    )


@st.composite
def ivrs(draw: st.DrawFn, others: list[str]) -> Plain:
    """A voice menu, sometimes one that sends people the wrong way."""
    ivr = draw(
        optional(
            p_contained=st.just(0.2), p_hangup=st.just(0.1), detect_s=times(8), p_resolved_hard=st.just(0.2),
            price_per_minute=st.just(0.3), handoff_factor=st.just(0.7),
        )
    )  # fmt: skip
    wrong = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    return {"time_s": draw(times(10, at_once=True)), "routes": {name: 0.3 for name in wrong}, **ivr}


CALLBACK = st.fixed_dictionaries(
    {"offer_above_s": st.sampled_from([0.0, 10.0]), "p_accept": st.sampled_from([1.0, 0.5])},
    optional={
        "ring_s": times(5, at_once=True),
        "p_answer": probability(),
        "max_tries": st.integers(1, 3),
        "retry_s": times(30, at_once=True),
    },
)
CUSTOMER = optional(
    p_identified=st.sampled_from([1.0, 0.5]),
    p_returning=probability(),
    returning_factor=number(0.5, 1.5),
    p_preferred=probability(),
    preferred_factor=number(0.5, 1.5),
    value_classes=st.lists(
        st.fixed_dictionaries(
            {"share": st.just(0.4)}, optional={"value_factor": number(0, 3), "credit_s": number(0, 60)}
        ),
        min_size=1,
        max_size=2,
    ),
)
SATISFACTION = optional(
    base=number(40, 100), per_wait_minute=number(0, 60), per_transfer=number(0, 20), per_quality=number(0, 2)
)


@st.composite
def traces(draw: st.DrawFn, frame: Frame) -> list[float]:
    """Recorded arrivals of two days, some of them at one instant."""
    within = st.lists(number(0, frame.span_s - 0.01), max_size=8).map(sorted)
    return [round(day * 86_400.0 + frame.open_s + t, 3) for day in range(2) for t in draw(within)]


@st.composite
def queue(draw: st.DrawFn, name: str, names: list[str], frame: Frame) -> Plain:
    """An inbound queue, one of `names`."""
    others = [other for other in names if other != name]
    higher_tiers = names[names.index(name) + 1 :]  # from which no way leads back
    made: Plain = {"arrivals_per_hour": draw(profile(40, 400, frame)), "handle_s": draw(times(25, at_once=True))}
    features: dict[str, st.SearchStrategy[Any]] = {
        "patience_s": times(30, at_once=True, endless=True),
        "wrap_up_s": times(8, at_once=True),
        "redial": again(30),
        "repeat": again(40),
        "ivr": ivrs(others),
        "p_balk": st.just(0.3),
        "announcement": optional(tolerance_s=times(20, endless=True), patience_factor=number(0.3, 2)),
        "callback": CALLBACK,
        "priority": st.fixed_dictionaries({"p": st.just(0.4), "credit_s": number(0, 60)}),
        "customer": CUSTOMER,
        "sale": st.fixed_dictionaries({"p": probability(), "value": number(0, 9)}, optional={"handle_s": times(30)}),
        "satisfaction": SATISFACTION,
    }
    if higher_tiers:
        features["transfer"] = st.fixed_dictionaries(
            {"p": st.sampled_from([0.5, 1.0]), "to": st.sampled_from(higher_tiers)},
            optional={"kind": st.just("warm"), "handover_s": times(6, at_once=True)},
        )
    if frame.n_slots:
        features["trace_s"] = traces(frame)
    made.update(draw(optional(**features)))
    if isinstance(made["arrivals_per_hour"], list) and draw(st.booleans()):
        made["interpolation"] = "linear"
    return made
