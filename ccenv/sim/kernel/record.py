"""The event log."""

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import LOG_ACTION, LOG_FULL, NIL
from ccenv.sim.state.entities import LOG_ROWS

WHOLE = np.int64  # one integer type for each argument, so that each function is compiled once
NONE = np.int64(NIL)


@block
def _write(e, log, code, kind, index, number, key, group, advisor, detail):
    """One row at the end of the log; a full log is a failure of the run, never a loss."""
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
    """A row about a decision."""
    if log.on != 0:
        _write(e, log, WHOLE(LOG_ACTION), NONE, NONE, WHOLE(number), np.uint64(0), NONE, NONE, WHOLE(action))


@helper
def note_clock(e, log, code, number):
    """A row that concerns the whole centre."""
    if log.on != 0:
        _write(e, log, WHOLE(code), NONE, NONE, WHOLE(number), np.uint64(0), NONE, NONE, WHOLE(0))


@helper
def note_lead(e, log, code, kind, index, number, key, detail):
    """A row about a lead that is in no attempt."""
    if log.on != 0:
        _write(e, log, WHOLE(code), WHOLE(kind), WHOLE(index), WHOLE(number), key, NONE, NONE, WHOLE(detail))


@helper
def note_advisor(e, c, log, code, a):
    """A row about an advisor without a contact."""
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
    """A row about contact record s, with its advisor if it has one."""
    if log.on != 0:
        _write_contact(e, c, log, WHOLE(code), WHOLE(s), WHOLE(detail))
