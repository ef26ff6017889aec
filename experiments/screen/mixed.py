"""Parameters of centres with more than one kind of work beside the calls: lists, chats, items, slow pairs, surges."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Mapping
from typing import Any

from experiments.screen.declared import Parameter
from experiments.screen.parameters import HYBRID, OMNICHANNEL, plain


@functools.cache
def _renewals() -> dict[str, Any]:
    found: dict[str, Any] = plain(HYBRID)["campaigns"]["renewals"]
    return found


@functools.cache
def _mails_queue() -> dict[str, Any]:
    found: dict[str, Any] = plain(OMNICHANNEL)["queues"]["mails"]
    return found


def _list(**changes: Any) -> dict[str, Any]:
    """Return the list of hybrid_small as plain data, with other values of some keys."""
    return {**copy.deepcopy(_renewals()), **changes}


def _longer(time: Mapping[str, Any], factor: float) -> dict[str, Any]:
    return {**time, "mu": time["mu"] + math.log(factor)}


def _second_list(factor: float) -> dict[str, Any]:
    times = {key: _longer(_renewals()[key], factor) for key in ("handle_s", "handle_sale_s")}
    return {
        "campaigns.second": _list(**times),
        "groups.blended.skills": ["orders", "questions", "renewals", "second"],
        "groups.service.skills": ["orders", "questions", "second"],
    }


def _mails(factor: float) -> dict[str, Any]:
    arrivals = [round(factor * rate, 2) for rate in _mails_queue()["arrivals_per_hour"]]
    return {
        "queues.mails": {**_mails_queue(), "arrivals_per_hour": arrivals},
        "groups.blended.skills": ["orders", "questions", "mails", "renewals"],
    }


SECOND = Parameter(
    "second list: length of its talks, in that of the first", _second_list, "range",
    "a second list as the first one of hybrid_small; the service team dials it too, and the first one not. From short "
    "questions to a long advice", (0.3, 4),
)  # fmt: skip
SECOND_CHEAP = Parameter(
    "second list: value of a goal, up to that of the first", lambda factor: {"campaigns.second.sale_value": factor},
    "range", "from a survey that is paid by the piece to a renewal", (0.1, 1),
)  # fmt: skip
SECOND_DEAR = Parameter(
    "second list: value of a goal, from that of the first", lambda factor: {"campaigns.second.sale_value": factor},
    "range", "from a renewal to a contract worth five", (1, 5),
)  # fmt: skip
SECOND_ANSWERS = Parameter(
    "second list: answer rate, in that of the first",
    lambda factor: {"campaigns.second.p_answer": [round(factor * p, 4) for p in _renewals()["p_answer"]]}, "range",
    "0.1 to 0.48: practice names 0.10 to 0.35, an identified firm up to 0.53 (Hiya 2019)", (0.5, 1.7),
)  # fmt: skip
OMNICHANNEL_LIST = Parameter(
    "value of a renewal that the third team of support_omnichannel dials for",
    lambda value: {
        "campaigns.renewals": _list(leads="unlimited", value_left=0.0, sale_value=value),
        "groups.either.skills": ["calls", "chat", "mails", "renewals"],
        "reward": "hybrid", "value_unit": 1, "rules.pacing": {"name": "max0", "params": {"k": 2.0, "c": 2.0}},
    }, "range",
    "the list of hybrid_small, whose keys have their sources there, without an end; a lost contact costs 0.5. From "
    "half a renewal to one and three quarters; above, it pays to let contacts give up", (0.5, 1.75),
)  # fmt: skip
MAILS = Parameter(
    "e-mails for the blended advisors, in those of support_omnichannel", _mails, "range",
    "a tenth to half of the time of one blended advisor; due within four hours", (0.05, 0.3),
)  # fmt: skip
CROSS_TRAINING = Parameter(
    "handle time of the team that is not trained for a type, in that of the other",
    lambda factor: {
        "groups.account_team.handle_s.cards.mean_s": 300 * factor,
        "groups.card_team.handle_s.accounts.mean_s": 225 * factor,
    }, "range",
    "10 to 60 %; a third in `x_design`", (1.1, 1.6),
)  # fmt: skip
SURGE = Parameter(
    "factor of a surge of questions",
    lambda factor: {
        "surge": {"p": 0.5, "factor": factor, "from_s": 32400, "until_s": 54000, "queues": ["questions"],
                  "lasts_s": {"dist": "lognormal", "mu": 7.8, "sigma": 0.4}},
    }, "range",
    "that of `surge_day`, on every other day: from a wrong bill to an outage", (1.5, 4),
)  # fmt: skip
UNSEEN = Parameter(
    "whether the mode is hidden", lambda level: {"switching.observed": False}, "source",
    "the load of `switching_load`, case B1_100 with long outbound talks of the reference table modulated_headroom",
)  # fmt: skip
