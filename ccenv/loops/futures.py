"""Who acts at a decision, and what other actions earn: copies of a running row go on under one hidden future.

A compiled policy is a function `(snap, mask, c, params, state, u)` to the index of a legal action, called by its
address (`ccenv.sim.kernel.pointers`). It reads the observation in `snap.observed`. Its memory `state` holds its own
length in `state[LENGTH]`, and the action of the base in `state[BASE]` where it is asked over a base.

A row is copied once for each legal action. The action is forced in the copy, and the base goes on to the horizon. All
copies of a decision have the same hidden future: the row's own, or one redrawn under a key. Rewards are those of
`Batch.step`: gains of the counters, and time that is not counted yet.
"""

import numpy as np

from ccenv.loops.batch import _count_from_here, _pay, pay_from_here
from ccenv.loops.drive import PACING, ROUTING, ask
from ccenv.rules.dispatch import BAD_PACING, choose, pace, route
from ccenv.sim.advance import advance
from ccenv.sim.decide import coin
from ccenv.sim.forks.fork import redraw
from ccenv.sim.kernel.jit import block, bounded, helper
from ccenv.sim.kernel.pointers import call
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.shown.marks import TO_NOBODY
from ccenv.sim.shown.observe import write_rest
from ccenv.sim.state.codes import (
    ASSIGN,
    COUNTING,
    FREE,
    HOLD,
    INTERVAL,
    NIL,
    OK,
    PACING_ILLEGAL,
    ROUTING_ILLEGAL,
    TERMINATED,
    TRUNCATED,
)
from ccenv.sim.state.layout import HELD

# who acts: the rules of the run; a policy; a policy that is told the action of the rules, or of another policy
RULES, POLICY, OVER_RULES, OVER_POLICY = range(4)
LENGTH, BASE = range(2)  # of a policy's memory
ENDLESS = 2**62

#: What a call does. `kind`: who acts; `policy_at`, `base_at`: addresses. `share`, `share_assign`: probability to keep a
#: decision, the second where the base assigns a contact. `tries`: whether actions are tried at decisions kept.
#: `once`: rows stand at a decision and are kept as they are; else they run to the end of their episode. `wander`:
#: probability of a random action. `n_copied`: words of a record that a run may have written; `contacts_at`,
#: `contacts_end`, `contact_words`: begin and end of its contact records, and words of one. `first`, `resumes`: row to
#: begin with, and whether it is in the middle of its episode. `n`: decisions kept so far. `rng`: state of the draws.
JOB = np.dtype(
    [("kind", "i8"), ("policy_at", "i8"), ("base_at", "i8"), ("once", "i8"), ("tries", "i8"), ("first", "i8"),
     ("resumes", "i8"), ("n_copied", "i8"), ("contacts_at", "i8"), ("contacts_end", "i8"), ("contact_words", "i8"),
     ("n", "i8"), ("n_futures", "i8"), ("rng", "u8"), ("share", "f8"), ("share_assign", "f8"), ("wander", "f8"),
     ("horizon_s", "f8"), ("hold_s", "f8")],
    align=True,
)  # fmt: skip


@block
def advance_on(e, c, log):
    """`advance` as a block, so that it is compiled once."""
    return advance(e, c, log)


@block
def ask_once(e, c, log, snap, mask):
    """`ask` as a block, so that it is compiled once."""
    return ask(e, c, log, snap, mask)


@block
def _of_rules(e, c, snap, mask):
    """Return the rules' action in the half that the policy owns; an action that a rule may not take fails the row."""
    u = coin(e) if c.tosses != 0 else 0.5
    if c.own == ROUTING:
        a = route(snap, mask, c, e.rule_state, u)
    elif c.own == PACING:
        a = pace(snap, mask, c, e.rule_state, u)
    else:
        a = choose(snap, mask, c, e.rule_state, u)
    if a < 0 or not mask[a]:
        e.failure = PACING_ILLEGAL if a == BAD_PACING else ROUTING_ILLEGAL
        return WHOLE(HOLD)
    return a


@block
def decide(e, c, snap, mask, job, policy, base):
    """Return the action of who acts. `policy`, `base`: parameters and memory of the policies."""
    a = WHOLE(NIL)
    if job.kind == RULES or job.kind == OVER_RULES:
        a = _of_rules(e, c, snap, mask)
    if job.kind != RULES:
        write_rest(e, c, snap)
        u = coin(e)
        if job.kind == OVER_POLICY:
            a = WHOLE(call(job.base_at, snap, mask, c, base[0], base[1], u))
        policy[1][BASE] = a
        a = WHOLE(call(job.policy_at, snap, mask, c, policy[0], policy[1], u))
    return a


@bounded
def copy(source, target, first, end):
    """Copy the elements from `first` to `end`, as far as both arrays reach."""
    for k in range(first, min(end, source.shape[0], target.shape[0])):
        target[k] = source[k]


@helper
def top_of(e):
    """Return the number of contact records, from the first one on, beyond which all are free and linked in order."""
    n = e.contact.shape[0]
    s = n
    while s > 0 and e.contact[s - 1].phase == FREE and e.contact[s - 1].next == (s if s < n else NIL):
        s -= 1
    return WHOLE(s)


@helper
def copy_record(words, scratch, job, top):
    """Copy a record, without contact records that are free and linked in order on both sides."""
    most = max(top, top_of(scratch[0][0]))
    copy(words, scratch[1][0], 0, job.contacts_at + job.contact_words * most)
    copy(words, scratch[1][0], job.contacts_end, job.n_copied)


@helper
def _level(snap, c, i, a):
    """Return how many lines of campaign i ring once action a has been taken."""
    dialed = c.action[a].n if a != HOLD and c.action[a].index == i else 0
    return snap.ringing[i] + dialed


@helper
def _up_to(snap, mask, c, i, level):
    """Return the largest legal dial of campaign i that leaves at most `level` lines ringing, or `hold`."""
    best = WHOLE(HOLD)
    most = 0
    for a in range(c.first_dial[i], c.first_dial[i + 1]):
        if mask[a] and most < c.action[a].n <= level - snap.ringing[i]:
            best = WHOLE(a)
            most = c.action[a].n
    return best


@helper
def _held(snap, mask, c, a, levels, own):
    """Return what the action a that is held makes of the base's own action.

    A held dial, or `hold`, keeps as many lines ringing as it left at its decision. The base goes on to assign contacts,
    and to dial for other campaigns.
    """
    if own != HOLD and c.action[own].kind == ASSIGN:
        return own
    for i in range(c.n_campaigns):
        if a == HOLD or c.action[a].index == i:
            dial = _up_to(snap, mask, c, i, levels[i])
            if dial != HOLD:
                return dial
            if own != HOLD and c.action[own].index == i:
                return WHOLE(HOLD) if mask[HOLD] else own
    return own


@block
def _future(e, c, c_rules, log, snap, mask, out, paid, job, policy, base, levels, a):
    """Force action a, go on to the horizon under the base, and return the reward; nan if the copy failed."""
    pay_from_here(e, c, paid)
    e.paid_events = NIL
    _pay(e, c, out, paid)  # time that runs, such as that of contacts who wait now, is paid up to here
    until = e.t + job.horizon_s
    held_until = e.t if c.action[a].kind == ASSIGN else e.t + job.hold_s
    e.stop_t = until
    e.stop_at_slots = 0
    e.pause_at = ENDLESS
    for i in range(c.n_campaigns):
        levels[i] = _level(snap, c, i, a)
    e.rule_state[HELD] = 0.0
    e.given = a
    forced = True
    told = False
    while True:
        rules_alone = job.kind == RULES and not forced and e.t >= held_until
        if rules_alone and not told:
            e.shown = TO_NOBODY
            told = True
        if e.in_epoch != 0:
            if rules_alone:
                ask_once(e, c_rules, log, snap, mask)
            elif ask_once(e, c, log, snap, mask):
                own = decide(e, c, snap, mask, job, policy, base)
                e.last_decision_t = e.t  # for `since_last_s`
                e.given = _held(snap, mask, c, a, levels, own) if e.t < held_until else own
            forced = False
        else:
            stop = advance_on(e, c_rules if rules_alone else c, log)
            if stop == COUNTING:
                _count_from_here(e, c, paid)
            if stop == INTERVAL or stop == TERMINATED or stop == TRUNCATED:
                break
        if e.failure != OK:
            return np.nan
    e.paid_events = NIL
    _pay(e, c, out, paid)
    return out.reward


@block
def try_all(row, words, flat, mask, c, c_rules, log, job, policy, base, s, keys, allowed, own, gain):
    """Write the reward after each legal action, and after the base's own, to `gain[f, a]`; nan elsewhere."""
    spent = 0
    top = top_of(row)
    for f in range(job.n_futures):
        for a in range(c.n_actions):
            gain[f, a] = np.nan
            if mask[a] and (allowed[a] or a == own):
                e = s[0][0]
                copy_record(words, s, job, top)
                copy(flat, s[2][0], 0, flat.shape[0])
                for k in range(mask.shape[0]):
                    s[4][0, k] = mask[k]
                if keys.shape[0] > 0:
                    redraw(e, c, keys[f])
                before = e.n_events
                gain[f, a] = _future(
                    e, c, c_rules, log, s[3][0], s[4][0], s[5][0], s[7][0], job, policy, base, s[6], WHOLE(a)
                )
                if e.failure != OK:
                    return WHOLE(-1)
                spent += e.n_events - before
    return WHOLE(spent)
