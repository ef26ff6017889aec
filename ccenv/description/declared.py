"""Lists of everything that the package declares, as rows with a name and a meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccenv.description.keys import schema_keys
from ccenv.description.words import first_sentence, sentences
from ccenv.files.errors import closest, names
from ccenv.kpis import KPIS
from ccenv.kpis.kpi import Kpi
from ccenv.rewards.terms import TERMS, list_presets, load_preset, preset_notes, reward_name
from ccenv.rules import PACING_RULES, ROUTING_RULES, Param, RuleSpec
from ccenv.rules.spec import NEEDS
from ccenv.scenarios import Action, Scenario, list_scenarios, load_scenario
from ccenv.scenarios.catalogue import ACTION_KINDS, ASSIGN_CHAT
from ccenv.scenarios.compile.roster import advisors
from ccenv.sim.state.codes import ASSIGN, LOG_CODES, NIL
from ccenv.sim.state.fields import FIELDS, Field
from ccenv.spaces.observation import entities, n_numbers
from ccenv.trace import EVENTS

Row = dict[str, Any]
AXES = {"": "centre", "Q": "queue", "G": "group", "C": "campaign", "P": "pair"}
OF_A_SCENARIO = ("fields", "actions")


def declared(kind: str, scenario: Scenario | str | Mapping[str, Any] | None = None) -> list[Row]:
    """Return what the package declares of one kind: a row for each, with plain values, ready for JSON.

    Args:
        kind: `scenarios`, `rules`, `kpis`, `rewards` (presets), `terms` (of a reward), `fields` (of a snapshot),
            `actions`, `events` (of the log) or `keys` (of a scenario file).
        scenario: For `fields` and `actions`: the centre whose fields and actions are listed, as in `load_scenario`.
            Without it the fields and the kinds of action are listed that any centre can have.

    Returns:
        Rows in the order of the declarations. Each has `name` and `meaning`; the other columns depend on the kind.

    Raises:
        ValueError: If there is no such kind, or if a scenario is given for a kind that does not depend on it.

    Example:
        >>> [row["name"] for row in declared("rules")][:3]
        ['fifo', 'lwt', 'priority']
        >>> declared("actions", "tiny")[1]["name"]
        'assign:sales>first'
    """
    if kind not in KINDS:
        raise ValueError(f"kind = {kind!r}; allowed: {names(KINDS)}{closest(str(kind), KINDS)}")
    if scenario is None:
        return KINDS[kind]()
    if kind not in OF_A_SCENARIO:
        raise ValueError(f"scenario is given for {kind}, which are the same for all; allowed: {names(OF_A_SCENARIO)}")
    loaded = load_scenario(scenario)
    return _fields(loaded) if kind == "fields" else _actions(loaded)


def _scenarios() -> list[Row]:
    return [_scenario(load_scenario(name)) for name in list_scenarios()]


def _scenario(scenario: Scenario) -> Row:
    centre = scenario.centre
    return {
        "name": scenario.name,
        "meaning": first_sentence(centre.description),
        "queues": len(scenario.queues),
        "groups": len(scenario.groups),
        "campaigns": len(scenario.campaigns),
        "advisors": sum(advisors(group) for group in centre.groups.values()),
        "clock": centre.clock.kind,
        "days": centre.episode_days,
        "reward": reward_name(scenario.reward),
        "variants": list(centre.variants),
    }


def _rules() -> list[Row]:
    kinds = (("routing", ROUTING_RULES), ("pacing", PACING_RULES))
    return [_rule(kind, rule) for kind, rules in kinds for rule in rules]


def _rule(kind: str, rule: RuleSpec) -> Row:
    return {
        "name": rule.name,
        "meaning": rule.meaning,
        "kind": kind,
        "params": [_param(param) for param in rule.params],
        "reserves": rule.reserves,
        "needs": [NEEDS[need] for need in rule.needs],
        "reads": [*rule.reads, *rule.reads_if_legal],
    }


def _param(param: Param) -> Row:
    default = None if param.order or param.computed else param.default  # an order is that of the file
    row: Row = {"name": param.name, "meaning": param.meaning, "default": default, "per": param.per or "rule"}
    if param.computed:
        row["computed"] = param.computed
    if param.words:
        return row | {"words": list(param.words)}
    bounds = {"low": param.low, "high": param.high}
    return row if param.order else row | {k: None if abs(v) == float("inf") else v for k, v in bounds.items()}


def _kpis() -> list[Row]:
    return [_kpi(kpi) for kpi in KPIS.values()]


def _kpi(kpi: Kpi) -> Row:
    row = {"name": kpi.name, "meaning": kpi.meaning, "unit": kpi.unit, "axis": kpi.axis}
    return row | {"formula": kpi.whole_formula}


def _rewards() -> list[Row]:
    return [_reward(name) for name in list_presets()]


def _reward(name: str) -> Row:
    notes = preset_notes(name)
    said = sentences(notes.partition("\n\n")[0])
    meaning = " ".join(said[: 2 if len(said) > 1 and said[1].startswith("The unit") else 1])
    return {"name": name, "meaning": meaning, "weights": dict(load_preset(name)), "notes": notes}


def _terms() -> list[Row]:
    return [
        {
            "name": label,
            "meaning": term.counter.meaning,
            "unit": term.counter.unit,
            "axis": term.axis,
            "column": term.column,
        }
        for label, term in TERMS.items()
    ]


def _fields(scenario: Scenario | None = None) -> list[Row]:
    return [_field(field, scenario) for field in FIELDS]


def _field(field: Field, scenario: Scenario | None) -> Row:
    row: Row = {
        "name": field.name,
        "meaning": field.meaning,
        "unit": field.unit,
        "axis": AXES[field.axis],
        "width": field.width,
        "high": field.high,
        "scale": field.scale,
        "observed": not field.rule_only,
    }
    if scenario is not None:
        of = [] if field.axis == "" else list(entities(scenario)[field.axis])
        row |= {"high": field.highest(scenario.size), "numbers": n_numbers(field, scenario), "of": of}
    return row


def _actions(scenario: Scenario | None = None) -> list[Row]:
    if scenario is None:
        kinds = (*ACTION_KINDS.values(), ASSIGN_CHAT)
        return [{"name": kind.pattern, "meaning": kind.meaning, "kind": kind.name} for kind in kinds]
    return [_action(number, action, scenario) for number, action in enumerate(scenario.catalogue)]


def _action(number: int, action: Action, scenario: Scenario) -> Row:
    kind = ACTION_KINDS[action.kind]
    owners = scenario.queues if kind.name == "assign" else scenario.campaigns
    if action.kind == ASSIGN and scenario.centre.queues[owners[action.index]].chat is not None:
        kind = ASSIGN_CHAT
    return {
        "name": action.name,
        "meaning": kind.meaning,
        "kind": kind.name,
        "number": number,
        "of": None if action.index == NIL else owners[action.index],
        "group": None if action.group == NIL else scenario.groups[action.group],
        "lines": action.n,
    }


def _events() -> list[Row]:
    return [{"name": name, "meaning": EVENTS[name], "code": code} for code, name in enumerate(LOG_CODES)]


KINDS: dict[str, Callable[[], list[Row]]] = {
    "scenarios": _scenarios,
    "rules": _rules,
    "kpis": _kpis,
    "rewards": _rewards,
    "terms": _terms,
    "fields": _fields,
    "actions": _actions,
    "events": _events,
    "keys": schema_keys,
}
"""Functions that list the declarations, by kind."""
