"""Decisions at an epoch: rules decide their half, the policy is asked for its own. Also the start of an episode."""

from ccenv.rules.dispatch import BAD_PACING, FIRST, assign_legal, choose, dial_legal, new_epoch, pace, route
from ccenv.sim.clock.clock import clear
from ccenv.sim.clock.history import become_past, choose_past
from ccenv.sim.decide import apply_action, can_act, coin, end_epoch
from ccenv.sim.handling.waiting import arm
from ccenv.sim.kernel.draws import U, mix, root_key, stream_key
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.shown.core import write_core
from ccenv.sim.shown.for_rules import EVERYTHING, FAST, show_rules, spoil
from ccenv.sim.shown.masks import legal, write_mask
from ccenv.sim.shown.observe import write_rest
from ccenv.sim.state.codes import (
    ASSIGN,
    DAY_S,
    HOLD,
    INFINITY,
    NIL,
    OK,
    PACING_ILLEGAL,
    READS_MORE,
    ROUTING_ILLEGAL,
    SAME_INSTANT,
)
from ccenv.sim.state.layout import HELD

# what the policy owns (`c.own`); rules own the rest
NOTHING, ROUTING, PACING, BOTH = range(4)
LARGE = 1e9  # a value that no field has


@helper
def restrict(mask, c):
    """Remove the actions that the policy does not own from a mask. Returns the number of legal actions left."""
    n = 0
    for a in range(c.n_actions):
        if a != HOLD and (c.action[a].kind == ASSIGN) != (c.own == ROUTING):
            mask[a] = False
        if mask[a]:
            n += 1
    return n


@helper
def _first_legal(mask, c):
    """Return the first legal action: `hold` where it is legal."""
    for a in range(c.n_actions):
        if mask[a]:
            return WHOLE(a)
    return WHOLE(NIL)


@helper
def _coin(e, c):
    """Return the decision's coin for rules; not computed (0.5) if no rule uses it."""
    return coin(e) if c.tosses != 0 else 0.5


@helper
def _given(e, c, snap, mask):
    """Return the policy's action and clear it; NIL if there is none, so the policy must be asked.

    An illegal action is counted. It stands for the first legal one, or the rules decide in its place.
    """
    a = WHOLE(e.given)
    e.given = NIL
    if a == NIL or (0 <= a < c.n_actions and mask[a]):
        return a
    e.n_illegal += 1
    e.illegal = 1
    if c.illegal_holds != 0:
        return _first_legal(mask, c)
    u = _coin(e, c)
    if c.own == ROUTING:
        return route(snap, mask, c, e.rule_state, u)
    if c.own == PACING:
        return pace(snap, mask, c, e.rule_state, u)
    return choose(snap, mask, c, e.rule_state, u)


@helper
def _routing_half(e, c, snap, mask):
    """Return the next action of the routing half; HOLD if it holds or has held, NIL if the policy must be asked."""
    if e.rule_state[HELD] != 0.0 or not assign_legal(mask, c):
        return WHOLE(HOLD)
    if c.own != ROUTING:
        return route(snap, mask, c, e.rule_state, _coin(e, c))
    if restrict(mask, c) == 1:
        return _first_legal(mask, c)
    return _given(e, c, snap, mask)


@block
def _choose_twice(e, c, snap, mask):
    """Return the rules' action, asked with two values in place of what they do not declare.

    If action or memory differ, the rules read something undeclared: this sets the row's failure.
    """
    n = FIRST + c.routing_state + c.pacing_state
    half = e.rule_state.shape[0] // 2
    for k in range(n):
        e.rule_state[half + k] = e.rule_state[k]
    spoil(e, c, snap, 0.0)
    a = choose(snap, mask, c, e.rule_state[half:], _coin(e, c))
    spoil(e, c, snap, LARGE)
    b = choose(snap, mask, c, e.rule_state, _coin(e, c))
    for k in range(n):
        if e.rule_state[half + k] != e.rule_state[k]:
            e.failure = READS_MORE
    if a != b:
        e.failure = READS_MORE
    return a


@helper
def _next_action(e, c, snap, mask):
    """Return the next action at this epoch; NIL if the policy must be asked, with the mask restricted to its half."""
    if c.own == BOTH:
        return _given(e, c, snap, mask)
    if c.own == NOTHING:
        if c.debug != 0 and c.rules_see == FAST:
            return _choose_twice(e, c, snap, mask)
        return choose(snap, mask, c, e.rule_state, _coin(e, c))
    if e.given == NIL:
        new_epoch(snap, e.rule_state)
    a = _routing_half(e, c, snap, mask)
    if a != HOLD:
        return a
    e.rule_state[HELD] = 1.0
    write_mask(snap, c, mask, e.waiting_bits)
    if not dial_legal(mask, c):
        return WHOLE(HOLD)
    if c.own == PACING:
        restrict(mask, c)
        return _given(e, c, snap, mask)
    return pace(snap, mask, c, e.rule_state, _coin(e, c))


@helper
def _is_settled(e, c, snap):
    """Return whether the policy's action settles this decision, so that the mask need not be written again.

    It does not if the action is illegal, or if it holds in the routing half, because the pacing rule is asked next.
    """
    a = e.given
    if a == HOLD:
        return c.own != ROUTING and legal(snap, c, a)
    return legal(snap, c, a) and (c.own == BOTH or (c.action[a].kind == ASSIGN) == (c.own == ROUTING))


@helper
def _act(e, c, log, a, number):
    """Apply action a of decision `number` (NIL: forced); `hold` ends the epoch."""
    apply_action(e, c, log, a, number)
    if a == HOLD:
        end_epoch(e, c, True)


@helper
def _show(e, c, snap, mask):
    """Write what rules and policy may read at this decision, and the mask. Returns the number of legal actions.

    The number is exact if it is below 2.
    """
    if c.own == NOTHING and c.rules_see == FAST:
        n = show_rules(e, c, snap, mask)
    else:
        write_core(e, c, snap)
        if c.rules_see == EVERYTHING:
            write_rest(e, c, snap)
        n = write_mask(snap, c, mask, e.waiting_bits)
    if c.by_slot != 0:
        snap.time_of_day_s = e.t - e.day * DAY_S
    return n


@helper
def _is_refused(e, mask, a):
    """Return whether a rule's action is refused, and set the row's failure: illegal, or `hold` where it is illegal."""
    if e.failure == OK:
        if a > HOLD or (a == HOLD and mask[HOLD]):
            return False
        e.failure = PACING_ILLEGAL if a == BAD_PACING else ROUTING_ILLEGAL
    return True


@helper
def ask(e, c, log, snap, mask):
    """Take one decision: act, or end the epoch if nothing can be done. Returns True if the policy must be asked."""
    if e.given != NIL and _is_settled(e, c, snap):
        a = WHOLE(e.given)
        e.given = NIL
        e.n_decisions += 1
        _act(e, c, log, a, e.n_decisions - 1)
        return False
    if e.given == NIL:
        if e.epoch_kind == SAME_INSTANT and not can_act(e, c):
            end_epoch(e, c, False)
            return False
        n = _show(e, c, snap, mask)
    else:  # nothing has happened since the policy was asked
        n = write_mask(snap, c, mask, e.waiting_bits)
    if n == 0 or (n == 1 and mask[HOLD]):
        end_epoch(e, c, can_act(e, c))  # a lead may be dialable although no action dials so few
        return False
    number = e.n_decisions
    if n == 1:
        number = WHOLE(NIL)
        new_epoch(snap, e.rule_state)  # a forced action may begin an epoch in which more is legal after it
        a = _first_legal(mask, c)
    else:
        a = _next_action(e, c, snap, mask)
        if a == NIL:
            arm(e, c)
            return True
        if _is_refused(e, mask, a):
            return False
        e.n_decisions += 1
        if c.own == NOTHING and c.rules_see == EVERYTHING and c.supervised == 0:
            e.last_decision_t = e.t  # for `since_last_s`, as if a policy had decided
    _act(e, c, log, a, number)
    return False


@helper
def _copy_past(e, words, past, k):
    """Copy stored state k into the record and clear its counters."""
    for j in range(words.shape[0]):
        words[j] = past[k, j]
    for j in range(e.counts.shape[0]):
        e.counts[j] = 0.0
        e.counts_before[j] = 0.0


@helper
def _n_written(words, c, first_lead):
    """Return how many words of a record a run may have written: without the leads unless a campaign keeps them."""
    for i in range(c.n_campaigns):
        if c.campaign[i].keeps != 0:
            return words.shape[0]
    return first_lead


@block
def start(e, c, words, first_lead, past, seed, episode):
    """Reset the record for an episode. Episode 0 runs under the seed itself, later ones under seeds derived from it.

    `past`: stored states, one of which the episode starts from, as rows of float64; empty if there is no history.
    `words`: the record as float64; its lead table starts at index `first_lead`.
    """
    stops, stop_t = e.stop_at_slots, e.stop_t
    own = seed if episode == 0 else mix(mix(seed) + U(episode))
    root = root_key(own)
    if past.shape[0] > 0:
        _copy_past(e, words, past, choose_past(root, past.shape[0]))
    else:
        for k in range(_n_written(words, c, first_lead)):
            words[k] = 0.0
    for k in range(e.rule_state.shape[0]):
        e.rule_state[k] = 0.0
    e.stop_at_slots = stops
    e.stop_t = stop_t if c.supervised != 0 else INFINITY
    e.stopped = 0
    e.given = NIL
    e.n_given = 0
    e.paid_events = NIL
    e.seed_0 = seed
    e.episode = episode
    e.root = root
    e.coin_key = stream_key(root, c.policy_stream)
    if past.shape[0] > 0:
        become_past(e, c)
    else:
        clear(e, c)
