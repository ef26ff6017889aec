"""Pre-emptive bound of a steady centre with two queues: advisors may change contacts at any time, at no cost.

With exponential times the number of contacts of each queue in the centre is then the whole state: an advisor who takes
another contact loses nothing. Every policy of the centre is one of this process, so its optimum is an upper bound. In
each state the best allocation is a vertex of a transport problem, and each vertex gives as many advisors as possible to
the pairs of group and queue in some order.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from ccenv.rewards.terms import reward_weights
from ccenv.scenarios import Scenario
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Exponential
from experiments.planners.worth import LOST
from experiments.room.levels import HOUR_S

MORE = 60  # contacts of each queue beyond the advisors who may serve it
QUEUES = 2
MOST_PAIRS = 4


class Preemptive(NamedTuple):
    """A steady centre of two queues.

    Attributes:
        arrivals: Contacts per hour, (2,).
        rate: Contacts that an advisor finishes per hour, (G, 2); 0 without the skill.
        leave: Abandonments of a waiting contact per hour, (2,).
        staff: Advisors, (G,).
        waiting: Reward of an hour of waiting, (2,).
        abandoned: Reward of an abandonment, (2,).
    """

    arrivals: np.ndarray
    rate: np.ndarray
    leave: np.ndarray
    staff: np.ndarray
    waiting: np.ndarray
    abandoned: np.ndarray


def preemptive_of(scenario: Scenario) -> Preemptive | None:
    """Return the process of a scenario; None if it is not of this form."""
    centre, weights = scenario.centre, reward_weights(scenario)
    queues, groups = list(centre.queues.values()), list(centre.groups.values())
    times = (
        [q.handle_s for q in queues] + [q.patience_s for q in queues] + [t for g in groups for t in g.handle_s.values()]
    )
    used = {name for name in weights["queue_count"].dtype.names or () if np.any(weights["queue_count"][name])}
    if (
        centre.clock.kind != "steady"
        or len(queues) != QUEUES
        or centre.campaigns
        or centre.switching is not None
        or len(groups) * QUEUES > MOST_PAIRS
        or not all(isinstance(time, int | float | Exponential) for time in times)
        or not used <= {*LOST, "waiting_s"}
    ):
        return None
    rate = np.array(
        [
            [HOUR_S / mean_s(group.handle_s.get(name, queue.handle_s)) if name in group.skills else 0.0
             for name, queue in centre.queues.items()]
            for group in groups
        ]
    )  # fmt: skip
    return Preemptive(
        np.array([float(queue.arrivals_per_hour) for queue in queues]),  # type: ignore[arg-type]
        rate,
        np.array([HOUR_S / mean_s(queue.patience_s) for queue in queues]),
        np.array([float(group.staffing) for group in groups]),  # type: ignore[arg-type]
        HOUR_S * weights["queue_count"]["waiting_s"][:QUEUES],
        np.array(weights["queue_count"]["abandoned"][:QUEUES]),
    )


def allocations(model: Preemptive, n: np.ndarray) -> np.ndarray:
    """Return the vertices of each state: numbers of advisors by pair, (orders, G, 2, states); `n`: (2, states)."""
    pairs = [(g, k) for g in range(len(model.staff)) for k in range(QUEUES) if model.rate[g, k] > 0.0]
    found = []
    for order in itertools.permutations(pairs):
        served = np.zeros((len(model.staff), QUEUES, n.shape[1]))
        for g, k in order:
            free = model.staff[g] - served[g].sum(axis=0)
            served[g, k] = np.minimum(free, n[k] - served[:, k].sum(axis=0))
        found.append(served)
    return np.array(found)


def best_gain(model: Preemptive, tolerance: float = 1e-4, most_steps: int = 40_000) -> tuple[float, float]:
    """Return lower and upper bound of the largest reward per hour, by value iteration after uniformisation."""
    skilled = np.array([model.staff[model.rate[:, k] > 0.0].sum() for k in range(QUEUES)])
    sizes = tuple(int(each) + MORE + 1 for each in skilled)
    n = np.indices(sizes).reshape(QUEUES, -1)
    served = allocations(model, n)
    done = np.einsum("gk,ogks->oks", model.rate, served)  # finished per hour
    left = (n - served.sum(axis=1)) * model.leave[:, None]  # abandoned per hour, (orders, 2, states)
    earned = np.einsum("k,oks->os", model.abandoned + model.waiting / model.leave, left)
    down = done + left
    scale = 1.02 * float(down.sum(axis=1).max() + model.arrivals.sum())
    values = np.zeros(sizes)
    low, high = -np.inf, np.inf
    for _ in range(most_steps):
        change = earned.copy()
        flat = values.ravel()
        for k in range(QUEUES):
            fewer = np.roll(values, 1, axis=k).ravel() - flat  # the first row is not used: nobody is there to leave
            more = np.roll(values, -1, axis=k)
            np.moveaxis(more, k, 0)[-1] = np.moveaxis(values, k, 0)[-1]  # a contact that finds the limit is lost
            change += down[:, k] * fewer + model.arrivals[k] * (more.ravel() - flat)
        drift = change.max(axis=0)
        low, high = float(drift.min()), float(drift.max())
        if high - low <= tolerance * max(1.0, abs(high)):
            break
        values += (drift / scale).reshape(sizes)
        values -= values.flat[0]
    return low, high


def preemptive_bound(scenario: Scenario) -> float | None:
    """Return an upper bound of the mean reward of an episode in steady state; None for another form of centre."""
    model = preemptive_of(scenario)
    if model is None:
        return None
    return best_gain(model)[1] * scenario.centre.clock.horizon_s / HOUR_S
