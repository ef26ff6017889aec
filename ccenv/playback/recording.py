"""One episode as a list of changes: what a viewer sees at each instant, read from the engine and its event log.

The engine stops after each instant at which events happen, at most once in `RESOLUTION_S`. Stops are invisible to the
run, so counters and decisions are those of `simulate`. Waits and actions come from the event log, to the exact time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.batch import IllegalActionError
from ccenv.kpis import KPIS, KpiTable, kpi_table, with_column
from ccenv.kpis.kpi import LABELS
from ccenv.loops.batch import DECIDING, DISABLED
from ccenv.playback.choices import Choice
from ccenv.policy import Policy
from ccenv.render.view import LINES, GroupRow, Headline, headlines
from ccenv.rewards.sums import episode_rewards
from ccenv.rewards.terms import Reward, reward_weights
from ccenv.run.config import RunConfig
from ccenv.run.engine import CapacityError, Engine, own_counters
from ccenv.run.growth import fresh, larger
from ccenv.scenarios import Scenario
from ccenv.sim.state.codes import (
    ADVISOR_CHATTING,
    ADVISOR_TALKING,
    ADVISOR_WRAP_UP,
    AWAITING_ANSWER,
    AWAY,
    HOLD,
    IDLE,
    LEAD,
    LOG_ABANDONED,
    LOG_ACTION,
    LOG_ALERTING,
    LOG_ASSIGNED,
    LOG_CALLBACK_ACCEPTED,
    LOG_CALLBACK_DUE,
    LOG_CALLBACK_RINGING,
    LOG_INTERRUPTED,
    LOG_NOT_PICKED_UP,
    LOG_REVIEW,
    LOG_UNSERVED,
    LOG_WAITING,
    VIRTUAL,
    WAITING,
)
from ccenv.sim.state.counters import COUNTERS

VIRTUALLY = (LOG_CALLBACK_ACCEPTED, LOG_CALLBACK_DUE)
JOINS = (LOG_WAITING, *VIRTUALLY, LOG_INTERRUPTED, LOG_NOT_PICKED_UP)
LEAVES = (LOG_ALERTING, LOG_ASSIGNED, LOG_ABANDONED, LOG_UNSERVED, LOG_CALLBACK_RINGING)
QUIET = (LOG_REVIEW, LOG_ACTION)  # rows that by themselves change nothing that is shown
GROUP_FIELDS = GroupRow._fields[1:]
CAMPAIGN_FIELDS = (*LINES, "joined", "dropped")
RESOLUTION_S = 1.0  # shortest time between two states: a large centre has dozens of events a second
CENTS = 100  # the reward so far is kept in hundredths


class Wait(NamedTuple):
    """A contact in a queue: start and end of its wait [s since midnight of day 0], whether it waits on no line."""

    start: float
    end: float
    virtual: bool


class Recording(NamedTuple):
    """One episode.

    Attributes:
        times: Instants at which a new state was read, then the end of the episode [s since midnight of day 0], (N,).
        states: State from each instant to the next, (N, numbers) int64; `places_of` gives the index of each number.
        waits: Waits of more than 0 s by queue, in the order of their starts.
        actions: Time and action of each decision that did not hold.
        kpis: The row of `simulate` for the episode, with the column `reward`.
    """

    times: np.ndarray
    states: np.ndarray
    waits: tuple[tuple[Wait, ...], ...]
    actions: tuple[tuple[float, int], ...]
    kpis: KpiTable


def counter_labels(scenario: Scenario) -> tuple[str, ...]:
    """Return the labels of the counters whose totals are shown, or that the KPIs shown are formed of."""
    found: dict[str, None] = {}
    for headline in headlines(scenario):
        above, below = counters_of(headline)
        found |= dict.fromkeys((*above, *below))
    return tuple(found)


def counters_of(headline: Headline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of the counters above and below the line of a KPI shown; a count has none below."""
    kpi = KPIS.get(headline.column)
    return ((headline.column.removeprefix("n_"),), ()) if kpi is None else (kpi.numerator, kpi.denominator)


def places_of(scenario: Scenario) -> dict[str, list[int]]:
    """Return the indices of the numbers of a state: by entity and field, then totals by counter, then the reward."""
    names: dict[str, list[tuple[str, ...]]] = {
        "queue": [("length",)] * len(scenario.queues),
        "group": [GROUP_FIELDS] * len(scenario.groups),
        "campaign": [CAMPAIGN_FIELDS] * len(scenario.campaigns),
        "counter": [(label,) for label in counter_labels(scenario)],
        "reward": [("reward",)],
    }
    places: dict[str, list[int]] = {}
    at = 0
    for part, entities in names.items():
        places[part] = [at + sum(map(len, entities[:k])) for k in range(len(entities))]
        at += sum(map(len, entities))
    return places


class _Reader:
    """Reads the state of the one row of an engine."""

    def __init__(self, engine: Engine, reward: Reward) -> None:
        self.engine, scenario = engine, engine.run.scenario
        self.n = {axis: len(names) for axis, names in scenario.by_axis.items()}
        pairs = [(p, pair) for p, pair in enumerate(scenario.pairs) if pair.kind == "campaign"]
        self.by_group = np.zeros((self.n["group"], len(scenario.pairs)), np.int64)
        self.by_campaign = np.zeros((self.n["campaign"], len(scenario.pairs)), np.int64)
        for p, pair in pairs:
            self.by_group[pair.group, p] = self.by_campaign[pair.index, p] = 1
        fields: Any = engine.run.layout.env.fields
        starts, at = {}, 0
        for axis, counters in COUNTERS.items():
            starts[axis] = at
            at += len(counters) * fields[f"{axis}_count"][0].shape[0]

        def places(label: str) -> np.ndarray:
            """Return the indices of a counter in the record, one for each entity."""
            axis, name = LABELS[label].axis, LABELS[label].counter.name
            place = starts[axis] + [counter.name for counter in COUNTERS[axis]].index(name)
            return place + len(COUNTERS[axis]) * np.arange(self.n[axis])

        self.outcomes = np.column_stack([places("joined"), places("dropped")])
        totals = [places(label) for label in counter_labels(scenario)]
        self.counted = np.concatenate(totals)
        self.first = np.cumsum([0, *(part.size for part in totals[:-1])])
        weights = reward_weights(scenario, reward)
        self.weights = np.concatenate(
            [
                np.stack([weights[f"{axis}_count"][counter.name] for counter in counters], axis=-1).ravel()
                for axis, counters in COUNTERS.items()
            ]
        )

    def state(self) -> np.ndarray:
        """Return the numbers shown now, in the order of `places_of`."""
        e = self.engine.envs[0]
        in_service = e["in_service"][: self.by_group.shape[1]]
        states = e["group"]["n"][: self.n["group"]]
        groups = np.empty((self.n["group"], len(GROUP_FIELDS)), np.int64)
        groups[:, 1] = self.by_group @ in_service
        groups[:, 0] = states[:, ADVISOR_TALKING] + states[:, ADVISOR_CHATTING] - groups[:, 1]
        groups[:, 2:] = states[:, (ADVISOR_WRAP_UP, AWAITING_ANSWER, IDLE, AWAY)]
        campaigns = e["campaign"][: self.n["campaign"]]
        lines = np.empty((self.n["campaign"], len(CAMPAIGN_FIELDS)), np.int64)
        lines[:, 0], lines[:, 1] = campaigns["ringing"], campaigns["waiting"]
        lines[:, 2] = self.by_campaign @ in_service
        counts = self.engine.counters()[0]
        lines[:, 3:] = counts[self.outcomes]
        totals = np.add.reduceat(counts[self.counted], self.first).astype(np.int64)
        reward = round(CENTS * float(counts @ self.weights))
        return np.concatenate(
            [e["queue"]["length"][: self.n["queue"]], groups.ravel(), lines.ravel(), totals, [reward]]
        )


class _Lines:
    """The contacts that wait, followed through the rows of the event log."""

    def __init__(self, engine: Engine) -> None:
        self.done: list[list[Wait]] = [[] for _ in engine.run.scenario.queues]
        self.open: list[dict[int, Wait]] = [{} for _ in self.done]
        self.virtual: set[int] = set()  # keys of contacts that were last in line as a callback
        contacts = engine.envs[0]["contact"]
        for s in np.flatnonzero(np.isin(contacts["phase"], (WAITING, VIRTUAL))):
            key, q = int(contacts["key"][s]), int(contacts["index"][s])
            self.open[q][key] = Wait(float(contacts["entry_s"][s]), 0.0, bool(contacts["phase"][s] == VIRTUAL))

    def follow(self, rows: np.ndarray) -> None:
        """Follow the contacts through further rows."""
        for row in rows[np.isin(rows["code"], (*JOINS, *LEAVES)) & (rows["kind"] != LEAD)]:
            t, key, q, code = float(row["t"]), int(row["key"]), int(row["index"]), int(row["code"])
            if code in JOINS:
                virtual = code in VIRTUALLY or (code == LOG_NOT_PICKED_UP and key in self.virtual)
                self.open[q][key] = Wait(t, 0.0, virtual)
                (self.virtual.add if virtual else self.virtual.discard)(key)
            elif key in self.open[q]:
                self._end(q, key, t)

    def empty(self, queues: Sequence[int], t: float) -> None:
        """End the waits of queues in which nobody is left: a night ends waits without a row."""
        for q in queues:
            for key in list(self.open[q]):
                self._end(q, key, t)

    def _end(self, q: int, key: int, t: float) -> None:
        wait = self.open[q].pop(key)
        if t > wait.start:
            self.done[q].append(wait._replace(end=t))

    def waits(self) -> tuple[tuple[Wait, ...], ...]:
        """Return all waits by queue."""
        return tuple(tuple(sorted(done)) for done in self.done)


def _check(action: int, engine: Engine) -> None:
    catalogue = engine.run.scenario.catalogue
    if not 0 <= action < len(catalogue) or not engine.masks[0, action]:
        legal = ", ".join(a.name for a, ok in zip(catalogue, engine.masks[0], strict=True) if ok)
        raise IllegalActionError(f"the policy's action {action} is illegal now; legal: {legal}")


def record(choice: Choice, seed: int, reward: Reward = None) -> Recording:
    """Run one episode of a policy under a seed and return what happened from its first decision on.

    Args:
        choice: The policy and its run.
        seed: Seed of the episode.
        reward: Preset or weights; None: the scenario's.

    Raises:
        IllegalActionError: If the policy takes an illegal action and its run refuses that.
    """
    while True:
        try:
            return _record(*choice, seed, reward)
        except CapacityError as error:
            choice = choice._replace(run=larger(choice.run, error))


def _record(run: RunConfig, policy: Policy, refuses: bool, seed: int, reward: Reward) -> Recording:
    engine = fresh(run, 1, log=True)
    e, out = engine.envs, engine.outs
    engine.start(np.array([seed], np.uint64), np.ones(1, np.bool_))
    reader, lines = _Reader(engine, reward), _Lines(engine)
    looks = engine.snaps if getattr(policy, "needs_snapshot", False) else engine.obs
    n_queues = len(run.scenario.queues)
    times: list[float] = []
    states: list[np.ndarray] = []
    actions: list[tuple[float, int]] = []
    memory, changed, looked_at = None, True, -np.inf
    while True:
        t, rows = float(e["t"][0]), engine.log
        lines.follow(rows)
        taken = rows[(rows["code"] == LOG_ACTION) & (rows["detail"] != HOLD)]
        actions += zip(taken["t"].tolist(), taken["detail"].tolist(), strict=True)
        changed = changed or not np.isin(rows["code"], QUIET).all()
        engine.logs["n"] = 0  # so that the log never fills up
        if changed and not e["in_epoch"][0]:
            changed, looked_at, state = False, t, reader.state()
            lines.empty(np.flatnonzero(state[:n_queues] == 0).tolist(), t)
            if not states or not np.array_equal(state, states[-1]):
                times.append(t)
                states.append(state)
        if e["done"][0] != DECIDING:
            break
        if e["in_epoch"][0]:
            given, memory = policy.act(looks, engine.masks, memory, out["u"], out["starts"])
            if refuses:
                _check(int(given[0]), engine)
            e["stop_t"] = max(np.nextafter(t, np.inf), looked_at + RESOLUTION_S)
            engine.step(np.asarray(given, np.int64), DISABLED)
        else:
            e["stop_t"] = max(np.nextafter(e["heap"]["t"][0, 0], np.inf), looked_at + RESOLUTION_S)
            engine.resume(np.ones(1, np.bool_))
    if times[-1] < t:
        times.append(t)
        states.append(states[-1])
    lines.empty(range(n_queues), t)
    counters = own_counters(engine.counters(), engine.run)
    table = kpi_table(
        run.scenario, counters, [seed], e["n_illegal"], n_decisions=e["n_decisions"], dials=engine.run.dials
    )
    table = with_column(table, "reward", episode_rewards(run.scenario, table, reward))
    return Recording(np.array(times), np.array(states), lines.waits(), tuple(actions), table)
