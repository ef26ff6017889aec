"""Dedicated against blended groups, from ten to a thousand advisors."""

from __future__ import annotations

from typing import Any

from experiments.study.declared import Assumption, Headline, Setting, Study, Sweep, Values, ratio

CENTRE = "experiments/study/centres/blend.yaml"
DEDICATED, BLENDED = "dedicated", "blended"
CHOICE = "modelling choice"
HANDLE_S = 238.6  # mean handle time of a call
LINES_EACH, LEADS_EACH = 3, 300  # for each advisor: more than are used
SMALL, LARGE = 30, 300  # advisors up to which the runs are many, and from which they are few


def settings(values: Values) -> dict[str, Setting]:
    """Return both variants with the same advisors, calls and list."""
    n = round(values["advisors"])
    inbound = max(1, round(values["inbound"] * n))
    both: dict[str, Any] = {
        "queues.calls.arrivals_per_hour": values["load"] * inbound * 3600.0 / HANDLE_S,
        "queues.calls.patience_s": {"dist": "exponential", "mean_s": values["patience"]},
        "campaigns.list.p_answer": values["answered"],
        "campaigns.list.max_lines": LINES_EACH * n,
        "campaigns.list.leads": LEADS_EACH * n,
        "groups.first.staffing": inbound,
        "groups.second.staffing": n - inbound,
    }
    skills = ["calls", "list"]
    blended = {**both, "groups.first.skills": skills, "groups.second.skills": skills}
    pacing = ("abandon_target", {"start": 2.0, "every_s": 30.0, "most": 60.0})
    reserve = round(values["kept free"] * n**0.5)
    return {
        DEDICATED: Setting(CENTRE, both, None, pacing),
        BLENDED: Setting(CENTRE, blended, None, (pacing[0], {**pacing[1], "reserve": reserve})),
    }


def runs(values: Values) -> int:
    """Return the number of runs: few of a large centre, in which much happens in each."""
    n = values["advisors"]
    return 48 if n <= SMALL else 16 if n < LARGE else 6


STUDY = Study(
    name="hybrid",
    title="Dedicated or blended groups, from 10 to 1,000 advisors",
    question="How much do blended groups, whose advisors answer calls and work for a campaign, gain over dedicated "
    "ones, and how does the gain depend on the size of the centre?",
    about="Calls come in and a list is dialed. Dedicated groups do one of the two; blended groups do both, and calls "
    "come before dials. Advisors, calls and list are equal. Dialing follows the same rule in both variants: the number "
    "of lines for each idle advisor is steered towards a dropped share of 3 %. The centre is steady, so the study sees "
    "size alone.",
    variants={
        DEDICATED: "one group answers calls, the other works for the campaign",
        BLENDED: "both groups do both; idle advisors above the number kept free are dialed for",
    },
    settings=settings,
    assumptions=(
        Assumption("advisors", "advisors of the centre", 100.0, 10.0, 1000.0, CHOICE),
        Assumption("inbound", "advisors of the dedicated group for calls, of all", 0.5, 0.25, 0.75, CHOICE,
                   percent=True),
        Assumption("load", "load of that group by calls", 0.85, 0.7, 1.0, CHOICE, percent=True),
        Assumption("kept free", "blended advisors kept free for calls, in square roots of the advisors", 0.0, 0.0, 0.5,
                   CHOICE),
        Assumption("patience", "mean patience of a caller [s]", 180.0, 60.0, 600.0, CHOICE),
        Assumption("answered", "dials that a person answers", 0.25, 0.15, 0.4, "practice names .10 to .35",
                   percent=True),
    ),
    measures=(
        ratio("joined connects", "an hour", ("n_joined",), ("staffed_h",),
              "connects joined, for each hour of any advisor"),
        ratio("missed inbound", "share", ("n_abandoned",), ("n_offered",), "abandoned, of the contacts offered"),
        ratio("mean wait", "s", ("wait_s",), ("n_offered",), "of calls, zeros and abandoned included"),
        ratio("dropped share", "share", ("n_dropped",), ("n_joined", "n_dropped"), "connects for whom nobody was free"),
        ratio("occupancy", "share", ("work_s",), ("work_s", "idle_s", "reserved_s"), "work, of the time on duty"),
    ),
    headlines=(
        Headline("joined connects", "change", BLENDED, DEDICATED, "joined connects"),
        Headline("missed inbound", "difference", BLENDED, DEDICATED, "missed inbound"),
        Headline("occupancy", "difference", BLENDED, DEDICATED, "occupancy"),
    ),
    sweep=Sweep("advisors", (10.0, 30.0, 100.0, 300.0, 1000.0), logarithmic=True),
    runs=runs,
    remarks=(
        "Advisors are equally good at both kinds of work and switch at once. A loss by switching or by less practice "
        "is not modelled.",
        "The load of the dedicated group is the same at every size. A planner would load a large group more.",
    ),
)  # fmt: skip
