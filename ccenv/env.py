"""The Gymnasium environment: one contact centre, one decision a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete

from ccenv.batch import Batch
from ccenv.files.numbers import seed as checked_seed
from ccenv.files.numbers import whole
from ccenv.render import Screen, View
from ccenv.render.screen import FPS, MODES, action_named, task_of
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.entities import OUT
from ccenv.spaces.info import INFO, SEED_BITS

# places of the outputs in the tuple that `.item()` makes of a batch row
PLACES = {name: place for place, name in enumerate(OUT.names or ())}
REWARD, TERMINATED, TRUNCATED, ILLEGAL = (PLACES[name] for name in ("reward", "terminated", "truncated", "illegal"))
INFO_PLACES = tuple((key, PLACES[name]) for key, name in INFO.items())


class CentreEnv(gymnasium.Env[np.ndarray, np.int64]):
    """A blended contact centre as a Markov decision process.

    ## Description

    Inbound contacts wait in queues until an advisor with the right skill is assigned, or until they abandon.
    Outbound campaigns dial leads and may dial a lead again after an attempt that failed. A person who answers is a
    connect: it is joined to an idle advisor, waits for one, hangs up or is dropped. Advisors are never interrupted. The
    action mask forbids every dial that the calling rules forbid (hours, number of attempts, consent, do-not-call
    lists). A policy decides which waiting contact goes to which group (routing), how many lines to dial (pacing), or
    both:

    | id | the policy decides |
    |---|---|
    | `ccenv/Routing-v0` | `routing`; the scenario's pacing rule dials |
    | `ccenv/Pacing-v0` | `pacing`; the scenario's routing rule assigns |
    | `ccenv/Blended-v0` | `blended`: both |

    The process is semi-Markov: steps are events, not seconds. A decision is due after an event if the policy has at
    least two legal actions. After an action other than `hold` the policy is asked again at the same instant. While it
    holds and could act, it is asked every `review_s` seconds.

    ## Action Space

    `Discrete(A)`, generated from the scenario:

    - `hold`;
    - `assign` for each compatible pair of queue and group;
    - for each campaign, `dial` with each number of lines of `dial_ladder`; for a campaign with `reserves: true`, `dial`
      one line for each compatible group; for one with `reserves: either`, both.

    `catalogue` names the actions. The legal ones are in `info["action_mask"]` (int8) and `action_masks()` (bool), both
    of shape (A,).

    ## Observation Space

    `Box(K,)` float32: what a real automatic call distributor can observe. The fields are declared in
    `ccenv.sim.state.fields`. Each number is a value in natural units times a fixed scale, clipped to declared bounds.
    `ccenv.spaces.observation.observation_names` names each number. `snapshot` holds the same fields in natural units.

    ## Rewards

    The reward of a step is the weighted sum of the increases of the simulator's counters since the last decision,
    undiscounted. `reward` names a preset or gives the weights. `info["elapsed_s"]` is the simulated time of the step in
    seconds.

    `info["cost"]` and `info["cost_base"]` count numerator and denominator of the dropped share. Each campaign chooses
    its definition in `compliance`; by default the numerator is dropped connects and the denominator is joined plus
    dropped connects. The limit applies to the ratio of the sums over an episode, not to the ratio of a step.

    ## Starting State

    The first decision after the centre opens. The centre opens empty, or in a state that earlier days
    have left if the scenario has `history`. `reset(seed=s)` gives the same contacts under every policy
    (common random numbers).

    ## Episode End

    `terminated` at the end of the last day: after closing, when all contacts have been served or overtime is over.
    `truncated` at the horizon of a steady scenario.

    The last `info` has `kpis`: the KPIs of the episode by name, as floats, those that the centre has. A ratio with
    denominator 0 is nan. Where a wrapper ends the episode, such as Gymnasium's `TimeLimit`, `ccenv.wrappers.LastKpis`
    adds them; `kpis()` returns the KPIs so far at any time.

    ## Arguments

    | argument | default | meaning |
    |---|---|---|
    | `scenario` | `"bank_blended"` | name, path or mapping of a scenario, or a `Scenario` |
    | `owns` | fixed by the id | `routing`, `pacing` or `blended` |
    | `reward` | `None` | preset, or weights by reward term; `None`: the scenario's |
    | `days` | `None` | days of an episode; `None`: the scenario's `episode_days` |
    | `routing` | `None` | rule for what is not owned, and fallback; `None`: the scenario's |
    | `pacing` | `None` | the same for pacing |
    | `reserves` | `None` | the campaigns' flag: `True`, `False`, `"either"`; `None`: as in `Batch` |
    | `actions` | `"all"` | dials that are legal: `"all"`, `"reserved"`, `"unreserved"` |
    | `on_illegal` | `"hold"` | what an illegal action does, see below |
    | `render_mode` | `None` | `"ansi"`: text; `"rgb_array"`: an image; `"human"`: a window (extra `window`) |

    `on_illegal`: with `"hold"` an illegal action counts as `hold`, or as the first legal action if `hold` is masked.
    With `"rules"` the rules `routing` and `pacing` act in its place. Both set `info["illegal_action"]`, and
    `info["illegal_share"]` is the share of illegal actions in the episode so far. With `"raise"` it is an error.

    ## Version History

    * v0: first version
    """

    metadata = {"render_modes": list(MODES), "render_fps": FPS}

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any] = "bank_blended",
        *,
        owns: str = "blended",
        reward: str | Mapping[str, Any] | None = None,
        days: int | None = None,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        reserves: Reserves | None = None,
        actions: str = "all",
        on_illegal: str = "hold",
        render_mode: str | None = None,
    ) -> None:
        self._screen = Screen(render_mode)
        self.render_mode = render_mode
        self.batch = Batch(
            scenario,
            1,
            owns=owns,
            reward=reward,
            days=days,
            routing=routing,
            pacing=pacing,
            reserves=reserves,
            actions=actions,
            on_illegal=on_illegal,
            autoreset="disabled",
        )
        self._screen.task = task_of(self.batch.run)
        self.scenario = self.batch.scenario
        self.catalogue = self.batch.catalogue
        self.observation_space = self.batch.observation_space
        self.action_space = Discrete(self.batch.n_actions)
        self._seeded = False
        self._over = False  # the last step has ended the episode
        self._chosen = np.zeros(1, np.int64)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode. Without a seed, the next episode of the last seed's sequence, or a random one at first."""
        if seed is not None:
            seed = checked_seed("seed", seed)
        super().reset(seed=seed)
        if seed is None and not self._seeded:
            seed = int(self.np_random.integers(2**SEED_BITS))
        if seed is not None:
            self.batch.reset([seed])
            self._seeded = True
        else:
            self.batch.reset_next(np.ones(1, np.bool_))
        self._over = False
        self._screen.begin()
        self._screen.show(self._view)
        return self.batch.obs[0].copy(), self._info(self.batch.engine.outs.item())

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Take an action and run to the next decision or the end of the episode.

        Raises:
            gymnasium.error.ResetNeeded: If the environment was never reset, or the episode is over.
            ValueError: If the action is not a whole number.
        """
        batch = self.batch
        if not batch.begun:
            raise gymnasium.error.ResetNeeded("step before the first reset; allowed: reset, then step")
        if self._over:
            raise gymnasium.error.ResetNeeded("step after the end of the episode; allowed: reset, then step")
        self._chosen[0] = action if type(action) is np.int64 else whole("action", action, -(2**63), 2**63 - 1)
        batch.act(self._chosen)
        out = batch.engine.outs.item()  # one conversion of the record; ten times faster than field by field
        self._over = out[TERMINATED] or out[TRUNCATED]
        if self.render_mode is not None:
            self._screen.note(action_named(self.catalogue, int(self._chosen[0]), out[ILLEGAL]), out[REWARD])
            self._screen.show(self._view)
        info = self._info(out)
        if self._over:
            info["kpis"] = self.kpis()
        return batch.obs[0].copy(), out[REWARD], out[TERMINATED], out[TRUNCATED], info

    def _info(self, out: tuple[Any, ...]) -> dict[str, Any]:
        info: dict[str, Any] = {"action_mask": self.batch.engine.mask_bytes[0].copy()}
        for key, place in INFO_PLACES:
            info[key] = out[place]
        return info

    def kpis(self) -> dict[str, float]:
        """Return the KPIs of the episode so far by name, those that the centre has (`ccenv.kpis.KPIS`).

        The last `info` of an episode holds them. Before the end, an advisor's time in the present state and the wait of
        a contact in line are not counted yet. A ratio with denominator 0 is nan.
        """
        return self.batch.engine.kpis(0)

    def action_masks(self) -> np.ndarray:
        """Legal actions, (A,) bool."""
        return self.batch.mask[0].copy()

    @property
    def snapshot(self) -> np.void:
        """The observation's fields in natural units, and fields that only rules may read."""
        row: np.void = self.batch.snapshot[0]
        return row

    def _view(self) -> View:
        return self._screen.view(self.batch.engine)

    def render(self) -> Any:
        """Show the present state.

        Returns:
            Text (`ansi`), or an image, (H, 1000, 3) uint8 (`rgb_array`); H depends on the centre alone. None without a
            mode, and in the mode `human`, where `reset` and `step` show each state in a window.
        """
        return self._screen.render(self._view)

    def close(self) -> None:
        """Close the window if one is open."""
        self._screen.close()
