"""An IVR takes over identification and simple contacts."""

from __future__ import annotations

from typing import Any

from ccenv.scenarios import load_scenario
from experiments.study.declared import Also, Assumption, Headline, Setting, Study, Sweep, Values, ratio, scaled

CENTRE = "customer_service"
BEFORE, AFTER = "advisors only", "IVR"
CHOICE = "modelling choice"
ROUNDING = 0.025  # the published figures are multiples of 5 %


def settings(values: Values) -> dict[str, Setting]:
    """Return both variants: the same callers and advisors, without and with the IVR."""
    centre = load_scenario(CENTRE).centre
    before: dict[str, Any] = {}
    for name, queue in centre.queues.items():
        before[f"queues.{name}.arrivals_per_hour"] = scaled(queue.arrivals_per_hour, values["volume"])
        before[f"queues.{name}.ivr"] = None
    after = {key: value for key, value in before.items() if not key.endswith(".ivr")}
    for name, queue in centre.queues.items():
        assert queue.ivr is not None
        after[f"queues.{name}.ivr.p_contained"] = values["kept"] * queue.ivr.p_contained
        after[f"queues.{name}.ivr.p_hangup"] = values["hang-ups"] * queue.ivr.p_hangup
        after[f"queues.{name}.ivr.handoff_factor"] = 1.0 - values["time saved"]
        after[f"queues.{name}.ivr.p_resolved_easy"] = values["resolved"]
        after[f"queues.{name}.ivr.p_resolved_hard"] = values["resolved"]
        after[f"queues.{name}.ivr.routes"] = {to: values["misrouted"] * p for to, p in queue.ivr.routes.items()}
    for name, group in centre.groups.items():
        after[f"groups.{name}.shrinkage"] = 1.0 - (1.0 - group.shrinkage) * values["advisors"]
    return {BEFORE: Setting(CENTRE, before), AFTER: Setting(CENTRE, after)}


STUDY = Study(
    name="ivr",
    title="An IVR in front of the advisors",
    question="How much shorter are waits and handle times, and how many fewer callers abandon, once an IVR takes over "
    "identification and simple contacts?",
    about="The centre is `customer_service` of the library, a bank's service line with four queues and five groups. "
    "Without the IVR all callers go to advisors, who identify them. With it, the IVR keeps some contacts to the end, "
    "sends some to a wrong queue, loses some that hang up in it, and has identified those that it hands to an advisor.",
    variants={
        BEFORE: "every caller goes to the line of the right queue; advisors ask who is calling",
        AFTER: "every caller meets the IVR first; handle times of what it hands over are shorter by the time saved",
    },
    settings=settings,
    assumptions=(
        Assumption("volume", "callers, relative to the library's centre", 1.0, 0.8, 1.15, CHOICE),
        Assumption(
            "kept", "contacts kept by the IVR, relative to the library's 30, 20, 5 and 0 % by queue", 1.0, 0.5, 1.5,
            CHOICE,
        ),
        Assumption(
            "time saved", "part of the handle time that identification takes", 0.15, 0.0, 0.35,
            f"{CHOICE}: 0 to 90 s of four minutes", percent=True,
        ),
        Assumption(
            "hang-ups", "callers who hang up in the IVR, relative to the library's 3 to 8 % by queue", 1.0, 0.25, 3.0,
            CHOICE,
        ),
        Assumption("resolved", "contacts kept by the IVR that are resolved", 1.0, 0.7, 1.0, CHOICE, percent=True),
        Assumption("misrouted", "contacts sent to a wrong queue, relative to the library's", 1.0, 0.0, 2.0, CHOICE),
        Assumption("advisors", "advisors after the change, of those before", 1.0, 0.75, 1.0, CHOICE, percent=True),
    ),
    measures=(
        ratio("mean wait", "s", ("wait_s",), ("n_offered", "-n_callback_accepted"), "of all offered to a queue, zeros "
              "and abandoned included, callbacks apart"),
        ratio("handle time", "s", ("talk_s", "wrap_up_s"), ("n_answered",), "talk and wrap-up of an answered contact"),
        ratio("abandonment", "share", ("n_abandoned",), ("n_offered",), "abandoned, of those offered to a queue"),
        ratio("callers lost", "share", ("n_abandoned", "n_ivr_hangup", "n_balked"), ("n_entered",),
              "abandoned, balked or hung up in the IVR, of all contacts that came in"),
        ratio("contacts to advisors", "a day", ("n_answered",), ("runs",), "contacts that advisors answered"),
    ),
    headlines=(
        Headline("mean wait", "change", AFTER, BEFORE, "mean wait", published=-0.80, rounding=ROUNDING),
        Headline("handle time", "change", AFTER, BEFORE, "handle time", published=-0.25, rounding=ROUNDING),
        Headline("abandonment", "change", AFTER, BEFORE, "abandonment", published=-0.20, rounding=ROUNDING),
        Headline("callers lost", "change", AFTER, BEFORE, "callers lost", published=-0.20, rounding=ROUNDING),
    ),
    also=(
        Also(
            "nearest to all three", {"time saved": 0.32, "hang-ups": 2.5, "advisors": 0.88},
            "A longer identification, an IVR in which many hang up, and a few advisors fewer.",
        ),
    ),
    sweep=Sweep("kept", (0.0, 0.5, 1.0, 1.5, 2.0)),
    runs=lambda values: 96,
    published="Waits -80 %, handle time -25 %, abandonment -20 %: quoted as results of such a change, without its "
    "source, staffing or definitions. No public source was found, so the figures are a quotation and no evidence.",
    remarks=(
        "The contacts that the IVR keeps are as long as the others. If simple contacts are the shorter ones, the mean "
        "handle time of the rest falls less than here.",
        "The time in the IVR is no wait.",
    ),
)  # fmt: skip
