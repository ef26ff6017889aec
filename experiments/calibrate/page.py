"""Page of the calibration, made from its result file."""

import textwrap
from typing import Any

from experiments.calibrate.acceptance import ALLOWED_ABANDONMENT, ALLOWED_WAIT
from experiments.calibrate.logs import TYPES

WIDTH = 120
NAMES = {
    "abandonment": "abandoned",
    "mean_wait_s": "mean wait [s]",
    "served_within_T_of_offered": "served within 20 s",
}
SHARES = {"abandonment", "served_within_T_of_offered"}
HEAD = """
Written by `python -m experiments.calibrate`; do not edit. Log: Anonymous Bank (Technion), Brown et al. 2005.
Every figure of `bank_inbound` is fitted without the even October weekdays, and accepted on them. No October weekday is
left out: the log's holidays end on Saturday 2 October. Intervals are 95 %, over days (bootstrap).
"""


def page(result: dict[str, Any]) -> str:
    """Return the page of a result of `python -m experiments.calibrate`, in Markdown."""
    sections = (_accepted, _by_type, _one_pool, _months, _staffing, _figures)
    parts = ["# Calibration of the bank's centre", _wrap(HEAD), *(section(result) for section in sections)]
    return "\n\n".join([*parts, "![log and model through the day](calibration.svg)"]) + "\n"


def _accepted(result: dict[str, Any]) -> str:
    held, fitted, modelled, verdict = (result[key] for key in ("held_back", "fit", "model", "verdict"))
    head = [
        "",
        f"log, {held['days']} even days",
        "model",
        f"model, {held['days']} days fall in",
        f"log, {fitted['days']} odd days",
    ]
    rows = [
        [
            NAMES[kpi],
            _estimate(kpi, held["all"][kpi]),
            _estimate(kpi, modelled["all"][kpi]),
            _interval(kpi, modelled["all"]["range"][kpi]),
            _estimate(kpi, fitted["all"][kpi]),
        ]
        for kpi in NAMES
    ]
    points, relative = 100 * verdict["abandonment_difference"], 100 * verdict["mean_wait_relative"]
    text = f"""
        Abandonment: model less log {points:+.2f} percentage points (allowed {100 * ALLOWED_ABANDONMENT:g}). Mean wait:
        {relative:+.1f} % (allowed {100 * ALLOWED_WAIT:g}). {"Accepted" if verdict["accepted"] else "NOT accepted"}."""
    return f"## Days held back\n\n{_table(head, rows)}\n\n{_wrap(text)}"


def _by_type(result: dict[str, Any]) -> str:
    held, modelled = result["held_back"], result["model"]
    head = ["type", "a day, log", "model", *(f"{NAMES[kpi]}, {who}" for kpi in NAMES for who in ("log", "model"))]
    rows = [
        [
            name,
            f"{held[name]['offered_per_day']:.0f}",
            f"{modelled[name]['offered_per_day']:.0f}",
            *(cell for kpi in NAMES for cell in _pair(kpi, held[name], modelled[name])),
        ]
        for name in ("all", *TYPES)
    ]
    return f"## By type, even days\n\n{_table(head, rows)}"


def _one_pool(result: dict[str, Any]) -> str:
    nw = result["one_pool"]
    queued, queued_ps = _percent(nw["queued"]), _percent(nw["queued_ps"])
    text = f"""
        On the odd days {queued} of type NW had to queue, where {queued_ps} of type PS did at the same half hours of the
        same days; NW waited {nw["wait_s"]:.0f} s, PS {nw["wait_ps_s"]:.0f} s. Not everybody served NW:
        {nw["without_nw"]} of {nw["advisors"]} advisors with 100 contacts or more had less than 5 % NW. The model
        has one group for the five types, which spreads over all of them the waits that NW bore."""
    return f"## What one general group cannot show\n\n{_wrap(text)}"


def _months(result: dict[str, Any]) -> str:
    rows = []
    for name, month in result["months"].items():
        log, modelled = month["log"]["all"], month["model"]["all"]
        rows.append([name, str(month["log"]["days"]), *(c for kpi in NAMES for c in _pair(kpi, log, modelled))])
    head = ["variant", "days", *(f"{NAMES[kpi]}, {who}" for kpi in NAMES for who in ("log", "model"))]
    text = """
        Traffic, handle times, priority and staffing of these months are fitted to their odd days; the log's figures
        are those of their even days. Patience and returns are common to all months."""
    return f"## Other months, shown and not accepted\n\n{_wrap(text)}\n\n{_table(head, rows)}"


def _staffing(result: dict[str, Any]) -> str:
    b = result["blending"]
    limit, alone = _percent(b["limit"]), b["occupancy_without"]
    above = sum(share > b["limit"] for share in alone)
    asked_for, staffed = sum(b["asked_for"]) / 2, sum(b["staffing"]) / 2
    text = f"""
        Without this group, inbound occupancy of `general` is {_percent(max(alone))} in the busiest hour, and in
        {above} of {len(alone)} hours it is above {limit}. To hold it there in every hour asks for {asked_for:g}
        advisor-hours a day. As nobody else dials, the group also needs advisors in each half hour in which the campaign
        may be dialed: the fewest with whom the scenario's own rules dial and drop at most
        {_percent(b["drop_limit"])} of connects. Together {staffed:g} advisor-hours a day, and
        {_percent(max(b["occupancy_with"]))} in the busiest hour."""
    head = ["at least", "connects joined a day", "dropped"]
    rows = [
        [
            str(t["at_least"]),
            f"{t['joined_per_day']:.0f}",
            "-" if t["dropped_share"] is None else _percent(t["dropped_share"]),
        ]
        for t in b["tried"]
    ]
    rings = """
        No public log has dials. Assumed are ring times by outcome: a person answers after 10 s in the mean, a machine
        after 20 s, and a dial that nobody answers is given up after 25 s, which is above the 15 s that the calling
        rules ask for. Ring times of one distribution for all outcomes let unanswered dials end too early, and make
        answers come as late as those who do not answer."""
    return f"## Staffing of `blended`\n\n{_wrap(text)}\n\n{_table(head, rows)}\n\n{_wrap(rings)}"


def _figures(result: dict[str, Any]) -> str:
    f = result["figures"]
    head = ["type", "handle time mu, sigma (services)", "below 10 s, left out", "abandonments behind the hazard"]
    head += ["high priority", "smoothing"]
    rows = [
        [
            name,
            f"{t['handle_mu']:.3f}, {t['handle_sigma']:.3f} ({t['handle_n']:,})",
            _percent(t["share_short"]),
            f"{t['patience_events']:,}",
            _percent(t["high"]),
            str(t["smoothing"]),
        ]
        for name, t in f["types"].items()
    ]
    redial, repeat = f["redial_median_s"] / 60, f["repeat_median_s"] / 60
    text = f"""
        Day level: coefficient of variation {f["day_level_cv"]:.3f}. Redials: probability {f["redial_p"]:.3f}, median
        delay {redial:.0f} minutes. Repeats: {f["repeat_p"]:.3f}, {repeat:.1f} minutes. Smoothing: half hours on either
        side in the binomial average of the arrivals, chosen by the likelihood of each day given the others."""
    return f"## Measured figures\n\n{_wrap(text)}\n\n{_table(head, rows)}"


def _pair(kpi: str, log: dict[str, Any], modelled: dict[str, Any]) -> tuple[str, str]:
    return _estimate(kpi, log[kpi]), _value(kpi, modelled[kpi][0])


def _estimate(kpi: str, estimate: list[float]) -> str:
    return f"{_value(kpi, estimate[0])} {_interval(kpi, estimate[1:])}"


def _interval(kpi: str, ends: list[float]) -> str:
    return f"[{_value(kpi, ends[0])}, {_value(kpi, ends[1])}]"


def _value(kpi: str, value: float) -> str:
    return _percent(value) if kpi in SHARES else f"{value:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _wrap(text: str) -> str:
    """Fill a paragraph without line breaks between a number and its percent sign."""
    joined = " ".join(text.split()).replace(" %", "\0%")
    return textwrap.fill(joined, WIDTH, break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
