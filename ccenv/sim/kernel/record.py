"""Event log: one row per event, action and effect, written only if `log.on` is set."""

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import LOG_ACTION, LOG_FULL, NIL
from ccenv.sim.state.entities import LOG_ROWS

WHOLE = np.int64  # one integer type for all arguments, so that each function is compiled once
NONE = np.int64(NIL)


@block
def _write(e, log, code, kind, index, number, key, group, advisor, detail):
    """Append a row to the log. A full log sets `e.failure`; rows are never dropped silently."""
    n = log.n
    if n >= LOG_ROWS:
        e.failure = LOG_FULL
        return
    log.row[n].t = e.t
    log.row[n].code = code
    log.row[n].kind = kind
    log.row[n].index = index
    log.row[n].number = number
    log.row[n].key = key
    log.row[n].group = group
    log.row[n].advisor = advisor
    log.row[n].detail = detail
    log.n = n + 1


@helper
def note_action(e, log, number, action):
    """Log an action; `number` is that of the decision, NIL if the action was forced."""
    if log.on != 0:
        _write(e, log, WHOLE(LOG_ACTION), NONE, NONE, WHOLE(number), np.uint64(0), NONE, NONE, WHOLE(action))


@helper
def note_clock(e, log, code, number):
    """Log an event of the clock; `number` is the day, slot, mode, campaign, or 1 and 0 for a surge."""
    if log.on != 0:
        _write(e, log, WHOLE(code), NONE, NONE, WHOLE(number), np.uint64(0), NONE, NONE, WHOLE(0))


@helper
def note_lead(e, log, code, kind, index, number, key, detail):
    """Log an event of a lead outside of an attempt."""
    if log.on != 0:
        _write(e, log, WHOLE(code), WHOLE(kind), WHOLE(index), WHOLE(number), key, NONE, NONE, WHOLE(detail))


@helper
def note_advisor(e, c, log, code, a):
    """Log an event of advisor a that concerns no contact."""
    if log.on != 0:
        _write(e, log, WHOLE(code), NONE, NONE, NONE, np.uint64(0), WHOLE(c.advisor_group[a]), WHOLE(a), WHOLE(0))


@block
def _write_contact(e, c, log, code, s, detail):
    a = e.contact[s].advisor
    g = NONE
    if a != NIL:
        g = WHOLE(c.advisor_group[a])
    _write(
        e, log, code, WHOLE(e.contact[s].kind), WHOLE(e.contact[s].index), e.contact[s].number, e.contact[s].key, g,
        WHOLE(a),
        detail,
    )  # fmt: skip


@helper
def note_contact(e, c, log, code, s, detail):
    """Log an event of contact record s, with its advisor and group if it has one; `detail` depends on the code."""
    if log.on != 0:
        _write_contact(e, c, log, WHOLE(code), WHOLE(s), WHOLE(detail))
