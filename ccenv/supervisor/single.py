"""The Gymnasium environment of one supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded

from ccenv.files.numbers import seed as checked_seed
from ccenv.render import Screen, View
from ccenv.render.screen import FPS, MODES, parameters_named, task_of
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.spaces.info import SEED_BITS
from ccenv.spaces.observation import observation_names
from ccenv.supervisor.rows import Row, Settable, checked_action


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
    horizon of a steady scenario. The last `info` has `kpis`: the KPIs of the episode by name (see `CentreEnv`).

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
    | `render_mode` | `None` | `"ansi"`: text; `"rgb_array"`: an image; `"human"`: a window (extra `window`) |

    ## Version History

    * v0: first version
    """

    metadata = {"render_modes": list(MODES), "render_fps": FPS}

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
        self._screen = Screen(render_mode)
        self.render_mode = render_mode
        self._row = Row(scenario, interval_s, settable, reward, days, routing, pacing, reserves)
        self._screen.task = f"the policy sets parameters: {task_of(self._row.run)}"
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
        self._screen.begin()
        self._screen.show(self._view)
        return self._row.obs, info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Set the parameters and run for an interval, or to the end of the episode.

        Raises:
            gymnasium.error.ResetNeeded: If the environment was never reset, or its episode is over.
            ValueError: If the action is not M finite numbers.
        """
        if not self._running:
            raise ResetNeeded("step before the first reset or after the end of an episode; allowed: reset, then step")
        reward, terminated, truncated, info = self._row.step(checked_action(action, (len(self.parameters),)))
        self._running = not (terminated or truncated)
        if self.render_mode is not None:
            self._screen.note(parameters_named(self.parameters, self._row.values), reward)
            self._screen.show(self._view)
        return self._row.obs, reward, terminated, truncated, info

    def kpis(self) -> dict[str, float]:
        """Return the KPIs of the episode so far by name, as `CentreEnv.kpis` does."""
        return self._row.engine.kpis(0)

    @property
    def snapshot(self) -> np.void:
        """The observation's fields in natural units, and fields that only rules may read."""
        return self._row.snapshot

    def _view(self) -> View:
        return self._screen.view(self._row.engine)

    def render(self) -> Any:
        """Show the present state, as `CentreEnv.render` does; the action is the parameters set."""
        return self._screen.render(self._view)

    def close(self) -> None:
        """Close the window if one is open."""
        self._screen.close()
