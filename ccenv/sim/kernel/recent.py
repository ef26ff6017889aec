"""Recent arrivals and abandonments of queues: counts that fade with time.

All are kept as of one time, `recent_t`: what is counted later weighs more, by as much as it will have faded less. So
whoever wants to know them needs one exponential for all queues.
"""

import numpy as np

from ccenv.sim.kernel.draws import exp
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.fields import RECENT_S

PER_RECENT_S = 1.0 / RECENT_S
PER_HOUR = 3600.0 / RECENT_S
KEPT_S = 10.0 * RECENT_S  # how long `recent_t` stays what it is, so that weights do not grow too large
STEP_S = 8.0
# what is left of a count after 0, 1, 2, ... steps, for as long as `recent_t` stays
FADED = np.array([exp(-k * STEP_S * PER_RECENT_S) for k in range(int(KEPT_S / STEP_S) + 1)])


@block
def _faded_long(past_s):
    """What is left of a count after a time that is beyond the table: nobody has come for long."""
    return exp(-past_s * PER_RECENT_S)


@block
def _renew(e, c):
    """Bring all counts up to now."""
    fade = exp((e.recent_t - e.t) * PER_RECENT_S)
    for q in range(c.n_queues):
        e.recent_arrivals[q] *= fade
        e.recent_abandoned[q] *= fade
    e.recent_t = e.t


@helper
def _weight(e, c):
    """What is counted now, as of `recent_t`."""
    if e.t - e.recent_t > KEPT_S:
        _renew(e, c)
    return exp((e.t - e.recent_t) * PER_RECENT_S)


@helper
def note_arrival(e, c, q):
    """A contact is offered to a queue."""
    weight = _weight(e, c)  # first, because it may bring the counts up to now
    e.recent_arrivals[q] += weight


@helper
def note_abandonment(e, c, q):
    """A contact abandons a queue."""
    weight = _weight(e, c)
    e.recent_abandoned[q] += weight


@helper
def faded(past_s):
    """What is left of a count after a time: by the table and a series, which is known sooner than `exp`.

    8 terms make it exact, since no more than a step remains.
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
    """What a recent count is to be multiplied by for its rate now, contacts per hour."""
    return faded(e.t - e.recent_t) * PER_HOUR
