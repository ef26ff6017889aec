"""Write the library's largest centre from a few tables: `python -m experiments.centres.hybrid_large`.

The centre has a thousand advisors, four languages and six topics. Each group takes one or more topics in one or two
languages, so skills overlap. The load of a queue is divided equally among the groups that take it; the number of
advisors of a group follows from its load. Some teams also dial (`large_campaigns`). The variant `small` has two
languages and three topics, and does not dial.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ccenv.files.writing import write_atomic
from experiments.calibrate.write_yaml import dump
from experiments.centres.large_campaigns import SOURCES as CAMPAIGN_SOURCES
from experiments.centres.large_campaigns import campaigns
from experiments.centres.large_campaigns import skills as dialed
from experiments.jobs.commands import without_settings
from experiments.jobs.files import ROOT

FILE = ROOT / "ccenv/scenarios/library/hybrid_large.yaml"
OPEN_S, CLOSE_S, SLOT_S, SHIFT_S = 21_600, 79_200, 1_800, 28_800
SHAPE = (
    [0.18, 0.24, 0.31, 0.37, 0.56, 0.7, 0.8, 0.86, 0.9, 0.94, 0.96, 0.98, 1.0, 1.0, 0.98, 0.96]
    + [0.95, 0.95, 0.94, 0.92, 0.88, 0.84, 0.79, 0.74, 0.61, 0.56, 0.51, 0.45, 0.34, 0.28, 0.22, 0.16]
)  # fmt: skip
"""Arrivals by half hour, relative to the highest one."""
STARTS = {21_600: 0.17, 28_800: 0.28, 36_000: 0.2, 43_200: 0.16, 50_400: 0.19}
"""Start of each shift, and the share of a group's advisors in it."""
PEAK_PER_HOUR = 8_000.0
PACING = {"name": "max0", "params": {"k": 7.0, "c": 4.0, "reserve": 4.0}}
LANGUAGES = {"english": 0.5, "spanish": 0.25, "french": 0.15, "german": 0.1}


class Topic(NamedTuple):
    """Share of the contacts, lognormal handle time (mean 150 to 550 s), share served by the voice menu, transfers."""

    share: float
    mu: float
    sigma: float
    p_contained: float
    transfer: dict[str, Any] = {}


TOPICS = {
    "billing": Topic(0.26, 5.0, 0.8, 0.2, {"p": 0.03, "to": "complaints", "kind": "cold"}),
    "accounts": Topic(0.22, 4.85, 0.85, 0.25),
    "orders": Topic(0.2, 4.9, 0.7, 0.1, {"p": 0.04, "to": "delivery", "kind": "cold"}),
    "delivery": Topic(0.14, 4.75, 0.7, 0.3),
    "technical": Topic(0.13, 5.9, 0.8, 0.05),
    "complaints": Topic(0.05, 5.8, 0.8, 0.0),
}
TEAMS = {
    "office": ("billing", "accounts"),
    "sales": ("orders", "delivery"),
    "technical": ("technical", "accounts"),
    "seniors": ("complaints", "billing"),
    "all_round": tuple(TOPICS),
}
BILINGUAL = ("office", "sales", "technical")
SOURCES = {
    "value_unit": "the unit of all values",
    "clock.*": "modelling choice",
    "day_level_cv": "daily totals of a large bank's centre in 2003, Weinberg, Brown and Stroud (2007)",
    "slot_level.*": "modelling choice; that the levels of slots depend, Oreshkin, Regnard and L'Ecuyer (2016)",
    "trunks": "modelling choice",
    "queues.*.arrivals_per_hour": "modelling choice, highest at noon",
    "queues.*.handle_s.*": "modelling choice; that handle times are lognormal, Brown et al. (2005)",
    "queues.*.ivr.*": "modelling choice",
    "queues.*.patience_s.*": "Weibull fit to all types, Anonymous Bank call log, Technion (Brown et al. 2005)",
    "queues.*.wrap_up_s": "modelling choice",
    "queues.*.customer.*": "modelling choice",
    "queues.*.redial.*": "modelling choice, of the order of bank_inbound",
    "queues.*.repeat.*": "modelling choice, of the order of bank_inbound",
    "queues.*.transfer.*": "modelling choice",
    "groups.*.wage_per_hour": "modelling choice: 18 where a sale brings 50",
    "groups.*": "modelling choice, advisors by load",
    **{f"campaigns.*.{key}": text for key, text in CAMPAIGN_SOURCES.items()},
    "rules.pacing.*": "tuned by simulation to drop less than the limit",
    "variants.*": "modelling choice, the same construction with fewer languages, topics and advisors",
}


def document() -> dict[str, Any]:
    """Return the scenario file as plain data."""
    queues, groups = centre(list(LANGUAGES), list(TOPICS), PEAK_PER_HOUR, 1_000)
    for name, own in groups.items():
        team, *languages = name.split("_")
        own["skills"] = [*own["skills"], *dialed(team, tuple(languages))]
    few_queues, few_groups = centre(list(LANGUAGES)[:2], ["orders", "delivery", "complaints"], 370.0, 56)
    return {
        "name": "hybrid_large",
        "description": (
            "A thousand advisors in four languages and six topics: 24 queues and 29 groups whose skills overlap, from "
            "teams of two topics to those who take any, some of them in two languages. Three campaigns with six lists, "
            "120,000 leads in all, are dialed by the sales and office teams of their language. The variant `small` is "
            "built in the same way, dials nobody and fits the smallest size class."
        ),
        "clock": {"kind": "day", "open_s": OPEN_S, "close_s": CLOSE_S, "overtime_s": 1_800, "slot_s": SLOT_S},
        "day_level_cv": 0.09,
        "slot_level": {"cv": 0.05, "correlation": 0.5},
        "trunks": 800,
        "queues": queues,
        "campaigns": campaigns(),
        "groups": groups,
        "rules": {"routing": {"name": "fifo"}, "pacing": PACING},
        "reward": "hybrid",
        "value_unit": 1,
        "size_class": "L",
        "sources": SOURCES,
        "variants": {
            "small": {
                "queues": few_queues,
                "groups": few_groups,
                "campaigns": {},
                "rules.pacing": {"name": "no_dial"},
                "reward": "service",
                "trunks": 50,
                "size_class": "S",
            }
        },
    }


def centre(
    languages: list[str], topics: list[str], peak_per_hour: float, n_advisors: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return queues and groups for some languages and topics.

    Args:
        languages: Keys of `LANGUAGES`.
        topics: Keys of `TOPICS`.
        peak_per_hour: Contacts per hour in the highest half hour.
        n_advisors: Approximate number of advisors; rounded by shift.
    """
    total = sum(LANGUAGES[language] for language in languages) * sum(TOPICS[topic].share for topic in topics)
    queues: dict[str, Any] = {}
    load: dict[str, float] = {}
    for language in languages:
        for name in topics:
            topic, key = TOPICS[name], f"{name}_{language}"
            peak = peak_per_hour * LANGUAGES[language] * topic.share / total
            queues[key] = queue(language, topic, topics, peak)
            load[key] = peak * (1.0 - topic.p_contained) * math.exp(topic.mu + topic.sigma**2 / 2.0)
    skills = skills_of_groups(languages, topics)
    takers = {key: sum(key in own for own in skills.values()) for key in queues}
    weight = {name: sum(load[key] / takers[key] for key in own) for name, own in skills.items()}
    scale = n_advisors / sum(weight.values())
    return queues, {name: group(own, weight[name] * scale, k) for k, (name, own) in enumerate(skills.items())}


def skills_of_groups(languages: list[str], topics: list[str]) -> dict[str, list[str]]:
    """Return the queues of each group: every team in each language, some also in the first and another language."""
    spoken: list[tuple[str, tuple[str, ...]]] = [(team, (language,)) for language in languages for team in TEAMS]
    spoken += [(team, (languages[0], language)) for language in languages[1:] for team in BILINGUAL]
    groups: dict[str, list[str]] = {}
    for team, both in spoken:
        own = [f"{topic}_{language}" for language in both for topic in TEAMS[team] if topic in topics]
        if own and own not in groups.values():
            groups[f"{team}_{'_'.join(both)}"] = own
    return groups


def queue(language: str, topic: Topic, topics: list[str], peak: float) -> dict[str, Any]:
    """Return one queue with at most `peak` contacts per hour; it transfers only to topics of the centre."""
    found: dict[str, Any] = {
        "arrivals_per_hour": [round(peak * share, 1) for share in SHAPE],
        "handle_s": {"dist": "lognormal", "mu": topic.mu, "sigma": topic.sigma},
        "ivr": {
            "time_s": {"dist": "gamma", "shape": 4, "mean_s": 30},
            "p_contained": topic.p_contained,
            "p_hangup": 0.03,
        },
        "patience_s": {"dist": "weibull", "shape": 0.86, "scale_s": 443},
        "wrap_up_s": 25,
        "customer": {"p_identified": 0.6, "p_returning": 0.5, "returning_factor": 0.95},
        "redial": {"p": 0.4, "delay_s": {"dist": "uniform", "low_s": 60, "high_s": 1_800}, "max_times": 3},
        "repeat": {"p": 0.08, "delay_s": 2_700, "max_times": 2},
    }
    if topic.transfer.get("to") in topics:
        found["transfer"] = {**topic.transfer, "to": f"{topic.transfer['to']}_{language}"}
    return found


def group(skills: list[str], n_advisors: float, number: int) -> dict[str, Any]:
    """Return one group with about `n_advisors` advisors, at least one in each shift; breaks differ between groups."""
    shifts = []
    for k, (start, share) in enumerate(STARTS.items()):
        rest = start + 7_200 + 900 * ((number + k) % 4)
        meal = start + 14_400 + 1_800 * (number % 3)
        breaks = [{"at_s": rest, "length_s": 900}, {"at_s": meal, "length_s": 1_800}]
        shifts.append(
            {"n": max(1, round(n_advisors * share)), "from_s": start, "until_s": start + SHIFT_S, "breaks": breaks}
        )
    return {"skills": skills, "shifts": shifts, "shrinkage": 0.08, "speed_cv": 0.15, "wage_per_hour": 0.36}


COMMENTS = {"": "Written by `python -m experiments.centres.hybrid_large`; do not edit."}

if __name__ == "__main__":
    without_settings("experiments.centres.hybrid_large", __doc__ or "")
    write_atomic(FILE, dump(document(), COMMENTS))
