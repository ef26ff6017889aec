"""Recent arrivals and abandonments of queues: counts that fade with time.

All are kept as of one time, `recent_t`: what is counted later weighs more, by as much as it will have faded less. So
whoever wants to know them needs one exponential for all queues.
"""

from ccenv.sim.draws import exp
from ccenv.sim.fields import RECENT_S
from ccenv.sim.jit import block, helper

PER_RECENT_S = 1.0 / RECENT_S
PER_HOUR = 3600.0 / RECENT_S
KEPT_S = 10.0 * RECENT_S  # how long `recent_t` stays what it is, so that weights do not grow too large


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
def recent_per_hour(e):
    """What a recent count is to be multiplied by for its rate now, contacts per hour."""
    return exp((e.recent_t - e.t) * PER_RECENT_S) * PER_HOUR
