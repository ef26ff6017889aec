"""Assigning the head of a queue to an advisor."""

from ccenv.sim.advisors.chat_levels import call_advisor
from ccenv.sim.advisors.idle_list import first_idle, idle_take
from ccenv.sim.advisors.state import set_state
from ccenv.sim.advisors.talking import count_answered, enter_service
from ccenv.sim.handling.alerting import picks_up, ring_at
from ccenv.sim.handling.callbacks import ring_back
from ccenv.sim.handling.deferring import begin_work, interrupt
from ccenv.sim.handling.service import begin_service, hand_over
from ccenv.sim.handling.waiting import arm, count_wait
from ccenv.sim.kernel.contacts import alert, cancel_contact, leave_queue
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    AWAITING_ANSWER,
    CALLBACK_RINGING,
    HANDING_OVER,
    IDLE,
    LOG_ALERTING,
    LOG_ASSIGNED,
    NIL,
    VIRTUAL,
)


@helper
def _choose_advisor(e, c, s, g):
    """Return the preferred advisor of an identified contact if idle and in group g, else the group's first idle one."""
    a = e.contact[s].preferred
    if a != NIL and e.contact[s].identified != 0 and c.advisor_group[a] == g and e.advisor[a].state == IDLE:
        return a
    return first_idle(e, c, g)


@block
def _choose_busy(e, c, log, g):
    """Return an advisor of group g, which has no idle one: one with few chats, else one whose work is interrupted."""
    a = call_advisor(e, c, g) if c.beside != 0 else NIL
    return a if a != NIL else interrupt(e, c, log, g)


@block
def _ring_in_vain(e, c, log, s, a):
    """Let the head of a queue ring at an advisor who does not pick up; its patience runs on."""
    arm(e, c)  # `leave_queue` would leave out a patience that is not drawn yet
    leave_queue(e, s)
    alert(e, s, a)
    note_contact(e, c, log, LOG_ALERTING, s, 0)
    idle_take(e, c, a, AWAITING_ANSWER)
    ring_at(e, c, s, a)


@block
def assign(e, c, log, q, g):
    """Assign the head of queue q to an idle advisor of group g; without one, beside chats or interrupting work.

    A waiting contact begins service, or a handover if it is the leg of a warm transfer. A virtual one is called back.
    Deferrable work is begun or resumed.
    If an idle advisor does not pick up, the contact rings there in vain; one who is not idle picks up.
    """
    s = e.queue[q].head
    if c.queue[q].deferrable != 0:
        begin_work(e, c, log, s, _choose_advisor(e, c, s, g))
        return
    idle = e.group[g].n[IDLE] > 0
    a = _choose_advisor(e, c, s, g) if idle else _choose_busy(e, c, log, g)
    if idle and not picks_up(e, c, s, a):
        _ring_in_vain(e, c, log, s, a)
        return
    wait = e.t - e.contact[s].entry_s
    virtual = e.contact[s].phase == VIRTUAL
    leave_queue(e, s)
    e.contact[s].advisor = a
    if virtual:
        e.contact[s].phase = CALLBACK_RINGING
        idle_take(e, c, a, AWAITING_ANSWER)
        ring_back(e, c, log, s)
        return
    count_wait(e, q, wait)
    count_answered(e, c, s, wait)
    e.queue_count[q].wait_answered_s += wait
    e.queue[q].last_wait_s = wait
    e.contact[s].waited_s += wait
    note_contact(e, c, log, LOG_ASSIGNED, s, 0)
    if idle:
        idle_take(e, c, a, ADVISOR_TALKING)
    else:
        set_state(e, c, a, ADVISOR_TALKING)
    enter_service(e, c, s, a)
    if e.contact[s].partner != NIL:
        cancel_contact(e, s)
        e.contact[s].phase = HANDING_OVER
        hand_over(e, c, log, s)
    else:
        begin_service(e, c, s)
