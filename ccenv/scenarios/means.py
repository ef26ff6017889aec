"""Means of the distributions of time that a scenario can declare, in closed form."""

from __future__ import annotations

from ccenv.scenarios.compile.dists import dist_values, mean_of
from ccenv.scenarios.schema import Dist, Group, Queue


def mean_s(dist: float | Dist) -> float:
    """Return the mean [s] of a distribution of time; infinity if the event may never happen.

    Args:
        dist: A distribution of the scenario schema, or a plain number, which is the mean of an exponential distribution
            (0: no time).
    """
    return mean_of(dist_values(dist))


def chat_speed(queue: Queue, group: Group) -> float:
    """Return the most work per second of an advisor of a group who has chats of a queue; 1 for a queue of calls.

    It is the largest l r_l over the numbers l of chats that the group may have.
    """
    if queue.chat is None:
        return 1.0
    rates = queue.chat.rate_by_level[: group.capacity.chats]
    return max(level * rate for level, rate in enumerate(rates, 1))
