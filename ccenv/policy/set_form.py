"""What a set network of a centre computes: features of its queues, groups and campaigns, and weights that they share.

The weights do not depend on the centre: each queue passes the same weights, and so do each group and each campaign. So
weights that were learned in one centre act in another one with other numbers of queues, groups and advisors. Features
are in units that do not grow with the centre: contacts and advisors per ten advisors, or per square root of the
advisors of a campaign, as reserves grow with the square root of the load (Halfin and Whitt 1981, "Heavy-Traffic Limits
for Queues with Many Exponential Servers").
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ccenv.policy.index_form import IndexForm, ObservedColumns, index_form, serving_groups
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.means import mean_s
from ccenv.sim.state.codes import ASSIGN

HIDDEN = 8
#: Features by owner: name, default weight and spread of the search in the linear part. The defaults of queues and
#: groups give the score of a pair, those of a dial give the level of lines per square root of the advisors.
QUEUE_FEATURES = (
    ("one", 2.0, 1.0), ("wait_min", 1.0, 0.5), ("length", 0.0, 0.3), ("value_class", 0.0, 0.35),
    ("returning", 0.0, 0.7), ("transfers", 0.0, 0.5), ("groups", 0.0, 0.5),
)  # fmt: skip
GROUP_FEATURES = (
    ("idle", 0.0, 0.3), ("ringing", 0.0, 0.3), ("finishes_10", 0.0, 0.3), ("waiting", 0.0, 0.3), ("skills", -0.3, 0.5),
)  # fmt: skip
PAIR_FEATURES = (("handle", 0.0, 2.0), ("level", 0.0, 0.5))
DIAL_FEATURES = (
    ("one", 0.0, 0.3), ("idle", 1.0, 0.3), ("ringing", -1.0, 0.2), ("connects_waiting", 0.0, 0.2),
    ("ringing_old", 0.0, 0.3), ("finishes_10", 0.0, 0.3), ("finishes_30", 0.0, 0.3), ("time", 0.0, 0.2),
    ("time_squared", 0.0, 0.2), ("waiting", 0.0, 0.3), ("mode", 0.0, 0.4), ("excess", 0.0, 0.4),
    ("answer_rate_5", 0.0, 1.0), ("answer_rate_30", 0.0, 1.0), ("reserved", 0.0, 0.3),
)  # fmt: skip
#: Of the centre: the clock, the mode, and means over its queues and groups of the features of that name.
CENTRE_FEATURES = ("time", "time_squared", "mode", "wait_min", "length", "idle", "ringing", "finishes_10")
OF_QUEUES = ("wait_min", "length")
RESERVED_ORDER = "reserved_order", 0.5, 1.0  # weight of a reserved dial among dials: a number of lines
N_QUEUE, N_GROUP, N_PAIR, N_DIAL = map(len, (QUEUE_FEATURES, GROUP_FEATURES, PAIR_FEATURES, DIAL_FEATURES))
N_CENTRE = len(CENTRE_FEATURES)
TEN = 10.0
SHARE_OF_FIRST, SHARE_OF_SECOND, SHARE_OF_SCORE, SHARE_OF_LEVEL = 0.3, 0.3, 0.5, 0.2  # spreads of the search
SEED = 0  # of the first weights of the hidden layers, the same for all centres


def part_shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each part of the weights, in the order in which they stand in the vector of weights."""
    linear = {"u_queue": (N_QUEUE, 1), "u_group": (N_GROUP, 1), "u_pair": (N_PAIR, 1), "u_dial": (N_DIAL, 1),
              "reserved_order": (1,)}  # fmt: skip
    first = {"w_queue": (N_QUEUE, hidden), "w_group": (N_GROUP, hidden), "w_pair": (N_PAIR, hidden),
             "w_dial": (N_DIAL, hidden), "w_centre": (N_CENTRE, hidden), "b_first": (hidden,)}  # fmt: skip
    return {**linear, **first, "w_second": (hidden, hidden), "b_second": (hidden,), "w_out": (hidden, 2)}


def n_weights(hidden: int) -> int:
    """Return the number of weights."""
    return sum(math.prod(shape) for shape in part_shapes(hidden).values())


class SetTables(NamedTuple):
    """A set network as numbers.

    Attributes:
        weights: Weights, the same in all centres, (W,).
        entities: By column of the index policy's features and row: features of the queues, groups, campaigns (first
            for plain, then for reserved dials) and of the centre, one after another. (columns, rows).
        pair: Features of each assignment, (assignments, pair features).
        unit: Square root of the advisors of each campaign, (C,).
        time: As in `IndexForm`, (3,).
        shared: As in `IndexForm`, (2, C, K).
        actions: By action, its kind of code, campaign or queue, lines, and group. (A, 4).
        sizes: Numbers of queues, groups and campaigns, (3,).
    """

    weights: np.ndarray
    entities: np.ndarray
    pair: np.ndarray
    unit: np.ndarray
    time: np.ndarray
    shared: np.ndarray
    actions: np.ndarray
    sizes: np.ndarray

    @property
    def hidden(self) -> int:
        """Width of the hidden layers."""
        return next(h for h in range(1, len(self.weights)) if n_weights(h) >= len(self.weights))

    def parts(self) -> dict[str, np.ndarray]:
        """Return the parts of the weights by name."""
        found, first = {}, 0
        for name, shape in part_shapes(self.hidden).items():
            found[name] = self.weights[first : first + math.prod(shape)].reshape(shape)
            first += math.prod(shape)
        return found


class SetForm(NamedTuple):
    """What a set network of a centre computes, without its weights.

    Attributes:
        names: Name of each weight.
        defaults: Default of each weight: the actions of the index policy with its defaults.
        spreads: By how much a search moves each weight at first.
        bare: The tables with the defaults.
    """

    names: tuple[str, ...]
    defaults: np.ndarray
    spreads: np.ndarray
    bare: SetTables

    def moved_by(self, owns: str) -> np.ndarray:
        """Return the indices of all weights: each of them may move any decision."""
        return np.arange(len(self.names))

    def tables(self, weights: np.ndarray | None = None) -> SetTables:
        """Return what the network with these weights computes with; None: the defaults.

        Raises:
            ValueError: If the number of weights is not that of the names.
        """
        given = self.defaults if weights is None else np.asarray(weights, np.float64)
        if given.shape != self.defaults.shape:
            raise ValueError(f"weights: {given.shape}; allowed: {self.defaults.shape}, one for each name")
        return self.bare._replace(weights=given.copy())


def set_form(scenario: Scenario, hidden: int = HIDDEN) -> SetForm:
    """Return what a set network of a centre computes.

    Args:
        scenario: The centre.
        hidden: Width of the two hidden layers, at least 1.

    Raises:
        ValueError: If the width is not allowed.
    """
    if hidden < 1:
        raise ValueError(f"hidden = {hidden!r}; allowed: 1 or more")
    names, defaults, spreads = _weights(hidden)
    index = index_form(scenario)
    centre = _Centre(scenario, index)
    actions = [(a.kind, a.index, a.n, a.group) for a in scenario.catalogue]
    bare = SetTables(
        defaults, centre.entities(), centre.pairs(), centre.units(), np.array(index.time), index.shared,
        np.array(actions, np.int64), np.array([len(scenario.queues), len(scenario.groups), len(scenario.campaigns)]),
    )  # fmt: skip
    return SetForm(names, defaults, spreads, bare)


def _weights(hidden: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Return names, defaults and spreads; the output layer starts at 0, so that the linear part acts at first."""
    rng = np.random.default_rng(SEED)
    shapes = part_shapes(hidden)
    defaults = {name: np.zeros(shape) for name, shape in shapes.items()}
    spreads = {name: np.full(shape, SHARE_OF_FIRST) for name, shape in shapes.items()}
    owners = {"queue": QUEUE_FEATURES, "group": GROUP_FEATURES, "pair": PAIR_FEATURES, "dial": DIAL_FEATURES}
    for owner, declared in owners.items():
        for table, k in ((defaults, 1), (spreads, 2)):
            table[f"u_{owner}"] = np.array([[each[k]] for each in declared])
    defaults["reserved_order"][:], spreads["reserved_order"][:] = RESERVED_ORDER[1:]
    for owner in (*owners, "centre"):
        name = f"w_{owner}"
        defaults[name] = rng.normal(size=shapes[name]) / math.sqrt(shapes[name][0])
    defaults["w_second"] = rng.normal(size=shapes["w_second"]) / math.sqrt(hidden)
    spreads["w_second"][:] = spreads["b_second"][:] = SHARE_OF_SECOND
    spreads["w_out"] = np.tile([SHARE_OF_SCORE, SHARE_OF_LEVEL], (hidden, 1)) / math.sqrt(hidden)
    names = [f"{name}:{k}" for name, shape in shapes.items() for k in range(math.prod(shape))]
    joined = [np.concatenate([table[name].ravel() for name in shapes]) for table in (defaults, spreads)]
    return tuple(names), joined[0], joined[1]


class _Centre:
    """Builds the constants of a centre."""

    def __init__(self, scenario: Scenario, index: IndexForm) -> None:
        self.scenario, self.index, self.observed = scenario, index, ObservedColumns(scenario)
        self.n_columns = index.shape[1]
        self.serves = serving_groups(scenario)
        self.headcount = [max(1, advisors(group)) for group in scenario.centre.groups.values()]

    def entities(self) -> np.ndarray:
        """Return the matrix of all features, (columns, rows)."""
        queues = [self._queue(q) for q in range(len(self.scenario.queues))]
        groups = [self._group(g) for g in range(len(self.scenario.groups))]
        plain = [self._dial(i, reserved=False) for i in range(len(self.scenario.campaigns))]
        reserved = [self._dial(i, reserved=True) for i in range(len(self.scenario.campaigns))]
        rows: list[np.ndarray] = []
        for declared, owners in (
            (QUEUE_FEATURES, queues), (GROUP_FEATURES, groups), (DIAL_FEATURES, plain), (DIAL_FEATURES, reserved)
        ):  # fmt: skip
            rows += [owner[feature] for owner in owners for feature, _, _ in declared]
        return np.stack(rows + self._means(queues, groups), axis=1)

    def pairs(self) -> np.ndarray:
        """Return the features of each assignment: log handle time beside the mean of the queue's groups, and level."""
        found = []
        for a in (a for a in self.scenario.catalogue if a.kind == ASSIGN):
            times = {g: self._handle_s(a.index, g) for g in self.serves["queue"][a.index]}
            mean = sum(times.values()) / len(times)
            handle = math.log(times[a.group] / mean) if 0.0 < times[a.group] < math.inf and mean < math.inf else 0.0
            found.append((handle, a.n - 1.0))
        return np.array(found).reshape(-1, N_PAIR)

    def units(self) -> np.ndarray:
        """Return the square root of the advisors of each campaign."""
        return np.sqrt([float(self._n(groups)) for groups in self.serves["campaign"]])

    def _n(self, groups: set[int]) -> int:
        return max(1, sum(self.headcount[g] for g in groups))

    def _handle_s(self, q: int, g: int) -> float:
        name, queue = list(self.scenario.centre.queues.items())[q]
        return mean_s(list(self.scenario.centre.groups.values())[g].handle_s.get(name, queue.handle_s))

    def _zero(self) -> np.ndarray:
        return np.zeros(self.n_columns)

    def _constant(self, value: float) -> np.ndarray:
        row = self._zero()
        row[-1] = value
        return row

    def _sum(self, name: str, of: list[tuple[int, int]]) -> np.ndarray:
        """Return the sum of numbers k of entities j of an observed field, in its natural unit."""
        row = self._zero()
        for j, k in of:
            column, scale = self.observed.at(name, j, k)
            row[column] += 1.0 / scale
        return row

    def _time(self) -> np.ndarray:
        column, constant, slope = self.index.time
        row = self._constant(constant)
        row[column] = slope
        return row

    def _column(self, column: int) -> np.ndarray:
        row = self._zero()
        row[column] = 1.0
        return row

    def _queue(self, q: int) -> dict[str, np.ndarray]:
        groups = self.serves["queue"][q]
        heads = {f: self._sum(f"head_{f}", [(q, 0)]) for f in ("value_class", "returning", "transfers")}
        return {
            "one": self._constant(1.0), "wait_min": self._sum("head_total_wait_s", [(q, 0)]) / 60.0,
            "length": self._sum("queue_length", [(q, 0)]) * (TEN / self._n(groups)), **heads,
            "groups": self._constant(float(len(groups))),
        }  # fmt: skip

    def _group(self, g: int) -> dict[str, np.ndarray]:
        per_ten = TEN / self.headcount[g]
        queues, campaigns = ([j for j, groups in enumerate(each) if g in groups] for each in self.serves.values())
        return {
            "idle": self._sum("idle", [(g, 0)]) * per_ten,
            "ringing": self._sum("ringing", [(i, 0) for i in campaigns]) * per_ten,
            "finishes_10": self._sum("finishes", [(g, 0)]) * per_ten,
            "waiting": self._sum("queue_length", [(q, 0) for q in queues]) * per_ten,
            "skills": self._constant(float(len(queues) + len(campaigns))),
        }

    def _dial(self, i: int, *, reserved: bool) -> dict[str, np.ndarray]:
        groups = sorted(self.serves["campaign"][i])
        unit = math.sqrt(self._n(set(groups)))
        queues = [q for q, other in enumerate(self.serves["queue"]) if other & set(groups)]
        first = [(g, 0) for g in groups]
        per_unit = {
            "idle": self._sum("idle", first), "connects_waiting": self._sum("connects_waiting", [(i, 0)]),
            "ringing": self._sum("ringing", [(i, 0)]) * (not reserved),
            "ringing_old": self._sum("ringing_by_age", [(i, 2), (i, 3)]) * (not reserved),
            "finishes_10": self._sum("finishes", first),
            "finishes_30": self._sum("finishes", [(g, 1) for g in groups]) - self._sum("finishes", first),
            "waiting": self._sum("queue_length", [(q, 0) for q in queues]),
        }  # fmt: skip
        n_obs = len(self.index.shared[0, i])
        return {
            **{name: row / unit for name, row in per_unit.items()},
            "one": self._constant(1.0), "reserved": self._constant(float(reserved)), "time": self._time(),
            "time_squared": self._column(n_obs), "excess": self._column(n_obs + 1 + i),
            "mode": self._sum("mode", [(0, 0)]),
            "answer_rate_5": self._sum("answer_rate", [(i, 0)]), "answer_rate_30": self._sum("answer_rate", [(i, 1)]),
        }  # fmt: skip

    def _means(self, queues: list[dict[str, np.ndarray]], groups: list[dict[str, np.ndarray]]) -> list[np.ndarray]:
        n_obs = self.index.shared.shape[2]
        found = {"time": self._time(), "time_squared": self._column(n_obs), "mode": self._sum("mode", [(0, 0)])}
        for name in CENTRE_FEATURES[len(found) :]:
            owners = queues if name in OF_QUEUES else groups
            found[name] = sum((owner[name] for owner in owners), self._zero()) / max(1, len(owners))
        return [found[name] for name in CENTRE_FEATURES]
