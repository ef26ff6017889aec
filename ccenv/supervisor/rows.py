"""One centre under its rules, stopped at every interval, and the numbers that a supervisor sets."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box

from ccenv.files.numbers import seconds, whole_numbers
from ccenv.loops.batch import AGAIN, DISABLED
from ccenv.rules.params import Names, params_record
from ccenv.rules.registry import find_rule
from ccenv.rules.spec import Param, RuleSpec
from ccenv.run.config import RuleChoice, RunConfig, run_config
from ccenv.run.engine import CapacityError
from ccenv.run.growth import fresh, larger
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.rules import names_of
from ccenv.scenarios.load import load_for_run
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import NIGHT
from ccenv.spaces.info import SUMMED
from ccenv.spaces.observation import observation_space, snapshot_dtype

Settable = Sequence[str] | Mapping[str, tuple[float, float]] | None


class Knob(NamedTuple):
    """One number that a supervisor sets: its name, half, index in a row of parameters, bounds, number of words or 0."""

    name: str
    kind: str
    column: int
    low: float
    high: float
    n_words: int


class Row:
    """One centre under its rules, stopped every `interval_s` seconds."""

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any],
        interval_s: float,
        settable: Settable,
        reward: str | Mapping[str, Any] | None,
        days: int | None,
        routing: RuleChoice,
        pacing: RuleChoice,
        reserves: Reserves | None,
    ) -> None:
        self.interval_s = seconds("interval_s", interval_s)
        run = run_config(
            load_for_run(scenario, reward),
            owns="rules",
            routing=routing,
            pacing=pacing,
            reserves=reserves,
            days=days,
            reward=reward,
        )
        self._settable = settable
        self._taken: list[np.ndarray] = []  # actions of the running episode
        self._use(run)
        self._check_start()

    def _use(self, run: RunConfig) -> None:
        """Make the arrays, with a configuration record of this row's own, because its parameters change."""
        self.engine = fresh(run, 1)
        self.run = run = dataclasses.replace(self.engine.run, config=self.engine.run.config.copy())
        run.config["supervised"] = 1
        self.engine.run, self.scenario = run, run.scenario
        self.knobs = _knobs(run, self._settable)
        self._tables = {kind: _table(run, kind) for kind in ("routing", "pacing")}
        self._first = {kind: table.copy() for kind, table in self._tables.items()}
        clock = self.scenario.centre.clock
        self._nights = clock.kind == "day"
        self._opening_s = clock.open_s if self._nights else 0.0  # a history lies before time 0

    def copy(self) -> Row:
        """Return another row of the same make."""
        other = Row.__new__(Row)
        other.interval_s, other._settable, other._taken = self.interval_s, self._settable, []
        run = dataclasses.replace(self.run, config=self.run.config.copy())
        for kind, table in self._first.items():
            _table(run, kind)[...] = table
        other._use(run)
        return other

    def _check_start(self) -> None:
        for knob, value in zip(self.knobs, self.values, strict=True):
            if not knob.low <= value <= knob.high:
                raise ValueError(
                    f"{knob.name} = {value:g}, its value at the start; allowed: in [{knob.low:g}, {knob.high:g}], the "
                    f"bounds within which it is set; give others as settable={{{knob.name!r}: (low, high)}}"
                )

    @property
    def values(self) -> np.ndarray:
        """Present values of the parameters, (M,) float64: numbers, and indices of words."""
        return np.array([self._tables[knob.kind][0, knob.column] for knob in self.knobs])

    def set(self, action: np.ndarray) -> None:
        """Set the parameters from an action, (M,) in [-1, 1]."""
        for knob, x in zip(self.knobs, action.tolist(), strict=True):
            part = min(max(0.5 * (x + 1.0), 0.0), 1.0)
            if knob.n_words:
                value = float(min(int(part * knob.n_words), knob.n_words - 1))
            else:
                value = knob.low + part * (knob.high - knob.low)
            self._tables[knob.kind][:, knob.column] = value

    def reset(self, seed: int | None) -> dict[str, Any]:
        """Start an episode, under a seed or as the next one, with the first parameters, and run to the opening.

        Raises:
            OverloadError: If no size class is large enough.
        """
        keys, this = None if seed is None else whole_numbers("seed", [seed]), np.ones(1, np.bool_)
        self._taken = []
        self._to_first()
        try:
            if keys is None:
                self.engine.start_next(this)
            else:
                self.engine.start(keys, this)
        except CapacityError as error:
            self._grow(error)
        return {**dict.fromkeys(SUMMED, 0.0), **self._info()}

    def _to_first(self) -> None:
        """Set the first parameters, and the opening as the first stop."""
        for kind, table in self._first.items():
            self._tables[kind][...] = table
        self.engine.envs["stop_t"] = self._opening_s

    def _grow(self, error: CapacityError) -> None:
        """Bring the episode to its last decision in a larger class: the same seed and actions give the same run."""
        before = self.engine.envs
        self._use(larger(self.run, error))
        for name in ("seed_0", "episode"):
            self.engine.envs[name] = before[name]
        self._to_first()
        try:
            self.engine.run_rows(np.full(1, AGAIN), np.zeros(1, np.int64), np.zeros(1, np.uint64), DISABLED)
            for action in self._taken:
                self._advance(action)
        except CapacityError as another:
            self._grow(another)

    def step(self, action: np.ndarray) -> tuple[float, bool, bool, dict[str, Any]]:
        """Set the parameters and run for `interval_s`, through a night to the next opening, or to the end.

        Raises:
            OverloadError: If no size class is large enough.
        """
        while True:
            try:
                result = self._advance(action)
            except CapacityError as error:
                self._grow(error)
            else:
                self._taken.append(action.copy())
                return result

    def _advance(self, action: np.ndarray) -> tuple[float, bool, bool, dict[str, Any]]:
        self.set(action)
        envs, out = self.engine.envs, self.engine.outs
        stop_t, reward, sums = float(envs["t"][0]) + self.interval_s, 0.0, dict.fromkeys(SUMMED, 0.0)
        while True:
            envs["stop_t"] = stop_t
            self.engine.supervise()
            reward += float(out["reward"][0])
            for name in SUMMED:
                sums[name] += float(out[name][0])
            if (
                envs["done"][0]
                or not self._nights
                or envs["stage"][0] != NIGHT
                or envs["t"][0] >= envs["night_over_t"][0]
            ):
                break
            stop_t = float(envs["night_over_t"][0])
        terminated, truncated = bool(out["terminated"][0]), bool(out["truncated"][0])
        info = {**sums, **self._info()}
        if terminated or truncated:
            info["kpis"] = self.engine.kpis(0)
        return reward, terminated, truncated, info

    def _info(self) -> dict[str, Any]:
        return {"warm_up": bool(self.engine.outs["warm_up"][0]), "parameters": self.values}

    @property
    def obs(self) -> np.ndarray:
        """Observation, (K + M,) float32: the fields of the centre, then the parameters, scaled to [0, 1]."""
        scaled = [(v - k.low) / (k.high - k.low) for k, v in zip(self.knobs, self.values.tolist(), strict=True)]
        return np.concatenate([self.engine.obs[0], np.array(scaled, np.float32)])

    @property
    def snapshot(self) -> np.void:
        """Fields of the observation in natural units, and fields that only rules may read."""
        values = np.ascontiguousarray(self.engine.flat[0, self.run.places])
        row: np.void = values.view(snapshot_dtype(self.scenario))[0]
        return row

    @property
    def spaces(self) -> tuple[Box, Box]:
        """Spaces of observation and action."""
        seen, n = observation_space(self.scenario), len(self.knobs)
        low, high = (
            np.concatenate([side, np.full(n, x, np.float32)]) for side, x in ((seen.low, 0.0), (seen.high, 1.0))
        )
        return Box(low, high, dtype=np.float32), Box(-1.0, 1.0, (n,), np.float32)


def _table(run: RunConfig, kind: str) -> np.ndarray:
    """Return the rows of a rule's parameters, (R, N), as a view of the configuration record."""
    rule, size = find_rule(kind, getattr(run, kind)[0]), run.scenario.size
    width = params_record(rule, size).itemsize // 8
    record: Any = np.asarray(run.config)[0]
    n_rows = int(record[f"{kind}_row"].max()) // width + 1
    view: np.ndarray = record[f"{kind}_params"][: n_rows * width].reshape(n_rows, width)
    return view


def _knobs(run: RunConfig, settable: Settable) -> tuple[Knob, ...]:
    """Return the numbers that are set, in the order of `settable`, or of the rules' declarations."""
    rules = {kind: find_rule(kind, getattr(run, kind)[0]) for kind in ("routing", "pacing")}
    declared = {
        f"{kind}.{param.name}": (kind, rule, param)
        for kind, rule in rules.items()
        for param in rule.params
        if not param.order
    }
    names = names_of(run.scenario.centre)
    offered = [name for name, (_, _, param) in declared.items() if param.settable is not None and _means(param, names)]
    chosen = offered if settable is None else [settable] if isinstance(settable, str) else list(settable)
    knobs: list[Knob] = []
    for given in chosen:
        same = [name for name in declared if name == given or name.partition(".")[2] == given]
        bounds = settable[given] if isinstance(settable, Mapping) else None
        if len(same) != 1 or (bounds is None and same[0] not in offered):
            raise ValueError(f"settable = {given!r}; allowed for these rules: {', '.join(offered) or 'none'}")
        knobs += _of_param(*declared[same[0]], run, bounds)
    if not knobs or len({knob.name for knob in knobs}) < len(knobs):
        raise ValueError(f"settable = {settable!r}; allowed: one or more, each once, of {', '.join(offered) or 'none'}")
    return tuple(knobs)


def _means(param: Param, names: Names) -> bool:
    """Return whether a parameter has a meaning for some name of the centre."""
    return any(names.has(param)) and (not param.own or bool(names.offered.get(param.name)))


def _of_param(
    kind: str, rule: RuleSpec, param: Param, run: RunConfig, bounds: tuple[float, float] | None
) -> list[Knob]:
    names: Names = names_of(run.scenario.centre)
    low, high = _bounds(kind, param, bounds)
    fields: Any = params_record(rule, run.scenario.size).fields
    first = fields[param.name][1] // 8
    labels = [">".join(name) if isinstance(name, tuple) else name for name in names.along(param.per)]
    if param.of_centre and bounds is None:  # its start is the centre's own value
        high = max([high, *(float(value) for value in names.defaults(param))])
    return [
        Knob(f"{kind}.{param.name}" + (f":{label}" if label else ""), kind, first + k, low, high, len(param.words))
        for k, (label, has) in enumerate(zip(labels, names.has(param), strict=True))
        if has and (not param.own or label in names.offered[param.name])
    ]


def _bounds(kind: str, param: Param, given: tuple[float, float] | None) -> tuple[float, float]:
    if param.words:
        return 0.0, float(len(param.words) - 1)
    low, high = (float(x) for x in (given if given is not None else param.settable or (param.low, param.high)))
    if not (param.low <= low < high <= param.high and math.isfinite(high - low)):
        raise ValueError(
            f"settable: bounds {low:g}, {high:g} of {kind}.{param.name}; "
            f"allowed: a lower and an upper bound in [{param.low:g}, {param.high:g}]"
        )
    return low, high


def checked_action(actions: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return an action as float64; ValueError if it does not have the shape, or a number is not finite."""
    try:
        array = np.asarray(actions, np.float64)
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"action = {actions!r}; allowed: finite numbers of shape {shape}")
    return array
