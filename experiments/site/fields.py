"""Pages of the fields of the observation, the actions, and the events of the log."""

from __future__ import annotations

from ccenv.description import declared
from ccenv.scenarios import load_scenario
from ccenv.sim.state.fields import FIELDS, Field
from experiments.site.text import cell, code, listing, number, page, section, table, unit_of

AXES = {
    "": "The centre", "Q": "Each queue", "G": "Each group", "C": "Each campaign", "P": "Each compatible pair"
}  # fmt: skip
EXAMPLE = "tiny"


def pages() -> dict[str, str]:
    """Return the pages of fields, actions and events."""
    return {"fields/index": _fields(), "fields/actions": _actions(), "fields/events": _events()}


def _fields() -> str:
    blocks = []
    for axis, title in AXES.items():
        mine = [field for field in FIELDS if field.axis == axis]
        head = ["field", "unit", "numbers", "at most", "scale", "group", "meaning"]
        blocks.append(section(title, table(head, [_row(field) for field in mine])))
    return page(
        "Fields of the observation",
        "What a policy sees: only what a real call distributor can see. An observation is a vector of 32-bit numbers: "
        "for each field the smaller of its value and its upper bound, times its scale. No value is negative. The "
        "snapshot holds the same fields in natural units; rules read it.",
        "Fields of one group are rewritten together. `rules only`: the field is not in the observation.",
        *blocks,
        listing(["actions", "events"]),
    )


def _row(field: Field) -> list[str]:
    high = f"rows of `{field.high}` of the size class" if isinstance(field.high, str) else number(field.high)
    meaning = field.meaning + (" (rules only)" if field.rule_only else "")
    return [code(field.name), unit_of(field.unit),
            str(field.width), high, number(field.scale), field.group, cell(meaning)]  # fmt: skip


def _actions() -> str:
    scenario = load_scenario(EXAMPLE)
    rows = [[code(kind["name"]), cell(kind["meaning"])] for kind in declared("actions")]
    catalogue = [[str(number), code(action.name)] for number, action in enumerate(scenario.catalogue)]
    return page(
        "Actions",
        "The actions of a centre are generated from its scenario: `hold`, an assignment for each compatible pair of "
        "queue and group, then the dials of each campaign. The numbers of lines of a campaign are its key "
        "[`dial_ladder`](#key-campaigns); its key `reserves` decides which kinds of dials exist.",
        table(["action", "effect"], rows),
        '`info["action_mask"]` and `action_masks()` say which are legal now. The mask knows idle advisors, free lines, '
        "opening hours and the calling rules of each campaign. An action other than `hold` takes no time: the policy "
        "is asked again at the same instant.",
        section(f"Example: {EXAMPLE}", table(["number", "action"], catalogue)),
    )


def _events() -> str:
    rows = [[str(event["code"]), code(event["name"]), cell(event["meaning"])] for event in declared("events")]
    return page(
        "Events of the log",
        "A recorded run is a list of entries with these codes. Events come from the clock, from advisors and from "
        "contacts; actions and effects follow from them. The order of events at one instant is part of the "
        "[specification](../specification.md).",
        table(["code", "name", "meaning"], rows),
    )
