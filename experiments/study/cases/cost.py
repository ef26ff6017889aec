"""Cost per contact with more advisors, and with an answering service."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.scenarios import load_scenario
from experiments.study.declared import (
    Assumption,
    Floats,
    Headline,
    Setting,
    Study,
    Sums,
    Sweep,
    Values,
    added,
    ratio,
    rounded,
    scaled,
)

CENTRE = "overflow"
OWN, SERVICE = "more advisors", "answering service"
CHOICE = "modelling choice"
NEVER_S = 3600.0  # no contact waits this long: the service is not used
HANDLED = ("n_answered", "-n_transferred_out", "n_joined", "n_items_done")
COSTS = ("operating_cost", "service_fees", "n_service_contacts", "n_answered", "n_transferred_out", "n_joined",
         "n_items_done")  # fmt: skip


def settings(values: Values) -> dict[str, Setting]:
    """Return both variants: a larger team, and the team of the library with the service behind it."""
    centre = load_scenario(CENTRE).centre
    team, outside = centre.groups["team"], centre.groups["outside"]
    assert outside.answering_service is not None and outside.quality is not None
    changes: dict[str, Any] = {
        f"queues.{name}.arrivals_per_hour": scaled(queue.arrivals_per_hour, values["volume"])
        for name, queue in centre.queues.items()
    }
    changes |= {
        "groups.team.wage_per_hour": values["wage"],
        "groups.outside.answering_service.price_per_contact": values["price"],
        "groups.outside.answering_service.lines": round(outside.answering_service.lines * values["volume"]),
        "groups.outside.quality.mean": values["quality"],
        "day_level_cv": values["day to day"],
    }
    own = {**changes, "groups.team.staffing": rounded(team.staffing, values["volume"] * values["added"])}
    with_service = {**changes, "groups.team.staffing": rounded(team.staffing, values["volume"])}
    return {
        OWN: Setting(CENTRE, own, ("fifo", {"overflow_after_s": NEVER_S})),
        SERVICE: Setting(CENTRE, with_service, ("fifo", {"overflow_after_s": values["overflow after"]})),
    }


def break_even(service: Sums, own: Sums) -> Floats:
    """Return the price per contact at which both variants cost the same per contact handled."""
    without_fees = service["operating_cost"] - service["service_fees"]
    allowed = own["operating_cost"] / added(own, HANDLED) * added(service, HANDLED) - without_fees
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = allowed / service["n_service_contacts"]
    return found


STUDY = Study(
    name="cost",
    title="More advisors or an answering service",
    question="Below which price per contact is an answering service cheaper than more advisors of one's own?",
    about="The centre is `overflow` of the library, the help line of a utility with two queues. Its team is too small "
    "for busy hours. Either the team grows in each half hour, or an answering service takes each contact that has "
    "waited for some time. Its people know less, so more of its contacts come again; these repeats are costs of the "
    "service too.",
    variants={
        OWN: "the team of the library, larger by a factor in each half hour; no service",
        SERVICE: "the team of the library; a contact that has waited goes to the service, at a price per contact",
    },
    settings=settings,
    assumptions=(
        Assumption("added", "size of the team without the service, relative to the team with it", 1.6, 1.3, 1.9,
                   CHOICE),
        Assumption("price", "price per contact of the service", 4.5, 2.0, 9.0, "library's scenario; range: " + CHOICE),
        Assumption("wage", "wage per hour of an own advisor", 24.0, 18.0, 32.0, "library's scenario; range: " + CHOICE),
        Assumption("overflow after", "wait until a contact goes to the service [s]", 40.0, 0.0, 120.0,
                   "library's scenario; range: " + CHOICE),
        Assumption("volume", "contacts, and advisors with them, relative to the library's centre", 1.0, 0.5, 3.0,
                   CHOICE),
        Assumption("day to day", "coefficient of variation of the level of a day", 0.15, 0.0, 0.3,
                   "library's scenario; range: about that of Brown et al. (2005)"),
        Assumption("quality", "mean quality of the service's people, in points; the team has 82", 68.0, 60.0, 82.0,
                   "library's scenario; range: " + CHOICE),
    ),
    measures=(
        ratio("cost per contact", "", ("operating_cost",), HANDLED, "wages and fees for each contact handled"),
        ratio("contacts of the service", "share", ("n_service_contacts",), ("n_answered",), "of the contacts answered"),
        ratio("abandonment", "share", ("n_abandoned",), ("n_offered",), "abandoned, of the contacts offered"),
        ratio("mean wait", "s", ("wait_s",), ("n_offered",), "of all offered, zeros and abandoned included"),
        ratio("occupancy of all", "share", ("work_s",), ("work_s", "idle_s", "reserved_s"),
              "work, of the time at work or ready for it; the service's lines count as busy alone"),
        ratio("fees", "a day", ("service_fees",), ("runs",), "paid to the service a day"),
    ),
    headlines=(
        Headline("break-even price", "figure", SERVICE, OWN, columns=COSTS, form=break_even,
                 words="The service is cheaper per contact below a price of **{value}** a contact."),
        Headline("cost per contact", "change", SERVICE, OWN, "cost per contact"),
        Headline("abandonment", "difference", SERVICE, OWN, "abandonment"),
    ),
    sweep=Sweep("added", (1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9)),
    equal=(("added", "abandonment"),),
    runs=lambda values: 120,
    remarks=(
        "The price is compared per contact handled. The variants do not lose equally many callers in "
        "the base case; the last lines of the answer compare them where they do.",
        "A contact that still waits at closing goes to the service in both variants.",
        "No value is set on a lost caller, on satisfaction, or on the time to hire.",
    ),
)  # fmt: skip
