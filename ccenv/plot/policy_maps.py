"""Which actions a policy takes, by two numbers that it sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from ccenv.batch import Batch
from ccenv.comparison.policies import policy_entrant
from ccenv.files.errors import closest, shown
from ccenv.files.numbers import different, seed_numbers
from ccenv.plot.style import COLOURS, SEQUENTIAL, hours, hours_up, labelled, panel, styling
from ccenv.policy import Policy, State, rollout
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.catalogue import ACTION_KINDS
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.fields import OBSERVED
from ccenv.simulation import batch_for
from ccenv.spaces.observation import observation_names, observed

ROWS = 16  # episodes stepped together
MOST_CELLS = 24  # along an axis
MOST_NUMBERS = 300  # cells with their number
SECONDS = ("s", "1/h")  # units of numbers that are not whole
CLOCK = ("time_of_day_s",)  # drawn in hours
BLANK = "#EDEDED"


def policy_map(
    scenario: Scenario | str | Mapping[str, Any],
    policy: Any = None,
    *,
    x: str,
    y: str,
    action: str | None = None,
    seeds: Iterable[int] = range(8),
    days: int | None = None,
    least: int = 5,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a policy does, by two numbers of the observation, over the decisions that it meets in its own runs.

    Values beyond the 99th percentile are drawn in the last cell. Cells with few decisions are grey. A centre that asks
    its policy every few seconds (`review_s`) has `hold` as the most frequent action almost everywhere; name an action.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        policy: A policy as `ccenv.compare` takes it; None: the scenario's rules.
        x: A number of the observation, by its name in `ccenv.spaces.observation.observation_names`, for example
            `idle:first`, on the horizontal axis; in natural units.
        y: Another one, on the vertical axis.
        action: An action's name, or a kind (`assign`, `dial`, ...): draw its share of the decisions. None: draw the
            most frequent action of each cell.
        seeds: Seeds of the episodes.
        days: Days of an episode; None: the scenario's `episode_days`.
        least: Fewest decisions of a cell that is drawn.
        ax: Axes; None: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: If an argument is not allowed, or no cell has so many decisions.

    Example:
        ```
        ccenv.plot.policy_map("tiny", (None, "progressive"), x="idle:blended", y="queue_length:support")
        ```
    """
    centre = load_scenario(scenario)
    names = observation_names(centre)
    for name, value in (("x", x), ("y", y)):
        if value not in names:
            raise ValueError(f"{name} = {shown(value)}: no number of the observation{closest(str(value), names)}")
    _taken(centre, action)
    keys = seed_numbers("seeds", seeds)
    different("seeds", keys)
    chosen = policy_entrant("policy", policy, centre)
    batch = batch_for(centre, chosen, min(ROWS, keys.size), days=days)
    watcher = _Watcher(batch, chosen, [names.index(x), names.index(y)])
    rollout(batch, watcher, keys)
    numbers, actions = np.concatenate(watcher.numbers), np.concatenate(watcher.actions)
    for place, name in enumerate((x, y)):
        if name in CLOCK:
            numbers[:, place] /= 3_600.0
    across, up = _Cells.of(numbers[:, 0], _unit(x)), _Cells.of(numbers[:, 1], _unit(y))
    counts = np.zeros((len(up.edges) - 1, len(across.edges) - 1, batch.n_actions))
    np.add.at(counts, (up.places(numbers[:, 1]), across.places(numbers[:, 0]), actions), 1)
    enough = counts.sum(axis=2) >= max(least, 1)
    if not enough.any():
        raise ValueError(f"least = {least}: no cell has so many decisions; at most {counts.sum(axis=2).max():.0f}")
    with styling(ax):
        return _draw(panel(ax, 3.8), centre, (x, y), (across, up), counts, enough, action)


def _draw(
    axes: Axes,
    centre: Scenario,
    names: tuple[str, str],
    cells: tuple[_Cells, _Cells],
    counts: np.ndarray,
    enough: np.ndarray,
    action: str | None,
) -> Axes:
    (across, up), taken = cells, _taken(centre, action)
    if taken is None:
        _most_frequent(axes, across, up, counts, enough, centre)
    else:
        share = counts[:, :, taken].sum(axis=2) / np.maximum(counts.sum(axis=2), 1)
        drawn = mesh(axes, across.edges, up.edges, np.where(enough, 100.0 * share, np.nan))
        axes.figure.colorbar(drawn, ax=axes).set_label(f"decisions that take {action} [%]")
    across.label(axes, "x", names[0])
    up.label(axes, "y", names[1])
    return axes


class _Watcher:
    """A policy that notes the numbers and the action of each decision of another."""

    needs_snapshot = True

    def __init__(self, batch: Batch, policy: Policy, numbers: list[int]) -> None:
        self.batch, self.policy = batch, policy
        self.at = np.asarray(batch.run.places[observed(batch.scenario)])[numbers]
        self.looks_at_snapshot = getattr(policy, "needs_snapshot", False)
        self.numbers: list[np.ndarray] = []
        self.actions: list[np.ndarray] = []

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        batch = self.batch
        looks = obs if self.looks_at_snapshot else batch.obs
        actions, state = self.policy.act(looks, mask, state, u, starts)
        asked = np.count_nonzero(mask, axis=1) > 1
        legal = mask[np.arange(len(u)), np.clip(actions, 0, batch.n_actions - 1)]
        self.numbers.append(batch.engine.flat[asked][:, self.at])
        self.actions.append(np.where(legal, actions, HOLD)[asked])
        return actions, state


class _Cells(NamedTuple):
    """Cells along an axis: their edges, whether they are whole numbers, and the unit."""

    edges: np.ndarray
    whole: bool
    unit: str

    @classmethod
    def of(cls, values: np.ndarray, unit: str) -> _Cells:
        low, high = float(values.min()), float(np.quantile(values, 0.99))
        if unit not in SECONDS and high - low < MOST_CELLS:
            return cls(np.arange(np.floor(low), np.floor(high) + 2) - 0.5, True, unit)
        return cls(np.linspace(low, high if high > low else low + 1.0, MOST_CELLS // 2 + 1), False, unit)

    def places(self, values: np.ndarray) -> np.ndarray:
        return np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, len(self.edges) - 2)

    def label(self, axes: Axes, axis: str, name: str) -> None:
        set_label = axes.set_xlabel if axis == "x" else axes.set_ylabel
        if name in CLOCK:
            show = hours if axis == "x" else hours_up
            show(axes, 3_600.0 * self.edges[0], 3_600.0 * self.edges[-1])
            set_label("time of day [h:min]")
            return
        set_label(labelled(name, "" if self.unit in ("1", "flag", "code", "class") else self.unit))
        if self.whole:
            n = len(self.edges) - 1
            ticks = [round(self.edges[k] + 0.5) for k in range(0, n, max(1, n // 8))]
            (axes.set_xticks if axis == "x" else axes.set_yticks)(ticks)


def mesh(axes: Axes, x: np.ndarray, y: np.ndarray, percent: np.ndarray) -> QuadMesh:
    """Draw shares in percent, (rows, columns), as cells between the edges x and y; nan is left blank.

    Each cell shows its number, unless there are too many cells to read them.
    """
    axes.grid(False)
    axes.set_facecolor(BLANK)
    cells = np.ma.masked_invalid(percent)
    drawn = axes.pcolormesh(x, y, cells, cmap=colormaps[SEQUENTIAL], vmin=0.0, vmax=100.0)
    for (row, column), value in np.ndenumerate(percent if percent.size <= MOST_NUMBERS else np.zeros((0, 0))):
        if not np.isnan(value):
            at = (x[column] + x[column + 1]) / 2, (y[row] + y[row + 1]) / 2
            ink = "black" if value > 50.0 else "white"
            axes.text(*at, f"{value:.0f}", ha="center", va="center", fontsize=6.5, color=ink)
    return drawn


def _most_frequent(
    axes: Axes, across: _Cells, up: _Cells, counts: np.ndarray, enough: np.ndarray, centre: Scenario
) -> None:
    names = [each.name for each in centre.catalogue]
    if len(np.unique(counts.argmax(axis=2)[enough])) > len(COLOURS):
        kinds = [ACTION_KINDS[each.kind].name for each in centre.catalogue]
        names = list(dict.fromkeys(kinds))
        counts = np.stack([counts[:, :, [kind == name for kind in kinds]].sum(axis=2) for name in names], axis=2)
    best = counts.argmax(axis=2)
    found = np.unique(best[enough]).tolist()
    places = np.where(enough, np.searchsorted(found, best), np.nan)
    axes.grid(False)
    axes.set_facecolor(BLANK)
    axes.pcolormesh(
        across.edges,
        up.edges,
        np.ma.masked_invalid(places),
        cmap=ListedColormap(COLOURS[: len(found)]),
        vmin=-0.5,
        vmax=len(found) - 0.5,
    )
    patches = [Patch(color=COLOURS[k], label=names[a]) for k, a in enumerate(found)]
    axes.legend(
        handles=patches, loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, title="most frequent action"
    )


def _taken(centre: Scenario, action: str | None) -> np.ndarray | None:
    """Return which actions of the catalogue a name or kind stands for; None for none.

    Raises:
        ValueError: If there is none of that name.
    """
    if action is None:
        return None
    found = np.array([action in (each.name, ACTION_KINDS[each.kind].name) for each in centre.catalogue])
    if not found.any():
        known = [*dict.fromkeys(ACTION_KINDS[each.kind].name for each in centre.catalogue)]
        known += [each.name for each in centre.catalogue]
        raise ValueError(
            f"action = {shown(action)}: {centre.name} has no such action or kind{closest(str(action), known)}"
        )
    return found


def _unit(name: str) -> str:
    return next(field.unit for field in OBSERVED if field.name == name.partition(":")[0])
