"""Constants of a centre that rules have as parameters, computed from the scenario.

The names and axes are those of `ccenv.rules.spec.COMPUTED`. Rates are per hour. Costs are those of the scenario's own
reward preset, whatever reward a run is paid by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ccenv.rewards.terms import reward_weights
from ccenv.rules.spec import RuleError
from ccenv.scenarios.catalogue import make_pairs
from ccenv.scenarios.check.capacity import choose_size
from ccenv.scenarios.check.reward_trap import loss_of
from ccenv.scenarios.compile.values import reward_of, value_unit_of
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import Floats, handle_times, offered
from ccenv.scenarios.schema import Centre, Queue
from ccenv.sim.state.sizes import Size

HOUR_S = 3600.0
MOST_PATIENT_H = 24.0  # mean patience [h] with which a queue counts whose contacts never abandon
SAME = 1e-9  # relative difference of times that are equal
KEPT = 16  # constants of centres that are kept

Values = tuple[float | None, ...]
_kept: list[tuple[Centre, str, Values]] = []


def constant(centre: Centre, name: str) -> Values:
    """Return a constant of a centre: a value for each name along its axis, None where it has none.

    Raises:
        RuleError: If a library is missing that computes it.
    """
    for known, of, values in _kept:
        if known is centre and of == name:
            return values
    found = CONSTANTS[name](centre)
    _kept.append((centre, name, found))
    del _kept[:-KEPT]
    return found


class _Priced(NamedTuple):
    """What the weights of a reward are made of."""

    by_axis: dict[str, tuple[str, ...]]
    size: Size
    reward: str | Mapping[str, Any]
    value_unit: float


def _weights(centre: Centre) -> Any:
    names = {"queue": tuple(centre.queues), "group": tuple(centre.groups), "campaign": tuple(centre.campaigns)}
    priced: Any = _Priced(names, choose_size(centre, centre.name), reward_of(centre), value_unit_of(centre))
    return reward_weights(priced)["queue_count"]


def _waiting_cost(centre: Centre) -> Values:
    """Cost of an hour of waiting: that of the wait, and that of abandoning at the mean rate.

    The cost of an abandonment includes the reward of the answer that is lost. If waiting costs nothing in any queue, it
    costs 1 in all.
    """
    weights, times = _weights(centre), handle_times(centre)
    costs = []
    for q, queue in enumerate(centre.queues.values()):
        wrap_up_s = mean_s(queue.wrap_up_s)
        mine = times[q][np.isfinite(times[q])]
        talk_s = max(0.0, float(mine.mean()) - wrap_up_s) if len(mine) else 0.0
        w_ab, w_wait = loss_of(weights[q], queue, talk_s, wrap_up_s)
        costs.append(max(0.0, HOUR_S * w_wait + w_ab * _abandoned_per_hour(queue)))
    return tuple(costs) if any(costs) else (1.0,) * len(costs)


def _abandoned_per_hour(queue: Queue) -> float:
    patience_s = mean_s(queue.patience_s)
    return HOUR_S / max(patience_s, SAME) if np.isfinite(patience_s) else 0.0


def _abandon_rate(centre: Centre) -> Values:
    """1 / mean patience [1/h], at least one a day."""
    return tuple(max(_abandoned_per_hour(queue), 1.0 / MOST_PATIENT_H) for queue in centre.queues.values())


def _of_pairs(centre: Centre, table: Floats) -> Values:
    """Return a table (Q, G) along the pairs; a campaign's pairs have no value."""
    return tuple(float(table[pair.index, pair.group]) if pair.kind == "queue" else None for pair in make_pairs(centre))


def _handle_rate(centre: Centre) -> Values:
    """Contacts of the queue that an advisor of the group handles in an hour, wrap-up included."""
    return _of_pairs(centre, HOUR_S / np.maximum(handle_times(centre), SAME))


def _own(centre: Centre) -> np.ndarray:
    """Whether a group has own advisors, (G,)."""
    return np.array([group.answering_service is None for group in centre.groups.values()])


def _advantages(centre: Centre) -> Floats:
    """Rate of the pair over the fastest rate of a group of own advisors for the queue, (Q, G)."""
    times = handle_times(centre)
    own = np.where(_own(centre), times, np.nan)
    own = np.where(np.isfinite(own).any(axis=1, keepdims=True), own, times)
    fastest = np.min(np.where(np.isfinite(own), own, np.inf), axis=1, keepdims=True)
    found: Floats = np.minimum(1.0, np.maximum(fastest, SAME) / np.maximum(times, SAME))
    return found


def _advantage(centre: Centre) -> Values:
    return _of_pairs(centre, _advantages(centre))


def _own_teams(centre: Centre) -> np.ndarray:
    """Whether a group is the queue's own team, (Q, G).

    Own are the groups that are fastest for the queue; if several are, those of them that name it first, if any do.
    """
    own = _advantages(centre) >= 1.0 - SAME
    named = own.copy()
    for q, name in enumerate(centre.queues):
        named[q] &= [group.skills[:1] == [name] for group in centre.groups.values()]
    return np.where(named.any(axis=1, keepdims=True), named, own)


def _own_team(centre: Centre) -> Values:
    """1 for the queue's own team, 0 for others."""
    return _of_pairs(centre, _own_teams(centre).astype(np.float64))


def _help_tier(centre: Centre) -> Values:
    """0 for the queue's own team, 1 for others."""
    return _of_pairs(centre, 1.0 - _own_teams(centre))


def _skill_place(centre: Centre) -> Values:
    """Place of the queue among the skills of the group, 0 for the first."""
    places = [
        [group.skills.index(name) if name in group.skills else 0 for group in centre.groups.values()]
        for name in centre.queues
    ]
    return _of_pairs(centre, np.array(places, np.float64).reshape(len(centre.queues), len(centre.groups)))


def _planned_share(centre: Centre) -> Values:
    """Share of the queue's contacts that the static planning problem gives to the group.

    It minimises the largest load of a group of own advisors, of mean arrivals over the day and planned advisors.
    """
    load, times = offered(centre), handle_times(centre)
    rate, staff = load.rate.mean(axis=1) / HOUR_S, load.staff.mean(axis=1)
    usable = np.isfinite(times) & (_own(centre) & (staff > 0.0))[None, :] & (rate > 0.0)[:, None]
    return _of_pairs(centre, _plan(rate, np.nan_to_num(times), staff, usable))


def _plan(rate: Floats, handle_s: Floats, staff: Floats, usable: np.ndarray) -> Floats:
    """Solve min rho: sum_j y_ij = rate_i, sum_i handle_ij y_ij <= rho staff_j. Returns y_ij / rate_i, (Q, G)."""
    try:
        from scipy.optimize import linprog
    except ImportError as error:
        raise RuleError("the plan of shares by pair needs scipy; install ccenv[theory], or give the shares") from error
    shares = np.zeros(usable.shape)
    pairs = np.argwhere(usable)
    if not len(pairs):
        return shares
    n, (n_queues, n_groups) = len(pairs), usable.shape
    served, busy = np.zeros((n_queues, n + 1)), np.zeros((n_groups, n + 1))
    for k, (q, g) in enumerate(pairs):
        served[q, k] = 1.0
        busy[g, k] = handle_s[q, g] * rate[q]
    busy[:, n] = -staff
    asked = usable.any(axis=1)
    cost = np.zeros(n + 1)
    cost[n] = 1.0
    found = linprog(cost, busy, np.zeros(n_groups), served[asked], np.ones(int(asked.sum())))
    shares[tuple(pairs.T)] = found.x[:n]
    return shares


def _target_wait_s(centre: Centre) -> Values:
    """Wait [s] within which an answer is in time."""
    return tuple(float(queue.service_level_s) for queue in centre.queues.values())


def _queue_share(centre: Centre) -> Values:
    """Share of the contacts in line if waits are in the ratio of their targets, by Little's law."""
    load = offered(centre).rate.mean(axis=1)
    weights = [
        0.0 if queue.deferrable is not None else float(load[q]) * max(1.0, queue.service_level_s)
        for q, queue in enumerate(centre.queues.values())
    ]
    return tuple(w / (sum(weights) or 1.0) for w in weights)


def _group_share(centre: Centre) -> Values:
    """Share of the planned own advisors, over the day."""
    staff = np.where(_own(centre), offered(centre).staff.mean(axis=1), 0.0)
    return tuple(float(n) for n in staff / (staff.sum() or 1.0))


CONSTANTS: dict[str, Callable[[Centre], Values]] = {
    "handle_rate": _handle_rate,
    "advantage": _advantage,
    "planned_share": _planned_share,
    "own_team": _own_team,
    "help_tier": _help_tier,
    "skill_place": _skill_place,
    "waiting_cost": _waiting_cost,
    "abandon_rate": _abandon_rate,
    "target_wait_s": _target_wait_s,
    "queue_share": _queue_share,
    "group_share": _group_share,
}
