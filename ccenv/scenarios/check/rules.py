"""Checks of the rules that a scenario names."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.rules.params import Names, check_values
from ccenv.rules.registry import find_rule, is_local
from ccenv.rules.spec import RuleError
from ccenv.scenarios.catalogue import make_pairs
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.slots import day_slots
from ccenv.scenarios.schema import Centre


def names_of(centre: Centre) -> Names:
    """The names and slots to which parameters of rules refer."""
    owners = {"queue": tuple(centre.queues), "campaign": tuple(centre.campaigns)}
    groups = tuple(centre.groups)
    pairs = tuple((owners[pair.kind][pair.index], groups[pair.group]) for pair in make_pairs(centre))
    ivrs = {name: queue.ivr for name, queue in centre.queues.items() if queue.ivr is not None}
    contained = tuple(ivrs[name].p_contained if name in ivrs else 0.0 for name in centre.queues)
    escalated = tuple(name for name, ivr in ivrs.items() if min(ivr.p_resolved_easy, ivr.p_resolved_hard) < 1.0)
    return Names(
        owners["queue"],
        groups,
        owners["campaign"],
        pairs,
        day_slots(centre.clock),
        {"p_contained": contained},
        {"p_contained": escalated},
    )


def rules(centre: Centre) -> Iterator[Problem]:
    """Rules that there are, with parameters that they have; none of a notebook, which other processes do not know."""
    for kind in ("routing", "pacing"):
        chosen = getattr(centre.rules, kind)
        if is_local(chosen.name):
            why = "a rule of a notebook or script is unknown elsewhere; must be in a module that can be imported"
            yield Problem(f"rules.{kind}.name", chosen.name, why)
            return
        try:
            rule = find_rule(kind, chosen.name)
        except RuleError as error:
            yield Problem(f"rules.{kind}.name", chosen.name, str(error))
            return
        try:
            check_values(rule, chosen.params, names_of(centre))
        except RuleError as error:
            yield Problem(f"rules.{kind}.params", chosen.params, str(error))
