"""Decision process of pacing, with one or more modes of the answer probability."""

from collections.abc import Sequence

import numpy as np

from ccenv.theory.mdp import Events, Space, steps
from ccenv.theory.models._model import Built, Floats, Ratio
from ccenv.theory.models._modes import HOUR_S, add_switches

__all__ = ["build_pacing"]


def build_pacing(
    n: int,
    answer_prob: Sequence[float],
    ring_s: float,
    talk_s: float,
    grace_s: float,
    wrap_s: float,
    max_ringing: int,
    waiting_cap: int,
    mean_s: Sequence[float] = (),
) -> Built:
    """Build events, choices and measures.

    State: `mode`, advisors `talking` and in `wrap_up`, lines `ringing`, connects `waiting`. Connects wait only while
    all advisors are at work. A choice dials 0, 1, ... lines, up to `max_ringing` ringing.

    Args:
        n: Number of advisors.
        answer_prob: Answer probability in each mode.
        ring_s: Mean ring time [s].
        talk_s: Mean talk time [s], without wrap-up.
        grace_s: Mean time that a connect waits [s]; 0 if it does not wait.
        wrap_s: Mean wrap-up [s]; 0 for none.
        max_ringing: Largest number ringing.
        waiting_cap: Largest number of connects waiting; one more is dropped.
        mean_s: Mean sojourn in each mode [s]; empty for one mode.
    """
    space = _space(len(answer_prob), n, wrap_s, max_ringing, waiting_cap)
    z, talking, wrap, ringing, waiting = space.states.T
    idle = n - talking - wrap
    end = ringing * HOUR_S / ring_s
    answered = end * np.asarray(answer_prob, float)[z]
    talk_end = talking * HOUR_S / talk_s
    wrap_end = wrap * HOUR_S / wrap_s if wrap_s else np.zeros(len(space))
    give_up = waiting * HOUR_S / grace_s if grace_s else np.zeros(len(space))
    next_ = (waiting > 0).astype(int)
    rings, joins = ringing > 0, idle > 0
    stays, lost = ~joins & (waiting < waiting_cap), ~joins & (waiting == waiting_cap)
    events = Events(space)
    events.add(rings, end - answered, ringing=-1)
    events.add(rings & joins, answered, ringing=-1, talking=1)
    events.add(rings & stays, answered, ringing=-1, waiting=1)
    events.add(rings & lost, answered, ringing=-1)
    if wrap_s:
        events.add(talking > 0, talk_end, talking=-1, wrap_up=1)
        events.add(wrap > 0, wrap_end, wrap_up=-1, talking=next_, waiting=-next_)
    else:
        events.add(talking > 0, talk_end, talking=next_ - 1, waiting=-next_)
    events.add(waiting > 0, give_up, waiting=-1)
    add_switches(events, space, mean_s)
    owner, to, dial = steps(space, "ringing", max_ringing - ringing)
    connects = answered * joins + next_ * (wrap_end if wrap_s else talk_end)
    ratios = _measures(n, space, connects, answered * lost + give_up)
    return Built(space, events.process(owner, to), dial[:, None], ratios)


def _space(n_modes: int, n: int, wrap_s: float, max_ringing: int, waiting_cap: int) -> Space:
    return Space(
        {
            "mode": n_modes,
            "talking": n + 1,
            "wrap_up": n + 1 if wrap_s else 1,
            "ringing": max_ringing + 1,
            "waiting": waiting_cap + 1,
        },
        lambda c: (c["talking"] + c["wrap_up"] <= n) & ((c["waiting"] == 0) | (c["talking"] + c["wrap_up"] == n)),
    )


def _measures(n: int, space: Space, connects: Floats, drops: Floats) -> dict[str, Ratio]:
    ringing = space["ringing"]
    return {
        "connects_per_h": Ratio(connects),
        "drops_per_h": Ratio(drops),
        "drop_rate": Ratio(drops, connects + drops),
        "utilisation": Ratio((space["talking"] + space["wrap_up"]) / n),
        "mean_ringing": Ratio(ringing.astype(float)),
        "p_max_ringing": Ratio((ringing == ringing.max()).astype(float)),
    }
