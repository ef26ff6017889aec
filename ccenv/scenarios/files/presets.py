"""Presets of calling rules: the keys of a campaign that a law sets, by name, with date and source.

`calling_rules.preset` of a campaign names one. The campaign's own keys beside it override the preset.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ccenv.files.reading import read

PRESETS = Path(__file__).resolve().parents[1] / "presets"
RULES = "calling_rules"

OwnRules = dict[str, dict[str, Any]]  # by campaign and dotted key


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


def fill_presets(data: Mapping[str, Any]) -> OwnRules:
    """Give each campaign of plain data, in place, the values of its preset that it does not give itself.

    Returns:
        By campaign, the values of `settable` that the campaign gives itself.
    """
    own: OwnRules = {}
    for name, campaign in _campaigns(data):
        own[name] = {key: _node(campaign, key)[_last(key)] for key in settable() if _last(key) in _node(campaign, key)}
        _write(campaign, {key: value for key, value in _preset_of(campaign).values.items() if key not in own[name]})
    return copy.deepcopy(own)


def clear_presets(data: Mapping[str, Any], own: OwnRules) -> None:
    """Remove from each campaign of plain data, in place, what a preset may set and the campaign does not give itself.

    Another preset can then take the place of the first. Own values are written anew: plain data may lack defaults.

    Args:
        data: Plain data, the values of presets included.
        own: What `fill_presets` returned.
    """
    for name, campaign in _campaigns(data):
        for key in settable():
            _node(campaign, key).pop(_last(key), None)
        _write(campaign, copy.deepcopy(own[name]))


@functools.cache
def settable() -> frozenset[str]:
    """Return the keys of a campaign that some preset sets, dotted."""
    return frozenset(key for name in list_calling_rules() for key in calling_rules_preset(name).values)


def _campaigns(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and values of the campaigns that are mappings and whose calling rules, if any, are a mapping."""
    campaigns = data.get("campaigns")
    for name, campaign in campaigns.items() if isinstance(campaigns, dict) else ():
        if isinstance(campaign, dict) and isinstance(campaign.get(RULES, {}), dict):
            yield name, campaign


def _write(campaign: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        _node(campaign, key, make=True)[_last(key)] = value


def _node(campaign: dict[str, Any], key: str, make: bool = False) -> dict[str, Any]:
    """Return the mapping that holds a key: the campaign, or its calling rules, which `make` adds if there are none."""
    if not key.startswith(f"{RULES}."):
        return campaign
    rules: dict[str, Any] = campaign.setdefault(RULES, {}) if make else campaign.get(RULES, {})
    return rules


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _preset_of(campaign: Mapping[str, Any]) -> Preset:
    """Return the preset that a campaign names; `none` for a name that does not exist, which the checks refuse."""
    name = campaign.get(RULES, {}).get("preset", "none")
    return calling_rules_preset(name if name in list_calling_rules() else "none")


def _leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if key == RULES:
            yield from ((f"{RULES}.{name}", each) for name, each in value.items())
        else:
            yield key, value
