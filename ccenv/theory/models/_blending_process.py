"""Decision process of blending, with one or more modes of the arrival rate."""

from collections.abc import Sequence

import numpy as np

from ccenv.theory.mdp import Events, Space, steps
from ccenv.theory.models._model import Built, Floats, Ratio
from ccenv.theory.models._modes import HOUR_S, add_switches, mode_shares
from ccenv.theory.models._tails import served_within

__all__ = ["build_blending"]


def build_blending(
    s: int,
    arrivals: Sequence[float],
    inbound_aht_s: float,
    outbound_aht_s: float,
    mean_patience_s: float,
    T_s: float,
    queue_cap: int,
    mean_s: Sequence[float] = (),
) -> Built:
    """Build events, choices and measures.

    State: `mode`, `inbound` and `outbound` in service, `waiting`. Contacts wait only while all advisors are at work. A
    choice starts 0, 1, ... outbound contacts with idle advisors.

    Args:
        s: Number of advisors.
        arrivals: Arrival rate in each mode [1/h].
        inbound_aht_s: Mean handle time of inbound [s].
        outbound_aht_s: Mean handle time of outbound [s].
        mean_patience_s: Mean patience [s]; 0 for infinite patience.
        T_s: Threshold of the service level [s].
        queue_cap: Largest number waiting; an arrival that finds it is lost.
        mean_s: Mean sojourn in each mode [s]; empty for one mode.
    """
    space = Space(
        {"mode": len(arrivals), "inbound": s + 1, "outbound": s + 1, "waiting": queue_cap + 1},
        lambda c: (c["inbound"] + c["outbound"] <= s) & ((c["waiting"] == 0) | (c["inbound"] + c["outbound"] == s)),
    )
    z, i, j, q = space.states.T
    idle = s - i - j
    rate = np.asarray(arrivals, float)[z]
    hour_in, hour_out = HOUR_S / inbound_aht_s, HOUR_S / outbound_aht_s
    leave = HOUR_S / mean_patience_s if mean_patience_s else 0.0
    fits = (idle > 0) | (q < queue_cap)
    next_ = (q > 0).astype(int)
    events = Events(space)
    events.add(fits, rate, inbound=(idle > 0).astype(int), waiting=(idle == 0).astype(int))
    events.add(i > 0, i * hour_in, inbound=next_ - 1, waiting=-next_)
    events.add(j > 0, j * hour_out, outbound=-1, inbound=next_, waiting=-next_)
    events.add(q > 0, q * leave, waiting=-1)
    add_switches(events, space, mean_s)
    owner, to, start = steps(space, "outbound", idle)
    process = events.process(owner, to)
    served = served_within(T_s, s, hour_in, hour_out, leave, queue_cap)  # (s + 1, queue_cap + 1)
    mean_rate = float(mode_shares(len(arrivals), mean_s) @ np.asarray(arrivals, float))
    ratios = _measures(s, i, j, q, rate, mean_rate, hour_out, leave, np.where(idle > 0, 1.0, served[j, q]), ~fits)
    return Built(space, process, start[:, None], ratios)


def _measures(
    s: int,
    i: np.ndarray,
    j: np.ndarray,
    q: np.ndarray,
    rate: Floats,
    mean_rate: float,
    hour_out: float,
    leave: float,
    served: Floats,
    cut: np.ndarray,
) -> dict[str, Ratio]:
    offered = mean_rate if mean_rate > 0 else 1.0
    return {
        "outbound_per_h": Ratio(j * hour_out),
        "e_wait_s": Ratio(q * HOUR_S, offered),
        "p_wait": Ratio(rate * (i + j == s), offered),
        "sl_T": Ratio(rate * served, offered, sign=-1),
        "p_abandon": Ratio(q * leave, offered),
        "lq": Ratio(q.astype(float)),
        "utilisation": Ratio((i + j) / s),
        "p_cut": Ratio(rate * cut, offered),
    }
