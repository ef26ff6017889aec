"""Checks of the rules that a scenario names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator

from ccenv.rules.params import Names, check_values
from ccenv.rules.registry import find_rule, is_local
from ccenv.rules.spec import CALLBACK_ABOVE, KEPT_FOR_INBOUND, KEPT_FOR_OUTBOUND, NEEDS, RuleError, RuleSpec
from ccenv.scenarios.catalogue import make_pairs
from ccenv.scenarios.check.constants import constant
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
    blended = tuple(0.0 if _handles_both(centre, group.skills) else None for group in centre.groups.values())
    own: dict[str, tuple[float | None, ...]] = {
        "p_contained": contained,
        CALLBACK_ABOVE: tuple(q.callback.offer_above_s if q.callback else None for q in centre.queues.values()),
        KEPT_FOR_INBOUND: blended,
        KEPT_FOR_OUTBOUND: blended,
    }
    offered = {"p_contained": escalated}
    computed = functools.partial(constant, centre)
    return Names(owners["queue"], groups, owners["campaign"], pairs, day_slots(centre.clock), own, offered, computed)


def _handles_both(centre: Centre, skills: Collection[str]) -> bool:
    return any(skill in centre.queues for skill in skills) and any(skill in centre.campaigns for skill in skills)


HAS: dict[str, Callable[[Centre], bool]] = {
    "observed_mode": lambda centre: centre.switching is not None and centre.switching.observed,
    "callbacks": lambda centre: any(queue.callback is not None for queue in centre.queues.values()),
    "preferred_advisors": lambda centre: any(queue.customer.p_preferred > 0.0 for queue in centre.queues.values()),
    "deferrable": lambda centre: any(queue.deferrable is not None for queue in centre.queues.values()),
}


def misfit(centre: Centre, rule: RuleSpec) -> str | None:
    """Return why a rule does not fit a centre: what the centre lacks of the rule's needs; None if it fits."""
    missing = [NEEDS[name] for name in rule.needs if not HAS[name](centre)]
    return f"rule {rule.name} needs {' and '.join(missing)}, which {centre.name} lacks" if missing else None


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
        missing = misfit(centre, rule)
        if missing is not None:
            yield Problem(f"rules.{kind}.name", chosen.name, missing)
        try:
            check_values(rule, chosen.params, names_of(centre))
        except RuleError as error:
            yield Problem(f"rules.{kind}.params", chosen.params, str(error))
