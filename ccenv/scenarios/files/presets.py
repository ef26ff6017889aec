"""Presets of calling rules: the keys of a campaign that a law sets, by name, with date and source.

`calling_rules.preset` of a campaign names one. The campaign's own keys beside it override the preset.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ccenv.files.reading import read
from ccenv.scenarios.schema import CallingRules, Campaign

PRESETS = Path(__file__).resolve().parents[1] / "presets"
RULES = "calling_rules"


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One preset.

    Attributes:
        title: The law, and the country.
        date: Day from which it applies, YYYY-MM-DD; None for `none`.
        source: Where it stands.
        campaign: Keys of a campaign that it sets; those of `calling_rules` under that key.
        sources: Source of each value, by dotted key.
        notes: What the model leaves out, and how its window opens.
    """

    title: str
    date: str | None
    source: str | None
    campaign: dict[str, Any]
    sources: dict[str, str] = {}
    notes: list[str] = []

    @property
    def values(self) -> dict[str, Any]:
        """The values that it sets, by dotted key of a campaign."""
        return dict(_leaves(self.campaign))


def list_calling_rules() -> list[str]:
    """Return the names of the presets of calling rules, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


@functools.cache
def calling_rules_preset(name: str) -> Preset:
    """Return a preset of calling rules.

    Raises:
        KeyError: If there is no such preset.
    """
    if name not in list_calling_rules():
        raise KeyError(name)
    data = read(PRESETS / f"{name}.yaml")
    return msgspec.convert(data | {"date": None if data["date"] is None else str(data["date"])}, Preset)


def fill_presets(data: Mapping[str, Any]) -> None:
    """Give each campaign of plain data, in place, the values of its preset that it does not give itself."""
    for campaign in _campaigns(data):
        for key, value in _preset_of(campaign).campaign.items():
            if key == RULES:
                campaign[RULES] = {**value, **campaign[RULES]}
            else:
                campaign.setdefault(key, value)


def clear_presets(data: Mapping[str, Any]) -> None:
    """Remove from each campaign of plain data, in place, the values that are those of its preset.

    Another preset can then take their place. A value that equals the preset's counts as the preset's.
    """
    for campaign in _campaigns(data):
        values = {**DEFAULTS, **_preset_of(campaign).values}
        for key, value in values.items():
            *path, last = key.split(".")
            node = campaign[RULES] if path else campaign
            if last in node and node[last] == value:
                del node[last]


def _campaigns(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the campaigns that are mappings with a mapping of calling rules."""
    campaigns = data.get("campaigns")
    for campaign in campaigns.values() if isinstance(campaigns, dict) else ():
        if isinstance(campaign, dict) and isinstance(campaign.get(RULES), dict):
            yield campaign


def _preset_of(campaign: Mapping[str, Any]) -> Preset:
    """Return the preset that a campaign names; `none` for a name that does not exist, which the checks refuse."""
    name = campaign[RULES].get("preset", "none")
    return calling_rules_preset(name if name in list_calling_rules() else "none")


def _leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if key == RULES:
            yield from ((f"{RULES}.{name}", each) for name, each in value.items())
        else:
            yield key, value


def _defaults() -> dict[str, Any]:
    """Return the schema's defaults of the keys that a preset may set."""
    plain = {f.name: f.default for f in msgspec.structs.fields(Campaign) if f.name in ("drop_limit", "compliance")}
    rules = {f"{RULES}.{f.name}": f.default for f in msgspec.structs.fields(CallingRules) if f.name != "preset"}
    return plain | rules


DEFAULTS = _defaults()
