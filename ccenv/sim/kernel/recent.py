"""Recent arrivals, abandonments and service levels of queues: counts that decay exponentially.

Arrivals and abandonments have the time constant `RECENT_S` and refer to one time, `e.recent_t`. An event after
`recent_t` is added with weight exp((t - recent_t) / RECENT_S). Reading the counts of all queues then takes a single
exponential. The service level is a ratio of two counts with the time constant `RECENT_LONG_S`, as of the last contact
that was answered or abandoned; both decay alike, so reading it takes none.
"""

import numpy as np

from ccenv.sim.kernel.bits import add
from ccenv.sim.kernel.draws import exp
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.fields import RECENT_LONG_S, RECENT_S

PER_RECENT_S = 1.0 / RECENT_S
PER_LONG_S = 1.0 / RECENT_LONG_S
PER_HOUR = 3600.0 / RECENT_S  # rate per hour of a decayed count of 1
KEPT_S = 10.0 * RECENT_S  # [s] after which `recent_t` is moved to now, to keep weights small
STEP_S = 8.0  # [s] step of the table
# decay factor after 0, 1, 2, ... steps, up to `KEPT_S`
FADED = np.array([exp(-k * STEP_S * PER_RECENT_S) for k in range(int(KEPT_S / STEP_S) + 1)])


@block
def _faded_long(past_s):
    """Return the decay factor after a time beyond the table: no contact has arrived or abandoned for `KEPT_S`."""
    return exp(-past_s * PER_RECENT_S)


@block
def _renew(e, c):
    """Decay all counts to now and set `recent_t` to now."""
    fade = exp((e.recent_t - e.t) * PER_RECENT_S)
    for q in range(c.n_queues):
        e.recent_arrivals[q] *= fade
        e.recent_abandoned[q] *= fade
    e.recent_t = e.t


@helper
def _weight(e, c):
    """Return the weight of an event now, as of `recent_t`; moves `recent_t` first if it is too old."""
    if e.t - e.recent_t > KEPT_S:
        _renew(e, c)
    return exp((e.t - e.recent_t) * PER_RECENT_S)


@helper
def note_arrival(e, c, q):
    """Count a contact that is offered to queue q."""
    weight = _weight(e, c)  # before the addition, because it may decay the counts
    e.recent_arrivals[q] += weight


@helper
def note_abandonment(e, c, q):
    """Count a contact that abandons queue q."""
    weight = _weight(e, c)
    e.recent_abandoned[q] += weight


@helper
def faded(past_s):
    """Return the decay factor after `past_s` seconds, from the table and a Taylor series; shorter latency than `exp`.

    The series covers at most one step, so 8 terms are exact to rounding.
    """
    if past_s > KEPT_S:
        return _faded_long(past_s)
    k = np.int64(past_s * (1.0 / STEP_S))
    x = (k * STEP_S - past_s) * PER_RECENT_S
    x2 = x * x
    low = (1.0 + x) + (1.0 / 2.0 + x * (1.0 / 6.0)) * x2
    high = (1.0 / 24.0 + x * (1.0 / 120.0)) + (1.0 / 720.0 + x * (1.0 / 5040.0)) * x2
    return FADED[k] * (low + high * (x2 * x2))


@helper
def recent_per_hour(e):
    """Return the factor from a count as of `recent_t` to its present rate in contacts per hour."""
    return faded(e.t - e.recent_t) * PER_HOUR


@helper
def note_served(e, q, in_time):
    """Count a contact that was answered or has abandoned; `in_time`: 1 if it was answered in time, else 0."""
    fade = exp((e.queue[q].served_t - e.t) * PER_LONG_S)
    e.queue[q].n_in_time = e.queue[q].n_in_time * fade + in_time
    e.queue[q].n_served = e.queue[q].n_served * fade + 1.0
    e.queue[q].served_t = e.t
    add(e.news_queues, q)


@helper
def recent_service_level(e, q):
    """Return the recent service level of queue q; 1 before the first contact is answered or abandons."""
    return e.queue[q].n_in_time / e.queue[q].n_served if e.queue[q].n_served > 0.0 else 1.0
