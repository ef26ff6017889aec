"""How long a contact waits that finds all at work, and how long a queue must be allowed to grow."""

import math

import numpy as np
from scipy import sparse, special

__all__ = ["CUT", "patient_cap", "served_within", "unlimited_cap"]

CUT = 1e-13  # share of arrivals that may meet the end of a queue that is unlimited in the model
_TERMS = 1e-17  # of the Poisson weights in uniformisation


def patient_cap(offered: float) -> int:
    """Queue length that is exceeded with a probability below `CUT` under every policy.

    With patience a queue is never longer, in distribution, than one in which nobody is ever served: Poisson with mean
    `offered`, the arrival rate times the mean patience.
    """
    return _poisson_reach(offered, CUT / 10)


def unlimited_cap(decay: float) -> int:
    """Queue length that is exceeded with a probability of about `CUT` if each one more is `decay` times as likely."""
    return max(8, math.ceil(math.log(CUT / 1e3) / math.log(min(max(decay, 1e-6), 1 - 1e-6))))


def served_within(T_s: float, s: int, hour_in: float, hour_out: float, leave: float, queue_cap: int) -> np.ndarray:
    """Probability that a contact that has to wait is served within `T_s`, (s + 1, queue_cap + 1).

    All `s` advisors are at work, j of them on outbound, and k wait ahead: with everybody served in order of arrival
    and idle advisors taking waiting contacts first, nothing that is decided meanwhile matters. Uniformisation of the
    chain of (j, k).

    Args:
        T_s: Threshold [s].
        s: Number of advisors.
        hour_in: Inbound contacts that an advisor finishes [1/h].
        hour_out: Outbound contacts that an advisor finishes [1/h].
        leave: Rate at which a waiting contact gives up [1/h].
        queue_cap: Largest k.
    """
    j, k = (part.ravel() for part in np.indices((s + 1, queue_cap + 1)))
    here = np.arange(len(j))
    scale = s * max(hour_in, hour_out) + (queue_cap + 1) * leave
    inbound_ends, outbound_ends, ahead = (s - j) * hour_in, j * hour_out, k > 0
    rows = [here[ahead], here[ahead & (j > 0)], here]
    columns = [here[ahead] - 1, (here - queue_cap - 2)[ahead & (j > 0)], here]
    rates = [
        (inbound_ends + k * leave)[ahead],
        outbound_ends[ahead & (j > 0)],
        scale - inbound_ends - outbound_ends - (k + 1) * leave,
    ]
    step = sparse.csr_array(
        (np.concatenate(rates) / scale, (np.concatenate(rows), np.concatenate(columns))), shape=(len(j), len(j))
    )
    served_now = np.where(ahead, 0.0, inbound_ends + outbound_ends) / scale
    mean = scale * T_s / 3600.0
    counts = np.arange(_poisson_reach(mean, _TERMS) + 1)
    weights = np.exp(special.xlogy(counts, mean) - mean - special.gammaln(counts + 1))
    by_now, total = np.zeros(len(j)), np.zeros(len(j))
    for weight in weights:
        total += weight * by_now
        by_now = step @ by_now + served_now
    return total.reshape(s + 1, queue_cap + 1)


def _poisson_reach(mean: float, tail: float) -> int:
    """The smallest number that a Poisson variable exceeds with a probability below `tail`."""
    counts = np.arange(math.ceil(mean + 12 * math.sqrt(mean)) + 40)
    return int(np.argmax(special.pdtrc(counts, mean) < tail))
