"""Random load: the level of the day, the levels of its slots, the mode of a switching load, and surges."""

import math

from ccenv.sim.arriving.arrivals import change_factor
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import entity_key, exp, happens, log, normal, uniform
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_clock
from ccenv.sim.state.codes import (
    CLOCK_EVENT,
    DAY_LEVEL,
    DAY_S,
    GAP,
    LOG_MODE,
    LOG_SURGE,
    MODE,
    MODE_TIMER,
    NIL,
    SLOT_LEVEL,
    SURGE_LENGTH,
    SURGE_P,
    SURGE_START,
    SURGE_TIMER,
)


@helper
def factor_of(e, c, q):
    """Return the current factor of a queue's arrival rate, without the slot level."""
    factor = e.level
    if c.switches != 0:
        factor *= c.mode_arrivals[e.mode]
    if e.surging != 0 and c.queue[q].surges != 0:
        factor *= c.surge_factor
    return factor


@block
def _draw_slot_levels(e, c):
    """Draw the slot levels of the day: an autoregression of order 1 in the logarithms.

    It models the dependence between slots that a day level cannot give. Oreshkin, Regnard & L'Ecuyer (2016) show that
    factors of the day alone, or of each period alone, fit badly.
    """
    sigma = c.slot_sigma
    z = 0.0
    for k in range(c.day_slots):
        if sigma > 0.0:
            x = -normal(uniform(entity_key(e.root, c.slot_stream, e.day * c.day_slots + k), SLOT_LEVEL))
            r = 0.0 if k == 0 else c.slot_correlation
            z = r * z + math.sqrt(1.0 - r * r) * x
        e.slot_level[e.slot + k] = exp(sigma * z - 0.5 * sigma * sigma)


@block
def draw_levels(e, c):
    """Draw the levels of the day and of its slots."""
    e.level = 1.0
    if c.day_dist != NIL:
        e.level = draw(c.dist[c.day_dist], uniform(entity_key(e.root, c.day_stream, e.day), DAY_LEVEL))
    _draw_slot_levels(e, c)


@helper
def _next_mode_key(e, c):
    key = entity_key(e.root, c.mode_stream, e.n_modes)
    e.n_modes += 1
    return key


@helper
def _schedule_mode(e, c, key):
    due = e.t - log(uniform(key, GAP)) * c.mode_mean_s[e.mode]
    if due < e.close_t or c.continuous != 0:
        schedule(e, MODE_TIMER, due, CLOCK_EVENT)
    else:
        cancel(e, MODE_TIMER)


@helper
def begin_modes(e, c):
    """Draw the mode at the opening from the stationary distribution, and schedule its end."""
    if c.switches != 0:
        key = _next_mode_key(e, c)
        p = c.mode_mean_s[1] / (c.mode_mean_s[0] + c.mode_mean_s[1])
        e.mode = 1 if uniform(key, MODE) < p else 0
        _schedule_mode(e, c, key)


@helper
def redraw_mode(e, c):
    """Redraw the mode of a fork: its end always, the mode itself only if it is not observed.

    An unobserved mode comes from the stationary distribution. The end may be drawn anew because the exponential
    duration is memoryless.
    """
    if c.switches != 0:
        seen = e.mode
        begin_modes(e, c)
        if c.mode_seen != 0:
            e.mode = seen
            _schedule_mode(e, c, _next_mode_key(e, c))


@helper
def on_mode(e, c, events):
    """Switch to the other mode, schedule its end, and reschedule the arrivals."""
    e.mode = 1 - e.mode
    e.unseen = 1 - c.mode_seen
    note_clock(e, events, LOG_MODE, e.mode)
    _schedule_mode(e, c, _next_mode_key(e, c))
    for q in range(c.n_queues):
        change_factor(e, c, q, factor_of(e, c, q))


@helper
def begin_surge(e, c):
    """Draw whether there is a surge today, and schedule its beginning."""
    e.surging = 0
    key = entity_key(e.root, c.surge_stream, e.day)
    if happens(c.p_surge, key, SURGE_P):
        start = c.surge_from_s + uniform(key, SURGE_START) * (c.surge_until_s - c.surge_from_s)
        due = max(e.day * DAY_S + start, e.t)
        if due < e.close_t:
            schedule(e, SURGE_TIMER, due, CLOCK_EVENT)


@helper
def on_surge(e, c, events):
    """Begin or end a surge, and reschedule the arrivals of the queues that it affects."""
    e.surging = 1 - e.surging
    e.unseen = 1
    note_clock(e, events, LOG_SURGE, e.surging)
    due = e.close_t
    if e.surging != 0:
        key = entity_key(e.root, c.surge_stream, e.day)
        due = e.t + draw(c.dist[c.surge_lasts], uniform(key, SURGE_LENGTH))
    if due < e.close_t:
        schedule(e, SURGE_TIMER, due, CLOCK_EVENT)
    else:
        cancel(e, SURGE_TIMER)
    for q in range(c.n_queues):
        if c.queue[q].surges != 0:
            change_factor(e, c, q, factor_of(e, c, q))
