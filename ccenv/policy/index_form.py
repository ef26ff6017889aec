"""What an index policy of a centre computes: its features, its weights, and where they stand in the matrix of forms.

Row by row the matrix has the scores of the assignments, then six forms of each campaign.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import ASSIGN
from ccenv.sim.state.fields import OBSERVED
from ccenv.spaces.observation import n_numbers

K, AVAILABLE, RESERVE, LESS, ORDER, RESERVED_ORDER = range(6)
FORMS = ("k", "available", "reserve", "less", "order", "reserved_order")
FIXED = -1  # in place of a weight's index: the element has its factor as its value

#: Features by owner: name, default weight, spread of the search, and the observed fields with factors to natural units.
#: `time` is 1 at the opening to -1 at closing, negated: -1 at the opening, 1 at closing.
QUEUE_FEATURES = (
    ("wait_min", 1.0, 0.5), ("length", 0.0, 0.15), ("value_class", 0.0, 0.35), ("returning", 0.0, 0.7),
    ("transfers", 0.0, 0.5), ("time", 0.0, 0.7),
)  # fmt: skip
GROUP_FEATURES = (
    ("idle", 0.0, 0.5), ("ringing", 0.0, 0.5), ("finishes_10", 0.0, 0.5), ("others_waiting", 0.0, 0.15),
    ("time", 0.0, 0.5),
)  # fmt: skip
#: By form of a campaign.
CAMPAIGN_FEATURES = (
    (K, "one", 1.0, 0.5), (K, "time", 0.0, 0.2), (K, "answer_rate_5", 0.0, 1.0), (K, "answer_rate_30", 0.0, 1.0),
    (K, "mode", 0.0, 0.5),
    (AVAILABLE, "finishes_10", 0.0, 0.5), (AVAILABLE, "finishes_30", 0.0, 0.5),
    (RESERVE, "one", 0.0, 0.7), (RESERVE, "time", 0.0, 0.4), (RESERVE, "time_squared", 0.0, 0.4),
    (RESERVE, "waiting", 0.0, 0.4), (RESERVE, "in_service", 0.0, 0.2), (RESERVE, "mode", 0.0, 0.5),
    (RESERVE, "excess", 0.0, 1.0),
    (LESS, "one", 0.0, 0.5), (LESS, "connects_waiting", 0.0, 0.3), (LESS, "ringing_old", 0.0, 0.3),
    (ORDER, "one", 0.0, 1.0), (RESERVED_ORDER, "one", 0.5, 1.0),
)  # fmt: skip


class IndexTables(NamedTuple):
    """An index policy as numbers.

    Attributes:
        matrix: Weights of the features in each form, (rows, columns).
        pattern: Elements that may differ from 0, (rows, columns) bool.
        time: As in `IndexForm`, (3,).
        shared: As in `IndexForm`, (2, C, K).
        actions: As in `IndexForm`, (A, 3).
    """

    matrix: np.ndarray
    pattern: np.ndarray
    time: np.ndarray
    shared: np.ndarray
    actions: np.ndarray


class IndexForm(NamedTuple):
    """What an index policy of a centre computes, without its weights.

    Attributes:
        names: Name of each weight.
        defaults: Default of each weight: the longest wait first, one line for each idle advisor, no reserve.
        spreads: By how much a search moves each weight at first.
        entries: Elements of the matrix of forms: row, column, factor, and index of the weight or `FIXED`.
        shape: Rows and columns of the matrix. Columns: the observation, time squared, the excess of arrivals of each
            campaign, 1. Rows: the assignments, then six for each campaign.
        time: Column, constant and slope of the feature `time`.
        shared: By campaign and column of the observation, 1 for the recent arrivals of queues that share its advisors;
            the same for their forecasts. (2, C, K).
        actions: By action, its kind of code, campaign or queue, and lines. (A, 3).
        halves: By weight, the half whose decisions it moves: `routing` or `pacing`.
    """

    names: tuple[str, ...]
    defaults: np.ndarray
    spreads: np.ndarray
    entries: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    shape: tuple[int, int]
    time: tuple[int, float, float]
    shared: np.ndarray
    actions: np.ndarray
    halves: tuple[str, ...]

    def moved_by(self, owns: str) -> np.ndarray:
        """Return the indices of the weights that move the decisions of a policy that owns `routing`, `pacing` or both.

        Those of routing stay in a policy that owns pacing alone, where the scores of pairs decide nothing.
        """
        return np.flatnonzero([owns in ("blended", half) for half in self.halves])

    def tables(self, weights: np.ndarray | None = None) -> IndexTables:
        """Return what the policy with these weights computes with; None: the defaults.

        Raises:
            ValueError: If the number of weights is not that of the names.
        """
        given = self.defaults if weights is None else np.asarray(weights, np.float64)
        if given.shape != self.defaults.shape:
            raise ValueError(f"weights: {given.shape}; allowed: {self.defaults.shape}, one for each name")
        rows, columns, factors, which = self.entries
        matrix, pattern = np.zeros(self.shape), np.zeros(self.shape, bool)
        np.add.at(matrix, (rows, columns), factors * np.where(which == FIXED, 1.0, given[which]))
        pattern[rows, columns] = True
        return IndexTables(matrix, pattern, np.array(self.time), self.shared, self.actions)


class ObservedColumns:
    """Columns of the numbers of observed fields in the observation of a centre.

    Attributes:
        n_obs: Numbers in an observation.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._at: dict[str, tuple[int, int, float]] = {}
        first = 0
        for f in OBSERVED:
            self._at[f.name] = first, f.width, f.scale
            first += n_numbers(f, scenario)
        self.n_obs = first

    def at(self, name: str, j: int = 0, k: int = 0) -> tuple[int, float]:
        """Return the column of number k of entity j of a field, and its scale: observed number / natural unit."""
        first, width, scale = self._at[name]
        return first + width * j + k, scale


class _Builder:
    """Collects the elements of the matrix of forms and the weights."""

    def __init__(self, scenario: Scenario) -> None:
        self.observed = ObservedColumns(scenario)
        self.n_obs = self.observed.n_obs
        self.entries: list[tuple[int, int, float, int]] = []
        self.names: list[str] = []
        self.defaults: list[float] = []
        self.spreads: list[float] = []

    def weight(self, name: str, default: float, spread: float) -> int:
        """Add a weight; returns its index."""
        self.names.append(name)
        self.defaults.append(default)
        self.spreads.append(spread)
        return len(self.names) - 1

    def add(self, row: int, which: int, name: str, j: int = 0, k: int = 0, factor: float = 1.0) -> None:
        """Add an observed number in its natural unit to a form, with a weight."""
        column, scale = self.observed.at(name, j, k)
        self.entries.append((row, column, factor / scale, which))


def serving_groups(scenario: Scenario) -> dict[str, list[set[int]]]:
    """Return the groups that serve each `queue` and each `campaign`."""
    found: dict[str, list[set[int]]] = {
        "queue": [set() for _ in scenario.queues], "campaign": [set() for _ in scenario.campaigns],
    }  # fmt: skip
    for pair in scenario.pairs:
        found[pair.kind][pair.index].add(pair.group)
    return found


def index_form(scenario: Scenario) -> IndexForm:
    """Return what an index policy of a centre computes."""
    build = _Builder(scenario)
    catalogue = scenario.catalogue
    actions = np.array([(a.kind, a.index, a.n) for a in catalogue], np.int64)
    n_assign, n_campaigns = int(np.count_nonzero(actions[:, 0] == ASSIGN)), len(scenario.campaigns)
    one = build.n_obs + 1 + n_campaigns
    serves = serving_groups(scenario)
    clock = scenario.centre.clock
    length_s = getattr(clock, "close_s", 86_400.0) - getattr(clock, "open_s", 0.0)
    to_close, scale = build.observed.at("to_close_s")
    time = to_close, 1.0, -2.0 / (length_s * scale)
    _routing_forms(build, scenario, serves, one, time)
    n_routing = len(build.names)
    shared = np.zeros((2, n_campaigns, build.n_obs))
    for i in range(n_campaigns):
        queues = [q for q, groups in enumerate(serves["queue"]) if groups & serves["campaign"][i]]
        for q in queues:
            shared[0, i, build.observed.at("arrivals_recent_per_hour", q)[0]] = 1.0
            shared[1, i, build.observed.at("forecast_per_hour", q)[0]] = 1.0
        _campaign_forms(build, scenario, i, n_assign + len(FORMS) * i, queues, serves["campaign"][i], one, time)
    rows, columns, factors, which = zip(*build.entries, strict=True)
    return IndexForm(
        tuple(build.names), np.array(build.defaults), np.array(build.spreads),
        (np.array(rows), np.array(columns), np.array(factors), np.array(which)),
        (n_assign + len(FORMS) * n_campaigns, one + 1), time, shared, actions,
        ("routing",) * n_routing + ("pacing",) * (len(build.names) - n_routing),
    )  # fmt: skip


def _add_time(build: _Builder, row: int, which: int, one: int, time: tuple[int, float, float]) -> None:
    build.entries += [(row, one, time[1], which), (row, time[0], time[2], which)]


def _routing_forms(
    build: _Builder, scenario: Scenario, serves: dict[str, list[set[int]]], one: int, time: tuple[int, float, float]
) -> None:
    of_queue = {
        (name, feature): build.weight(f"{name}:{feature}", default, spread)
        for name in scenario.queues
        for feature, default, spread in QUEUE_FEATURES
    }
    of_group = {
        (name, feature): build.weight(f"{name}:{feature}", default, spread)
        for name in scenario.groups
        for feature, default, spread in GROUP_FEATURES
    }
    skills = [sum(g in groups for owners in serves.values() for groups in owners) for g in range(len(scenario.groups))]
    row = 0
    for action in scenario.catalogue:
        if action.kind != ASSIGN:
            continue
        q, g = action.index, action.group
        queue, group = scenario.queues[q], scenario.groups[g]
        build.entries.append((row, one, 1.0, build.weight(action.name, 2.0 - 0.3 * skills[g], 1.0)))
        build.add(row, of_queue[queue, "wait_min"], "head_total_wait_s", q, factor=1 / 60)
        build.add(row, of_queue[queue, "length"], "queue_length", q)
        for feature in ("value_class", "returning", "transfers"):
            build.add(row, of_queue[queue, feature], f"head_{feature}", q)
        _add_time(build, row, of_queue[queue, "time"], one, time)
        build.add(row, of_group[group, "idle"], "idle", g)
        for i, groups in enumerate(serves["campaign"]):
            if g in groups:
                build.add(row, of_group[group, "ringing"], "ringing", i)
        build.add(row, of_group[group, "finishes_10"], "finishes", g, 0)
        for other in range(len(scenario.queues)):
            if other != q:
                build.add(row, of_group[group, "others_waiting"], "queue_length", other)
        _add_time(build, row, of_group[group, "time"], one, time)
        row += 1


def _campaign_forms(
    build: _Builder,
    scenario: Scenario,
    i: int,
    first: int,
    queues: list[int],
    groups: set[int],
    one: int,
    time: tuple[int, float, float],
) -> None:
    campaign = scenario.campaigns[i]
    for g in groups:
        build.add(first + AVAILABLE, FIXED, "idle", g)
    build.add(first + LESS, FIXED, "ringing", i)
    for form, feature, default, spread in CAMPAIGN_FEATURES:
        which, row = build.weight(f"{campaign}:{FORMS[form]}:{feature}", default, spread), first + form
        if feature == "one":
            build.entries.append((row, one, 1.0, which))
        elif feature == "time":
            _add_time(build, row, which, one, time)
        elif feature == "time_squared":
            build.entries.append((row, build.n_obs, 1.0, which))
        elif feature == "excess":
            build.entries.append((row, build.n_obs + 1 + i, 1.0, which))
        elif feature.startswith("answer_rate"):
            build.add(row, which, "answer_rate", i, 0 if feature.endswith("_5") else 1)
        elif feature == "finishes_10":
            for g in groups:
                build.add(row, which, "finishes", g, 0)
        elif feature == "finishes_30":
            for g in groups:
                build.add(row, which, "finishes", g, 1)
                build.add(row, which, "finishes", g, 0, factor=-1.0)
        elif feature == "waiting":
            for q in queues:
                build.add(row, which, "queue_length", q)
        elif feature == "in_service":
            for p, pair in enumerate(scenario.pairs):
                if pair.kind == "queue" and pair.group in groups:
                    build.add(row, which, "in_service", p)
        elif feature == "ringing_old":
            for age in (2, 3):
                build.add(row, which, "ringing_by_age", i, age)
        else:
            build.add(row, which, feature, i if feature == "connects_waiting" else 0)
