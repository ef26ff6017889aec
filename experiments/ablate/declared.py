"""The ablations, each declared once: what is changed in a learner, and the centres where that can matter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

ROUTING, PACING = "x_design", "bank_blended:volatile"
BOTH = (ROUTING, PACING)
SEARCH, CLONES = "search", "clones"
#: Learners with parts that can be switched off, in place of those of the registry.
PARTIAL = {name: f"experiments.ablate.learners:{name.upper()}" for name in (SEARCH, CLONES)}
NOTHING_CHANGED: Mapping[str, Any] = MappingProxyType({})


class Ablation(NamedTuple):
    """One change of a learner.

    Attributes:
        name: Its name in settings, results and page.
        learner: The learner that is changed; unchanged, it is the reference.
        part: The part of the learner that it is about.
        about: What is changed, in one sentence.
        centres: Centres where it can matter.
        changes: Settings of the learner that are changed.
        partial: Whether the settings are those of `PARTIAL`.
        own_start: Whether it starts from the scenario's own rules, as shipped; the time of the tuning is then for the
            learning.
        rule_counts: Whether the rules of the start are among the candidates of the choice.
        times: CPU time of the learning, in units of the reference's.
        dials: Dials that the policy may use; see `experiments.jobs.config.LearnerConfig`.
    """

    name: str
    learner: str
    part: str
    about: str
    centres: tuple[str, ...] = BOTH
    changes: Mapping[str, Any] = NOTHING_CHANGED
    partial: bool = False
    own_start: bool = False
    rule_counts: bool = True
    times: float = 1.0
    dials: str = "start"


OWN_START = "It starts from the scenario's own rules in place of tuned ones, and learns while the others tune."
NO_RULE = "No rule is tuned, imitated, or among the candidates of the choice"


def _without(name: str, about: str, *features: str, centres: tuple[str, ...] = BOTH) -> Ablation:
    return Ablation(
        f"search_without_{name}", SEARCH, "features", f"The index policy has no features of {about}.", centres,
        {"without": list(features)}, partial=True,
    )  # fmt: skip


ABLATIONS = (
    Ablation("search_own_start", SEARCH, "warm start", OWN_START, own_start=True),
    Ablation(
        "search_scratch", SEARCH, "warm start",
        f"{NO_RULE}: the search begins at the defaults of the index policy, with the longest wait first and one line "
        "for each idle advisor.",
        changes={"imitates": False}, partial=True, own_start=True, rule_counts=False,
    ),
    _without(
        "queues", "queues: how many contacts wait and are in service", "length", "others_waiting", "waiting",
        "in_service",
    ),
    _without(
        "advisors", "advisors: who is idle, for whom lines ring, who soon finishes", "idle", "ringing", "finishes_10",
        "finishes_30",
    ),
    _without("time", "the time of day", "time", "time_squared", centres=(PACING,)),
    _without(
        "recent", "the last minutes: answer rates, and arrivals beside their forecast", "answer_rate_5",
        "answer_rate_30", "excess", centres=(PACING,),
    ),
    Ablation(
        "search_all_dials", SEARCH, "actions",
        "The policy may use both kinds of dials, in place of those of the rule from which it starts.", (PACING,),
        dials="all",
    ),
    Ablation(
        "search_own_days", SEARCH, "seeds",
        "Each candidate of a generation runs training days of its own, as many as the common ones.",
        changes={"own_days": True}, partial=True,
    ),
    Ablation("clones_own_start", CLONES, "warm start", OWN_START, own_start=True),
    Ablation(
        "clones_scratch", CLONES, "warm start", f"{NO_RULE}: the first base is a network of random weights.",
        changes={"imitates": False}, partial=True, own_start=True, rule_counts=False,
    ),
    Ablation(
        "clones_margin_0", CLONES, "margin",
        "The network's best action is always taken; validation days only say whether the new policy replaces the base.",
        changes={"margins": [0.0]},
    ),
    Ablation("clones_short", CLONES, "horizon", "Futures end after 125 s.", changes={"horizon_s": 125.0}),
    Ablation("clones_long", CLONES, "horizon", "Futures end after 2,000 s.", changes={"horizon_s": 2000.0}),
    Ablation(
        "clones_not_held", CLONES, "held deviations", "A tried dial is not held: the base goes on at once.", (PACING,),
        changes={"hold_s": 0.0},
    ),
    Ablation(
        "clones_unpaired", CLONES, "paired futures",
        "The actions of a decision run under independent futures, which are drawn anew given what is seen. The kernel "
        "runs all actions in each of three futures, so it has three times the CPU time. A drawn future does not know a "
        "hidden load, so this is for a centre without one.",
        (ROUTING,), changes={"futures": 3}, partial=True, times=3.0,
    ),
)  # fmt: skip
CENTRES = tuple(dict.fromkeys(centre for each in ABLATIONS for centre in each.centres))
LEARNERS = tuple(dict.fromkeys(each.learner for each in ABLATIONS))
#: Names of the rows in the order of the tables: each learner unchanged, then its ablations.
ORDER = tuple(
    name for learner in LEARNERS for name in (learner, *(each.name for each in ABLATIONS if each.learner == learner))
)
ABANDONED = "abandonment"
