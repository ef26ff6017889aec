"""Wait of a contact that finds all advisors at work, and lengths at which a queue may be truncated."""

import math

import numpy as np
from scipy import sparse, special

__all__ = ["CUT", "patient_cap", "served_within", "unlimited_cap"]

CUT = 1e-13  # share of arrivals that may find a truncated queue full; in the model it is unlimited
_TERMS = 1e-17  # tail of the Poisson weights that uniformisation leaves out


def patient_cap(offered: float) -> int:
    """Queue length that is exceeded with a probability below `CUT` / 10 under every policy.

    With patience, a queue is stochastically no longer than one that is never served. That one is Poisson with mean
    `offered`, the arrival rate times the mean patience.
    """
    return _poisson_reach(offered, CUT / 10)


def unlimited_cap(decay: float) -> int:
    """Queue length whose geometric tail, with ratio `decay`, is `CUT` / 1000; at least 8."""
    return max(8, math.ceil(math.log(CUT / 1e3) / math.log(min(max(decay, 1e-6), 1 - 1e-6))))


def served_within(T_s: float, s: int, hour_in: float, hour_out: float, leave: float, queue_cap: int) -> np.ndarray:
    """Probability that a contact that has to wait is served within `T_s`, (s + 1, queue_cap + 1).

    Entry (j, k): all `s` advisors are at work, j of them on outbound, and k contacts wait ahead. Contacts are served in
    order of arrival and idle advisors take waiting contacts first, so later decisions do not matter. Computed by
    uniformisation of the chain of (j, k).

    Args:
        T_s: Threshold [s].
        s: Number of advisors.
        hour_in: Service rate of inbound, for each advisor [1/h].
        hour_out: Service rate of outbound, for each advisor [1/h].
        leave: Abandonment rate of a waiting contact [1/h].
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
    """Smallest number that a Poisson variable exceeds with a probability below `tail`."""
    counts = np.arange(math.ceil(mean + 12 * math.sqrt(mean)) + 40)
    return int(np.argmax(special.pdtrc(counts, mean) < tail))
