"""Pages of the KPIs, the counters, the dropped shares and the rewards."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from typing import Any

from ccenv.description.words import sentences
from ccenv.kpis import KPIS, LABELS
from ccenv.kpis.elsewhere import MEASURES
from ccenv.kpis.kpi import AXES
from ccenv.rewards.terms import TERMS, list_presets, load_preset, preset_notes, preset_unit, reward_name
from ccenv.scenarios import list_scenarios, load_scenario
from ccenv.scenarios.files.presets import calling_rules_preset, list_calling_rules
from ccenv.sim.state.definitions import DEFINITIONS, Definition
from experiments.site.text import cell, code, listing, number, page, section, table, unit_of

TITLES = {"queue": "Queues", "group": "Groups", "campaign": "Campaigns", "centre": "The centre"}


def pages() -> dict[str, str]:
    """Return the pages of KPIs, counters, definitions of the dropped share, and rewards."""
    found = {f"rewards/{name}": _preset(name) for name in list_presets()}
    return {
        "kpis/index": _kpis(),
        "kpis/counters": _counters(),
        "kpis/dropped_share": _definitions(),
        "kpis/calling_rules": _calling_rules(),
        "kpis/elsewhere": _elsewhere(),
        "rewards/index": _rewards(),
    } | found


def _kpis() -> str:
    blocks = []
    for axis in AXES:
        rows = [
            [code(kpi.name), unit_of(kpi.unit), cell(kpi.meaning), code(cell(kpi.whole_formula))]
            for kpi in KPIS.values()
            if kpi.axis == axis
        ]
        blocks.append(section(TITLES[axis], table(["KPI", "unit", "meaning", "formula"], rows)))
    return page(
        "KPIs",
        "A KPI is a ratio of two sums of counters, or one such sum. Over queues, runs and days it is the ratio of the "
        "totals, never a mean of ratios. A formula names [counters](counters.md) and KPIs declared before it.",
        "A KPI of queues, groups or campaigns also has a column for each of them: `abandonment:sales`. The column of a "
        'counter has the prefix `n_` if it is a number of events. `by="interval"` gives all columns by slot.',
        *blocks,
        listing(["counters", "dropped_share", "calling_rules", "elsewhere"]),
    )


def _counters() -> str:
    blocks = []
    for axis, labelled in itertools.groupby(LABELS.values(), key=lambda one: one.axis):
        rows = [
            [code(one.label), code(one.column), unit_of(one.counter.unit), cell(one.counter.meaning)]
            for one in labelled
        ]
        blocks.append(section(TITLES[axis], table(["counter", "column", "unit", "meaning"], rows)))
    return page(
        "Counters",
        "Running totals of the simulator. KPIs are formed from them, and each one of a queue, group or campaign is a "
        "reward term under its name.",
        *blocks,
    )


def _definitions() -> str:
    rows = [[code(d.name), *_parameters(d), cell(d.source)] for d in DEFINITIONS]
    head = ["definition", "late after", "measured from", "base", "hang-ups", "false positives", "window", "source"]
    return page(
        "Dropped shares",
        "Regulators and dialers count drops in different ways. A campaign names one definition in `compliance`, or "
        "gives the parameters itself (`own`). By default it is `run_total`: dropped connects over joined and dropped "
        "connects of the whole run. KPIs exist for all definitions at once.",
        table(head, rows),
        "Keys: [`compliance`](#key-campaigns-compliance). KPIs: `dropped_share_` and `windows_above_` with the name of "
        "the definition. Laws that name one: [calling rules](calling_rules.md).",
    )


def _calling_rules() -> str:
    blocks = []
    for name in list_calling_rules():
        preset = calling_rules_preset(name)
        rows = [[code(key), code(value), cell(preset.sources[key])] for key, value in preset.values.items()]
        since = f"Applies from {preset.date}. Source: {preset.source}." if preset.date else ""
        centres = ", ".join(f"[`{one}`](../centres/{one}.md)" for one in centres_under(name))
        parts = [f"{preset.title}. {since}", f"Centres of the library: {centres}." if centres else ""]
        parts += [table(["key of a campaign", "value", "source"], rows) if rows else ""]
        parts += ["\n".join(f"- {note}" for note in preset.notes)]
        blocks.append(section(f"`{name}`", "\n\n".join(part for part in parts if part)))
    return page(
        "Calling rules",
        "A preset is a law with its date. A campaign names one in `calling_rules.preset`; its own keys beside it "
        "override the values of the preset. The manifest of an exported policy names the presets under which it was "
        "trained. None of this is legal advice: each preset says what the model leaves out.",
        *blocks,
    )


def centres_under(preset: str) -> list[str]:
    """Return the centres of the library with a campaign under a preset of calling rules."""
    centres = {name: load_scenario(name).centre for name in list_scenarios()}
    return [
        name
        for name, centre in centres.items()
        if any(campaign.calling_rules.preset == preset for campaign in centre.campaigns.values())
    ]


def _elsewhere() -> str:
    blocks = []
    for system, measures in itertools.groupby(MEASURES, key=lambda one: one.system):
        rows = [
            [
                cell(one.name),
                cell(one.says),
                code(cell(one.formula)),
                code(one.kpi) or "–",
                cell(one.condition) or "–",
                cell(one.source),
            ]
            for one in measures
        ]
        head = ["ratio there", "definition there", "formula here", "KPI here", "condition", "source"]
        blocks.append(section(system, table(head, rows)))
    return page(
        "KPIs of other systems",
        "The same words mean different ratios elsewhere. Compare a figure of another system with the formula here, not "
        "with a KPI of a similar name. `ccenv.kpis.elsewhere` computes them from a KPI table.",
        *blocks,
    )


def _parameters(definition: Definition) -> list[str]:
    late = "dropped only" if definition.threshold_s is None else f"{number(definition.threshold_s)} s"
    words = (definition.start, definition.base, definition.hang_ups, definition.false_positives, definition.window)
    return [late, *map(code, words)]


def users_of(preset: str) -> list[str]:
    """Return the centres of the library whose reward is a preset."""
    return [name for name, reward in _default_rewards().items() if reward == preset]


@functools.cache
def _default_rewards() -> dict[str, str]:
    return {name: reward_name(load_scenario(name).reward) for name in list_scenarios()}


def _rewards() -> str:
    rows = [
        [
            f"[`{name}`]({name}.md)",
            cell(preset_unit(name)),
            cell(purpose_of(name)),
            ", ".join(f"[`{one}`](../centres/{one}.md)" for one in users_of(name)) or "–",
        ]
        for name in list_presets()
    ]
    terms = [
        [code(label), labelled.axis, unit_of(labelled.counter.unit), cell(labelled.counter.meaning)]
        for label, labelled in TERMS.items()
    ]
    return page(
        "Rewards",
        "A reward is a weighted sum of the simulator's counters: a preset by name, or a mapping from terms to weights. "
        "The weight of a term is the value of one more unit. A weight may be a mapping from names of queues, groups or "
        "campaigns to numbers. A preset counts money in the centre's `value_unit`. To write one, see "
        "[Your own reward](../howto/own_reward.md).",
        table(["preset", "a reward of 1 is worth", "purpose", "default of"], rows),
        section("Terms", table(["term", "of each", "unit", "meaning"], terms)),
        listing(list_presets()),
    )


def about_of(name: str) -> str:
    """Return the notes of a preset as Markdown."""
    blocks = preset_notes(name).split("\n\n")
    return "\n\n".join(block if block.startswith("-") else " ".join(block.split()) for block in blocks)


def purpose_of(name: str) -> str:
    """Return the first paragraph of a preset's notes, without a last sentence that announces a list."""
    first = about_of(name).split("\n\n")[0]
    said = sentences(first)
    return " ".join(said[:-1] if said[-1].endswith(":") else said)


def _preset(name: str) -> str:
    weights: Mapping[str, Any] = load_preset(name)
    rows = [
        [code(term), number(weight), unit_of(TERMS[term].counter.unit), cell(TERMS[term].counter.meaning)]
        for term, weight in weights.items()
    ]
    users = ", ".join(f"[`{one}`](../centres/{one}.md)" for one in users_of(name))
    return page(
        name,
        about_of(name),
        f"A reward of 1 is worth {preset_unit(name)}.",
        table(["term", "weight of one more", "unit", "meaning"], rows),
        f"Default reward of {users}." if users else "No centre of the library has it as its default.",
        f'```python\ngymnasium.make("ccenv/Blended-v0", scenario="tiny", reward="{name}")\n```',
    )
