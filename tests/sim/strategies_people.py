"""Groups of advisors and outbound campaigns made by hypothesis, with any of what the schema offers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ccenv.sim.state.codes import ADVISOR_ORDERS, AFTER, MIXES, RETRY_ORDERS, RING_DISTS
from tests.sim.strategies_times import Frame, Plain, number, optional, probability, profile, times

TRAITS: dict[str, st.SearchStrategy[Any]] = {
    "advisor_order": st.sampled_from(ADVISOR_ORDERS),
    "shrinkage": st.just(0.3),
    "speed_cv": st.just(0.4),
    "quality": optional(mean=number(40, 95), sd=number(0, 20), on_repeat=number(0, 0.08), on_sale=number(0, 0.08)),
    "learning": optional(excess=number(0, 1), time_constant_days=number(0.5, 5), tenure_days=number(0, 5)),
    "fatigue": optional(strength=number(0, 2), threshold=number(0, 0.5), time_constant_s=number(20, 500)),
    "script": optional(strength=probability(), quality_cost=number(0, 30)),
}


@st.composite
def shift(draw: st.DrawFn, frame: Frame) -> Plain:
    """From the opening, a slot boundary or a time between, with up to two breaks one after the other."""
    begins = [0.0, 0.29 * frame.span_s] + ([frame.slot_s] if frame.slot_s < frame.span_s else [])
    from_s = round(frame.open_s + draw(st.sampled_from(begins)), 3)
    close_s = frame.open_s + frame.span_s
    until_s = round(from_s + draw(st.sampled_from([1.0, 0.7])) * (close_s - from_s), 3)
    n_breaks = draw(st.integers(0, 2))
    each_s = (until_s - from_s) / max(n_breaks, 1)
    breaks = [
        {"at_s": round(from_s + (i + draw(number(0.1, 0.4))) * each_s, 3), "length_s": round(0.4 * each_s, 3)}
        for i in range(n_breaks)
    ]
    return {"n": draw(st.integers(1, 2)), "from_s": from_s, "until_s": until_s, "breaks": breaks}


@st.composite
def presence(draw: st.DrawFn, frame: Frame) -> Plain:
    """Staffing by slot, or shifts with breaks."""
    if frame.n_slots == 0 or draw(st.booleans()):
        return {"staffing": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        return {"shifts": draw(st.lists(shift(frame), min_size=1, max_size=2))}
    staffing = draw(st.lists(st.integers(0, 3), min_size=frame.n_slots, max_size=frame.n_slots))
    return {"staffing": staffing if any(staffing) else [*staffing[:-1], 1]}


@st.composite
def group(draw: st.DrawFn, skills: list[str], queues: list[str], frame: Frame) -> Plain:
    """A group with these skills."""
    own = [name for name in skills if name in queues]
    monitoring = {"share": probability(), "cost": number(0, 9), "gain": probability()}
    if frame.n_slots:
        monitoring["drift_per_day"] = number(0, 30)
    features = {**TRAITS, "monitoring": optional(**monitoring)}
    if own:
        features["handle_s"] = st.dictionaries(st.sampled_from(own), times(25), max_size=2)
    return {"skills": skills, **draw(presence(frame)), **draw(optional(**features))}


def ring_dists() -> st.SearchStrategy[Plain]:
    """Ring times by outcome."""
    each = {name: times(8) for name in RING_DISTS}
    return st.fixed_dictionaries(each)


@st.composite
def list_of_leads(draw: st.DrawFn, frame: Frame) -> Plain:
    """Segments or one list, who is called again and when, and the calling rules."""
    soon, later = times(30, at_once=True), times(40_000)
    segment = {
        "by_attempt": st.just([1.0, 0.5, 1.5]),
        "propensity": number(0, 3),
        "sale_value": number(0, 9),
        "zone_s": st.sampled_from([-7.0, 11.0]),
        "p_consent": probability(),
        "p_do_not_call": probability(),
        "score": st.sampled_from([-1.0, 2.0]),
        "weight": st.sampled_from([0.5, 3.0]),
    }
    if frame.n_slots == 0:
        del segment["zone_s"]
    made: Plain = {"leads": draw(st.integers(0, 60))}
    if draw(st.booleans()):
        del made["leads"]
        sizes = draw(st.lists(st.integers(0, 20), min_size=1, max_size=3))
        made["segments"] = {f"s{k}": {"size": size, **draw(optional(**segment))} for k, size in enumerate(sizes)}
    outcomes = {name: soon | later for name in AFTER}
    retries = draw(optional(**outcomes))
    calling_rules = {
        "max_per_24h": st.integers(1, 3),
        "max_per_7_days": st.integers(1, 4),
        "lockout_after_drop_s": number(0, 100),
        "quiet_after_talk_s": number(0, 100_000),
        "needs_consent": st.booleans(),
    }
    if frame.n_slots:
        calling_rules["calling_from_s"] = st.just(round(frame.open_s + 0.3 * frame.span_s, 3))
        calling_rules["calling_until_s"] = st.just(round(frame.open_s + 0.75 * frame.span_s, 3))
    features = optional(
        order=optional(
            retries=st.sampled_from(RETRY_ORDERS), fresh_every=st.integers(0, 3), mix=st.sampled_from(MIXES)
        ),
        agreed_callback=st.fixed_dictionaries(
            {"p": st.sampled_from([0.3, 1.0]), "after_s": soon | later},
            optional={"window_s": number(0, 30), "answer_factor": number(0, 3)},
        ),
        hang_up_s=times(4, endless=True),
        p_stop=probability(),
        value_cv=number(0, 2),
        value_handle_correlation=st.sampled_from([-1.0, 0.5]),
        calling_rules=optional(**calling_rules),
        compliance=st.sampled_from(["ftc_30d", {"threshold_s": 1.0, "window": "rolling_24h", "hang_ups": "all"}]),
        greeting_s=number(0, 5),
    )
    made.update(draw(features))
    if retries:
        made["retries"] = {"max_attempts": draw(st.integers(1, 5)), **retries}
    if draw(st.booleans()):
        made["goal"] = "promise"
        if draw(st.booleans()):
            made["follow_up"] = {
                "p_kept": draw(probability()),
                "after_s": draw(soon | later),
                "retry_broken": draw(st.booleans()),
            }
    return made


def return_calls(queues: list[str]) -> st.SearchStrategy[Plain]:
    """Calls of leads that were dialed in vain; some come soon, some at once, some on another day."""
    others = {name: probability() for name in ("machine", "dropped", "hung_up")}
    shares = st.fixed_dictionaries({"no_answer": st.sampled_from([0.4, 1.0])}, optional=others)
    delays = times(30, at_once=True) | times(40_000)
    return st.fixed_dictionaries({"queue": st.sampled_from(queues), "p_by_outcome": shares, "delay_s": delays})


@st.composite
def campaign(draw: st.DrawFn, frame: Frame, queues: list[str]) -> Plain:
    """A campaign, with so many lines or leads that the smallest size class holds them."""
    made: Plain = {
        "p_answer": draw(profile(0.1, 0.6, frame)),
        "handle_s": draw(times(25, at_once=True)),
        "max_lines": draw(st.integers(1, 8)),
    }
    hours: Plain = {}
    if frame.n_slots:
        hours["dial_from_s"] = st.just(round(frame.open_s + 0.2 * frame.span_s, 3))
        hours["dial_until_s"] = st.just(round(frame.open_s + 0.8 * frame.span_s, 3))
    reserves = draw(st.sampled_from([False, True, "either"]))
    # lines that ring for no time are dialed for ever, unless every attempt reserves an advisor
    ring = times(8, at_once=reserves is True)
    features = optional(
        p_machine=st.just(0.2),
        p_busy=st.just(0.1),
        p_invalid=st.just(0.1),
        detector=st.just({"p_false_positive": 0.3, "p_machine_passed": 0.5}),
        drop_after_s=times(5, at_once=True, endless=True),
        handle_sale_s=times(30),
        handle_machine_s=times(5, at_once=True),
        wrap_up_s=times(6, at_once=True),
        p_sale=st.sampled_from([0.4, [0.2, 0.6]]),
        contact_number=st.just([0.7, 0.3]),
        sale_value=number(0, 9),
        dial_ladder=st.sampled_from([[1], [1, 3]]),
        **hours,
    )
    made.update(draw(features))
    made.update(draw(list_of_leads(frame)))
    made["reserves"] = reserves
    if queues and draw(st.booleans()):
        made["return_calls"] = draw(return_calls(queues))
    if draw(st.booleans()):
        made["ring_s"] = draw(ring)
    else:
        made["ring_s_by_outcome"] = draw(ring_dists())
    if isinstance(made.get("p_sale"), list):
        made["contact_number"] = [0.7, 0.3]
    return made
