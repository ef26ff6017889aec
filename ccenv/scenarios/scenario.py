"""A checked scenario and everything derived from it: names, pairs, actions, digest, kernel configuration."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
import numpy as np

from ccenv.files.errors import Problem, ScenarioError
from ccenv.scenarios.catalogue import Action, Pair, make_catalogue, make_pairs
from ccenv.scenarios.check.capacity import choose_size
from ccenv.scenarios.check.collect import collect
from ccenv.scenarios.check.warn import warn_of_change
from ccenv.scenarios.compile.centre import Order, compile_centre
from ccenv.scenarios.compile.slots import checked_days
from ccenv.scenarios.compile.values import reward_of, value_unit_of
from ccenv.scenarios.files.decode import decode
from ccenv.scenarios.files.overrides import NAMED, changed_file, override
from ccenv.scenarios.files.presets import OwnRules, clear_presets, fill_presets
from ccenv.scenarios.schema import Centre, Reserves
from ccenv.sim.state.counters import COUNTERS
from ccenv.sim.state.sizes import Size

# keys that change no result of a run with a given number of days
PROSE = ("goals_unpaid", "name", "description", "episode_days", "sources", "variants", "size_class")
# values with which a key is left out: it came after results were published, whose digests stay valid
LEFT_OUT = {"chats_beside_voice": 0}


def content_digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a scenario's content, hexadecimal."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Scenario:
    """A checked centre with its size class; made by `load_scenario`.

    Messages name its origin, `file`. `own_rules` has, by campaign, the values of keys that presets of calling rules
    set and that the campaign gives itself: another preset does not replace them.
    """

    centre: Centre
    size: Size
    file: str
    own_rules: OwnRules

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.centre.name

    @functools.cached_property
    def queues(self) -> tuple[str, ...]:
        """Names of the queues, in the order of the file."""
        return tuple(self.centre.queues)

    @functools.cached_property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups."""
        return tuple(self.centre.groups)

    @functools.cached_property
    def campaigns(self) -> tuple[str, ...]:
        """Names of the campaigns."""
        return tuple(self.centre.campaigns)

    @functools.cached_property
    def by_axis(self) -> dict[str, tuple[str, ...]]:
        """Names of the queues, groups and campaigns, by the axis of their counters."""
        return dict(zip(COUNTERS, (self.queues, self.groups, self.campaigns), strict=True))

    @functools.cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Compatible pairs: queue pairs in order of queues, then groups; then campaign pairs likewise."""
        return make_pairs(self.centre)

    @functools.cached_property
    def catalogue(self) -> tuple[Action, ...]:
        """All actions. An action number of the decision process is an index of this tuple."""
        return make_catalogue(self.centre)

    @functools.cached_property
    def content(self) -> dict[str, Any]:
        """Everything that can change a result, in plain types and with defaults resolved.

        Queues, groups, campaigns and segments are lists of [name, values], because their order is significant.
        """
        content = {k: v for k, v in _resolved(self.centre).items() if k not in PROSE} | {"reward": self.reward}
        del content["value_unit"]
        if self.value_unit != 1.0:  # presets are written in a unit of 1
            content["value_unit"] = self.value_unit
        return content

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of `content`, hexadecimal."""
        return content_digest(self.content)

    @functools.cached_property
    def reward(self) -> str | Mapping[str, Any]:
        """Reward: the centre's own preset or weights, else the preset `hybrid` with campaigns, `service` without."""
        return reward_of(self.centre)

    @functools.cached_property
    def value_unit(self) -> float:
        """Money that is worth 1 in a preset: the centre's own, else the largest value of a campaign's goal, else 1."""
        return value_unit_of(self.centre)

    def config(self, days: int = 1, order: Order = "entry") -> np.ndarray:
        """Return the kernel's configuration for episodes of `days` days.

        Args:
            days: Days of an episode, at least 1; 1 in a steady scenario.
            order: Key by which queues are sorted: `entry` or `total_wait`.

        Returns:
            Array of shape (1,) and type `layout(self.size.name).config`.

        Raises:
            ValueError: If an argument is not allowed.
        """
        days = checked_days(self.centre.clock, days)
        if order not in get_args(Order):
            raise ValueError(f"order = {order!r}: must be 'entry' or 'total_wait'")
        return compile_centre(self.centre, self.size.name, days, order)

    def replace(self, **overrides: Any) -> Scenario:
        """Copy of the scenario with other values at dotted keys.

        Another preset of calling rules replaces the values of the first, and no value that the scenario gave itself.
        Warns with a `RewardTrapWarning` if the change makes the scenario's own reward pay for starving inbound.

        Raises:
            ScenarioError: If a key does not exist, or the result is not valid.
        """
        data = msgspec.to_builtins(self.centre)
        clear_presets(data, self.own_rules)
        file = changed_file(self.file, overrides)
        scenario = build(data, file, override(data, overrides, file))
        warn_of_change(scenario, self)
        return scenario

    def in_size(self, size: Size) -> Scenario:
        """Return the same scenario in another size class."""
        return self if size == self.size else Scenario(self.centre, size, self.file, self.own_rules)

    @property
    def reserves(self) -> Reserves | None:
        """Flag `reserves` of all campaigns; None if there is no campaign or the flags differ."""
        flags = {campaign.reserves for campaign in self.centre.campaigns.values()}
        return flags.pop() if len(flags) == 1 else None

    def with_reserves(self, flag: Reserves) -> Scenario:
        """Copy of the scenario in which every campaign's `reserves` is `flag`: True, False or "either".

        Raises:
            ValueError: Another flag.
        """
        if isinstance(flag, np.bool_):
            flag = bool(flag)
        if not (isinstance(flag, bool) or flag == "either"):
            raise ValueError(f"reserves = {flag!r}; allowed: True, False, 'either'")
        if all(campaign.reserves == flag for campaign in self.centre.campaigns.values()):
            return self
        return self.replace(**{f"campaigns.{name}.reserves": flag for name in self.campaigns})


def build(data: dict[str, Any], file: str, found: Sequence[Problem] = ()) -> Scenario:
    """Make a scenario from plain data in which some problems may have been found before.

    Raises:
        ScenarioError: With all problems, if the data are not valid or fit no size class.
    """
    own = fill_presets(data)
    centre, of_types = decode(data)
    known = {problem.key for problem in found}
    problems = [*found, *(problem for problem in of_types if problem.key not in known)]
    if centre is not None:
        problems += collect(centre, problems)
    if centre is None or problems:
        raise ScenarioError.of(file, problems)
    return Scenario(centre, choose_size(centre, file), file, own)


def _resolved(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        values = {k: getattr(value, k) for k in value.__struct_fields__}
        fields = {k: _resolved(v) for k, v in values.items() if k not in LEFT_OUT or v != LEFT_OUT[k]}
        fields |= {k: list(map(list, v.items())) for k, v in fields.items() if k in NAMED and isinstance(v, dict)}
        tag = value.__struct_config__.tag
        return fields if tag is None else {"dist": tag, **fields}
    if isinstance(value, dict):
        return {k: _resolved(v) for k, v in value.items()}
    return [_resolved(v) for v in value] if isinstance(value, list) else value
