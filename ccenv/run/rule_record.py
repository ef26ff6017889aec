"""The rules of a run in its configuration record: address, parameters, memory, and what they see."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ccenv.rules.linking import address_of
from ccenv.rules.params import params_record, rule_rows, state_length
from ccenv.rules.registry import find_rule
from ccenv.rules.seen import sees
from ccenv.rules.spec import CALLBACK_ABOVE, RuleError, RuleSpec
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.rules import names_of
from ccenv.sim.shown.for_rules import CORE
from ccenv.sim.state.codes import NIL
from ccenv.sim.state.layout import HELD, Layout, layout
from ccenv.sim.state.sizes import Size


def specs_of(routing: tuple[str, Any], pacing: tuple[str, Any]) -> tuple[RuleSpec, RuleSpec]:
    """Return the declarations of two rules, each given by its name and its parameters."""
    return find_rule("routing", routing[0]), find_rule("pacing", pacing[0])


def link(record: Any, routing: RuleSpec, pacing: RuleSpec, kinds: Layout) -> None:
    """Write the addresses of the rules in this process."""
    record["routing_at"], record["pacing_at"] = address_of(routing, kinds), address_of(pacing, kinds)


def set_params(record: Any, kind: str, rule: RuleSpec, given: Mapping[str, Any], scenario: Scenario) -> None:
    """Write the parameters of a rule to the configuration record.

    Raises:
        RuleError: If a parameter is not allowed.
    """
    rows = rule_rows(rule, given, names_of(scenario.centre), scenario.size)
    if kind == "routing":
        fields: Any = params_record(rule, scenario.size).fields
        own = [param.name for param in rule.params if param.own]
        record["contained_at"] = fields["p_contained"][1] // 8 if "p_contained" in own else NIL
    record[f"{kind}_params"][: rows.table.size] = rows.table.ravel()
    record[f"{kind}_row"][: rows.of_slot.size] = rows.of_slot * rows.table.shape[1]
    if len(rows.table) > 1:
        record["by_slot"] = 1


def _callback_at(rule: RuleSpec, size: Size) -> int:
    """Return the index in a row of its parameters at which a routing rule sets the offer of callbacks, NIL if none."""
    fields: Any = params_record(rule, size).fields
    return fields[CALLBACK_ABOVE][1] // 8 if CALLBACK_ABOVE in fields else NIL


def set_rules(record: Any, scenario: Scenario, chosen: Mapping[str, tuple[RuleSpec, Mapping[str, Any]]]) -> None:
    """Write both rules, what they see and what they remember to the configuration record.

    Args:
        record: The record.
        scenario: The centre.
        chosen: Declaration and given parameters of the rule of each kind, `routing` and `pacing`.

    Raises:
        RuleError: If a parameter is not allowed, or the rules remember more numbers than there is room for.
    """
    size = scenario.size
    for kind, (rule, given) in chosen.items():
        set_params(record, kind, rule, given, scenario)
        record[f"{kind}_state"] = state_length(rule, size)
    record["callback_at"] = _callback_at(chosen["routing"][0], size)
    rules = [rule for rule, _ in chosen.values()]
    room = size.rule_state // 2 - HELD - 1
    if record["routing_state"] + record["pacing_state"] > room:
        raise RuleError(
            f"rules {rules[0].name} and {rules[1].name}: they remember {record['routing_state']} and "
            f"{record['pacing_state']} numbers; allowed: {room} together in size class {size.name}"
        )
    seen = max(sees(*rules), CORE) if record["chats"] else sees(*rules)  # the fast path knows no levels
    record["rules_see"], record["tosses"] = seen, any(rule.tosses for rule in rules)
    record["debug"] = os.environ.get("CCENV_DEBUG") == "1"
    link(record, chosen["routing"][0], chosen["pacing"][0], layout(size.name))
