"""The Gymnasium environment of a supervisor: rules run the centre, and a policy sets their parameters now and then."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ccenv.files.numbers import is_sequence, row_seeds, whole, whole_numbers
from ccenv.files.numbers import seed as checked_seed
from ccenv.render import as_pixels, as_text
from ccenv.rules.params import Names, params_record
from ccenv.rules.registry import find_rule
from ccenv.rules.spec import Param, RuleSpec
from ccenv.run.config import RuleChoice, RunConfig, run_config
from ccenv.run.engine import Engine
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.check.rules import names_of
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import DAY_S, NIGHT
from ccenv.spaces.observation import observation_names, observation_space, snapshot_dtype

SEED_BITS = 62
SUMMED = ("elapsed_s", "cost", "cost_base")  # numbers of `info` that are summed over a step
Settable = Sequence[str] | Mapping[str, tuple[float, float]] | None


class Knob(NamedTuple):
    """One number that a supervisor sets: its name, half, index in a row of parameters, bounds, number of words or 0."""

    name: str
    kind: str
    column: int
    low: float
    high: float
    n_words: int


class _Row:
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
        number = isinstance(interval_s, int | float | np.number) and not isinstance(interval_s, bool)
        if not number or not 0.0 < interval_s < math.inf:
            raise ValueError(f"interval_s = {interval_s!r}; allowed: a number of seconds above 0")
        centre = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        self.interval_s = float(interval_s)
        run = run_config(
            centre, owns="rules", routing=routing, pacing=pacing, reserves=reserves, days=days, reward=reward
        )
        self._use(run)
        self.knobs = _knobs(run, settable)
        self._check_start()

    def _use(self, run: RunConfig) -> None:
        """Make the arrays, with a configuration record of this row's own, because its parameters change."""
        run.config["supervised"] = 1
        self.run, self.scenario = run, run.scenario
        self.engine = Engine(run, 1, past=past_of(run))
        self._tables = {kind: _table(run, kind) for kind in ("routing", "pacing")}
        self._first = {kind: table.copy() for kind, table in self._tables.items()}
        clock, history = self.scenario.centre.clock, self.scenario.centre.history
        self._nights = clock.kind == "day"
        behind = history.days if history.kind == "steady" else 0
        self._opening_s = behind * DAY_S + clock.open_s if self._nights else 0.0

    def copy(self) -> _Row:
        """Return another row of the same make."""
        other = _Row.__new__(_Row)
        other.interval_s, other.knobs = self.interval_s, self.knobs
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
        """Start an episode, under a seed or as the next one, with the first parameters, and run to the opening."""
        for kind, table in self._first.items():
            self._tables[kind][...] = table
        self.engine.envs["stop_t"] = self._opening_s
        if seed is None:
            self.engine.start_next(np.ones(1, np.bool_))
        else:
            self.engine.start(whole_numbers("seed", [seed]), np.ones(1, np.bool_))
        return {**dict.fromkeys(SUMMED, 0.0), **self._info()}

    def step(self, action: np.ndarray) -> tuple[float, bool, bool, dict[str, Any]]:
        """Set the parameters and run for `interval_s`, through a night to the next opening, or to the end."""
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
        return reward, bool(out["terminated"][0]), bool(out["truncated"][0]), {**sums, **self._info()}

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
    offered = [name for name, (_, _, param) in declared.items() if param.settable is not None]
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


def _of_param(
    kind: str, rule: RuleSpec, param: Param, run: RunConfig, bounds: tuple[float, float] | None
) -> list[Knob]:
    low, high = _bounds(kind, param, bounds)
    names: Names = names_of(run.scenario.centre)
    fields: Any = params_record(rule, run.scenario.size).fields
    first = fields[param.name][1] // 8
    labels = [">".join(name) if isinstance(name, tuple) else name for name in names.along(param.per)]
    return [
        Knob(f"{kind}.{param.name}" + (f":{label}" if label else ""), kind, first + k, low, high, len(param.words))
        for k, label in enumerate(labels)
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


def _checked(actions: Any, shape: tuple[int, ...]) -> np.ndarray:
    try:
        array = np.asarray(actions, np.float64)
    except (TypeError, ValueError):
        array = np.zeros(0)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"action = {actions!r}; allowed: finite numbers of shape {shape}")
    return array


class SupervisorEnv(gymnasium.Env[np.ndarray, np.ndarray]):
    """A supervisor of a contact centre, who sets the parameters of its rules.

    ## Description

    The rules of the scenario, or those given, route and dial. Every `interval_s` seconds the policy sets those of their
    parameters that the rules declare as settable: weights, reserves, the level or ratio of dialing. This is what
    routing systems and dialers let a supervisor do. The first decision is at the opening; a night is passed over to the
    next opening.

    ## Action Space

    `Box(M,)` in [-1, 1], one number for each settable number, in the order of `parameters`: -1 is its lower bound, 1
    its upper bound; values outside are clipped. A parameter of words divides [-1, 1] into equal parts, one for each
    word. A parameter per queue, group, campaign or pair has a number for each.

    ## Observation Space

    `Box(K + M,)` float32: the observation of the other environments, then the present parameters, from 0 at the lower
    to 1 at the upper bound. `observation_names` names each number.

    ## Rewards

    The weighted sum of what the simulator counts in the interval, undiscounted; `reward` names a preset or gives the
    weights. `info` has `elapsed_s`, `cost` and `cost_base` of the interval (see `CentreEnv`), `warm_up`, and
    `parameters`, the present values in natural units.

    ## Starting State

    The centre before its opening, with the parameters of the scenario's rules.

    ## Episode End

    `terminated` when the last day is over and everybody has been served or overtime has ended; `truncated` at the
    horizon of a steady scenario.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `scenario` | `"bank_blended"` | name, path or mapping of a scenario, or a `Scenario` |
    | `interval_s` | `300.0` | seconds between decisions |
    | `settable` | `None` | names such as `pacing.reserve`, or a mapping to bounds; `None`: all that are declared |
    | `reward` | `None` | preset or weights of terms; `None`: the scenario's |
    | `days` | `None` | days of an episode; `None`: the scenario's `episode_days` |
    | `routing` | `None` | routing rule; `None`: the scenario's |
    | `pacing` | `None` | pacing rule; `None`: the scenario's |
    | `reserves` | `None` | the campaigns' flag; `None`: what the pacing rule needs, or the scenario's |
    | `render_mode` | `None` | `"ansi"` or `"rgb_array"` |

    ## Version History

    * v0: first version
    """

    metadata = {"render_modes": ["ansi", "rgb_array"], "render_fps": 4}

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any] = "bank_blended",
        *,
        interval_s: float = 300.0,
        settable: Settable = None,
        reward: str | Mapping[str, Any] | None = None,
        days: int | None = None,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        reserves: Reserves | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(
                f"render_mode = {render_mode!r}; allowed: None, {', '.join(self.metadata['render_modes'])}"
            )
        self.render_mode = render_mode
        self._row = _Row(scenario, interval_s, settable, reward, days, routing, pacing, reserves)
        self.scenario = self._row.scenario
        self.parameters = tuple(knob.name for knob in self._row.knobs)
        self.observation_names = (*observation_names(self.scenario), *self.parameters)
        self.observation_space, self.action_space = self._row.spaces
        self._seeded = False
        self._running = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode. Without a seed, the next episode of the last seed's sequence, or a random one at first."""
        if seed is not None:
            seed = checked_seed("seed", seed)
        super().reset(seed=seed)
        if seed is None and not self._seeded:
            seed = int(self.np_random.integers(2**SEED_BITS))
        info = self._row.reset(seed)
        self._seeded = self._running = True
        return self._row.obs, info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Set the parameters and run for an interval, or to the end of the episode.

        Raises:
            gymnasium.error.ResetNeeded: If the environment was never reset, or its episode is over.
            ValueError: If the action is not M finite numbers.
        """
        if not self._running:
            raise ResetNeeded("step before the first reset or after the end of an episode; allowed: reset, then step")
        reward, terminated, truncated, info = self._row.step(_checked(action, (len(self.parameters),)))
        self._running = not (terminated or truncated)
        return self._row.obs, reward, terminated, truncated, info

    @property
    def snapshot(self) -> np.void:
        """The observation's fields in natural units, and fields that only rules may read."""
        return self._row.snapshot

    def render(self) -> Any:
        """Return the present state as text (`ansi`) or as an image, (H, W, 3) uint8 (`rgb_array`)."""
        if self.render_mode == "ansi":
            return as_text(self.scenario, self.snapshot)
        return as_pixels(self.scenario, self.snapshot) if self.render_mode == "rgb_array" else None


class SupervisorVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """`num_envs` copies of `SupervisorEnv`.

    Args:
        num_envs: Number of copies.
        autoreset_mode: Gymnasium's `NEXT_STEP`, `SAME_STEP` or `DISABLED`, or its value.
        render_mode: Only None.
        arguments: Those of `SupervisorEnv`.

    Raises:
        ValueError: If an argument is not allowed.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        if render_mode is not None:
            raise ValueError(f"render_mode = {render_mode!r}; allowed: None")
        num_envs = whole("num_envs", num_envs, 1)
        single = SupervisorEnv(**arguments)
        self._rows = [single._row, *(single._row.copy() for _ in range(num_envs - 1))]
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {"autoreset_mode": self.autoreset_mode, "render_modes": []}
        self.render_mode = None
        self.num_envs = num_envs
        self.scenario, self.parameters = single.scenario, single.parameters
        self.observation_names = single.observation_names
        self.single_observation_space, self.single_action_space = single.observation_space, single.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seeded = np.zeros(num_envs, np.bool_)
        self._done = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start episodes, row i under seed + i, or without a seed its next one.

        `options["reset_mask"]`, (B,) bool, limits it to some rows.

        Raises:
            ValueError: If the seeds or the mask are not one for each row.
        """
        which = np.ones(self.num_envs, np.bool_)
        if options is not None and "reset_mask" in options:
            which = options["reset_mask"]
            if not isinstance(which, np.ndarray) or which.dtype != np.bool_ or which.shape != (self.num_envs,):
                raise ValueError(f"options['reset_mask']: allowed: a bool array of shape ({self.num_envs},)")
        seeds = row_seeds("seed", seed, self.num_envs)
        if not is_sequence(seed) and seeds[0] is not None:
            super().reset(seed=seeds[0])
        infos = [self._start(k, seeds[k]) if which[k] else None for k in range(self.num_envs)]
        return self._observations(), self._infos(infos)

    def _start(self, k: int, seed: int | None) -> dict[str, Any]:
        if seed is None and not self._seeded[k]:
            seed = int(self.np_random.integers(2**SEED_BITS))
        self._seeded[k], self._done[k] = True, False
        return self._rows[k].reset(seed)

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Set the parameters of every row and run it for an interval.

        Raises:
            gymnasium.error.ResetNeeded: If a row was never reset, or is over and does not restart by itself.
            ValueError: If the actions are not M finite numbers for each row.
        """
        again = self.autoreset_mode == AutoresetMode.NEXT_STEP
        if not self._seeded.all() or (self._done.any() and not again):
            raise ResetNeeded("step of rows that were not reset or are over; allowed: reset, then step")
        given = _checked(actions, (self.num_envs, len(self.parameters)))
        reward, terminated, truncated = np.zeros(self.num_envs), *np.zeros((2, self.num_envs), np.bool_)
        infos: list[dict[str, Any] | None] = []
        final: list[tuple[np.ndarray, dict[str, Any]] | None] = [None] * self.num_envs
        for k, row in enumerate(self._rows):
            if self._done[k]:
                infos.append(self._start(k, None))
                continue
            reward[k], terminated[k], truncated[k], info = row.step(given[k])
            self._done[k] = terminated[k] or truncated[k]
            if self._done[k] and self.autoreset_mode == AutoresetMode.SAME_STEP:
                final[k] = row.obs, info
                info = self._start(k, None)
            infos.append(info)
        found = self._infos(infos)
        if any(last is not None for last in final):
            found.update(self._final(final))
        return self._observations(), reward, terminated, truncated, found

    def _final(self, final: list[tuple[np.ndarray, dict[str, Any]] | None]) -> dict[str, Any]:
        """Return the keys of Gymnasium about episodes that ended in a step that restarted them."""
        observations = np.full(self.num_envs, None, dtype=object)
        for k, last in enumerate(final):
            if last is not None:
                observations[k] = last[0]
        there = np.array([last is not None for last in final])
        infos = self._infos([None if last is None else last[1] for last in final])
        return {"final_obs": observations, "_final_obs": there, "final_info": infos, "_final_info": there.copy()}

    def _observations(self) -> np.ndarray:
        return np.stack([row.obs for row in self._rows])

    def _infos(self, rows: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Return arrays by key, 0 for rows without an info, and `_key`: which rows have one."""
        there = np.array([row is not None for row in rows])
        template = next(row for row in rows if row is not None)
        infos: dict[str, Any] = {}
        for key, value in template.items():
            empty = np.zeros_like(np.asarray(value))
            infos[key] = np.stack([empty if row is None else np.asarray(row[key]) for row in rows])
            infos[f"_{key}"] = there.copy()
        return infos
