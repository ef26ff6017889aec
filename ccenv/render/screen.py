"""What one or more environments show in their render mode, and what they have done in their episodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ccenv.kpis.numbers import as_text as figure
from ccenv.render.picture import as_pixels
from ccenv.render.text import as_text
from ccenv.render.view import View, look
from ccenv.run.config import RunConfig
from ccenv.run.engine import Engine, own_counters
from ccenv.scenarios.catalogue import Action
from ccenv.spaces.observation import snapshot_dtype

if TYPE_CHECKING:
    from ccenv.integrations.window import Window

FRAMES = ("ansi", "rgb_array")  # render modes that return a frame
MODES = (*FRAMES, "human")
FPS = 30  # frames a second of a window or a video, a frame for each step
MOST_NAMED = 3  # parameters of a supervisor's action that a picture names


class Screen:
    """Frames of `n` environments, and for each the last action and the reward of the episode so far.

    Args:
        mode: Render mode.
        n: Number of environments.
        task: What the policy does, in a few words.
        modes: Modes that are allowed.

    Raises:
        ValueError: If the mode is not allowed.
    """

    def __init__(self, mode: str | None, n: int = 1, task: str = "", modes: tuple[str, ...] = MODES) -> None:
        if mode is not None and mode not in modes:
            raise ValueError(f"render_mode = {mode!r}; allowed: None, {', '.join(modes)}")
        self.mode = mode
        self.task = task
        self._action = [""] * n
        self._paid: list[float | None] = [None] * n
        self._reward = [0.0] * n
        self._window: Window | None = None

    def begin(self, row: int = 0) -> None:
        """Forget what a row has done: its episode begins."""
        self._action[row], self._paid[row], self._reward[row] = "", None, 0.0

    def note(self, action: str, reward: float, row: int = 0) -> None:
        """Note the action and the reward of a row's step."""
        self._action[row], self._paid[row] = action, reward
        self._reward[row] += reward

    def view(self, engine: Engine, row: int = 0, at: int | None = None) -> View:
        """Return the view of a row of an engine; `at`: the number of the environment, if it differs from the row."""
        place = row if at is None else at
        scenario = engine.run.scenario
        values = np.ascontiguousarray(engine.flat[row, engine.run.places])
        return look(
            scenario,
            values.view(snapshot_dtype(scenario))[0],
            own_counters(engine.counters()[row : row + 1], engine.run),
            task=self.task,
            day=int(engine.envs["day"][row]) + 1,
            action=self._action[place],
            paid=self._paid[place],
            reward=self._reward[place],
        )

    def frame(self, view: View) -> str | np.ndarray:
        """Return a view in the render mode: text for `ansi`, else an image, (H, W, 3) uint8."""
        return as_text(view) if self.mode == "ansi" else as_pixels(view)

    def show(self, view: Callable[[], View]) -> None:
        """Show a view in the window if the mode is `human`; else do nothing. The first call opens the window.

        Raises:
            ImportError: If pygame is not installed.
        """
        if self.mode != "human":
            return
        if self._window is None:
            from ccenv.integrations.window import Window  # its package is an extra

            self._window = Window(FPS)
        shown = view()
        self._window.show(as_pixels(shown), shown.title)

    def render(self, view: Callable[[], View]) -> Any:
        """Return what `Env.render` returns: text, an image, or None in a window or without a mode."""
        if self.mode is None:
            return None
        if self.mode == "human":
            self.show(view)
            return None
        return self.frame(view())

    def close(self) -> None:
        """Close the window if one is open."""
        if self._window is not None:
            self._window.close()
            self._window = None


def task_of(run: RunConfig) -> str:
    """Return what the policy of a run does, in a few words."""
    routing, pacing = (f"rule {getattr(run, kind)[0]}" for kind in ("routing", "pacing"))
    return {
        "routing": f"the policy routes, {pacing} dials",
        "pacing": f"{routing} routes, the policy dials",
        "blended": "the policy routes and dials",
        "rules": f"{routing} routes, {pacing} dials",
    }[run.owns]


def action_named(catalogue: Sequence[Action], action: int, illegal: bool) -> str:
    """Return the name of an action; an illegal one is marked, and may be no action at all."""
    name = catalogue[action].name if 0 <= action < len(catalogue) else f"no action {action}"
    return f"{name} (illegal)" if illegal else name


def parameters_named(names: tuple[str, ...], values: np.ndarray) -> str:
    """Return a supervisor's parameters as text: the first ones by name, and how many more there are."""
    texts = [f"{name} = {figure(value)}" for name, value in zip(names, values.tolist(), strict=True)]
    more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
