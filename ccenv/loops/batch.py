"""Entry point of the batch: each row starts, acts or continues, and runs to its next decision or the episode's end.

There is a single entry with one call of each big function, because each entry compiles everything that it calls again.
`words`: the environment records as rows of float64; the lead table of a row starts at index `first_lead`.
`taken`: the actions of each row's running episode, from which the row can be run again.
`paid`: for each row, by term of reward and cost, its counter at the last decision.

A call handles at most `MOST_EVENTS` events and then returns, so that Python sees a pending signal. The caller continues
with the commands `RESUME` for the row that was interrupted and the old ones for the rows after it.
"""

from ccenv.loops.drive import ask, start
from ccenv.sim.advance import advance
from ccenv.sim.decide import coin
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.contacts import uncounted_waiting_s
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, entry, helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.shown.core import write_core
from ccenv.sim.shown.observe import write_rest
from ccenv.sim.shown.observed import copy_observed
from ccenv.sim.state.codes import (
    ACTIONS_FULL,
    COUNTING,
    EPOCH,
    HOLD,
    INTERVAL,
    NIL,
    NOT_BEGUN,
    OK,
    TERMINATED,
    TRUNCATED,
)

# what a step does with a row whose episode is over: begin anew, or nothing
NEXT_STEP, DISABLED = range(2)
# command of a row: nothing; take the action; start under a new seed; continue after a stop at an interval, and the same
# as a step of a supervisor, with its pay; start the episode of the record anew; continue what a stop for signals, or
# for want of room, interrupted
REST, ACT, START, GO_ON, SUPERVISE, AGAIN, RESUME = range(7)
# `e.done`: at a decision; over and reported; over within `reset`, so the next step reports it: UNTOLD + the stop code
DECIDING, OVER = range(2)
UNTOLD = OVER
MOST_EVENTS = 100_000  # of all rows in one call: well below a second of work
ALL_OVER = 2**62  # `run_rows` returns it if no row can act, because all episodes are over and none is begun anew
REFUSED = NIL - 1  # `run_rows` returns REFUSED - row if it refuses the action of a row


@block
def _look(e, c, stop, snap, mask, out):
    """Write observation, coin and decision number; after the last step also the core, and a mask of `hold` only."""
    if stop != EPOCH:
        write_core(e, c, snap)
        mask[HOLD] = True
        for a in range(1, c.n_actions):
            mask[a] = False
    write_rest(e, c, snap)
    out.u = coin(e)
    out.decision = e.n_decisions
    out.warm_up = e.counting == 0


@helper
def _uncounted_advisor_s(e, c, g, state):
    """Return the time [s] that the advisors of group g in this state have spent in it and that is not counted yet."""
    time = 0.0
    left = e.group[g].n[state]
    a = c.first_advisor[g]
    while left > 0:
        if e.advisor[a].state == state:
            time += e.t - e.advisor[a].since
            left -= 1
        a += 1
    return time


@helper
def _pay_nothing(out):
    out.reward = 0.0
    out.cost = 0.0
    out.cost_base = 0.0
    out.elapsed_s = 0.0
    out.illegal = False


@helper
def _gain(paid, k, total):
    """Return the gain of term k since the last decision; `total`: the present value of its counter."""
    gain = total - paid[k]
    paid[k] = total
    return gain


@helper
def _pay_for_counts(e, c, out, paid):
    """Pay reward and cost of counts. All terms are added, because testing each gain for zero is slower."""
    reward = 0.0
    cost = 0.0
    cost_base = 0.0
    most = min(c.term_place.shape[0], paid.shape[0])  # bounds the loops, so that the compiler drops the index checks
    for k in range(min(c.n_free, most)):
        reward += c.term_reward[k] * _gain(paid, k, e.counts[c.term_place[k]])
    for k in range(c.n_free, min(c.n_costs, most)):
        gain = _gain(paid, k, e.counts[c.term_place[k]])
        reward += c.term_reward[k] * gain
        cost += c.term_cost[k] * gain
        cost_base += c.term_cost_base[k] * gain
    out.reward = reward
    out.cost = cost
    out.cost_base = cost_base


@helper
def _pay_for_time(e, c, out, paid):
    """Pay the reward for time of advisors and of waiting, including time that is not in the counters yet.

    This time is not added to the counters here: splitting an interval changes the rounding of the sum, so the counters
    would depend on the times of decisions.
    """
    for k in range(c.n_costs, c.n_staffed):
        uncounted_s = _uncounted_advisor_s(e, c, c.staffed[k].group, c.staffed[k].state)
        out.reward += c.term_reward[k] * _gain(paid, k, e.counts[c.term_place[k]] + uncounted_s)
    for word in range(e.waited_queues.shape[0]):
        left = e.waited_queues[word]
        e.waited_queues[word] = e.waiting_bits[word] | e.alerting_bits[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            k = c.waiting_term[q]
            if k != NIL:
                out.reward += c.term_reward[k] * _gain(paid, k, e.counts[c.term_place[k]] + uncounted_waiting_s(e, q))
            left = without_lowest(left)


@block
def _pay(e, c, out, paid):
    """Pay the step: weighted gains of the counters since the last decision; nothing before counting starts."""
    _pay_nothing(out)
    if e.paid_events != e.event_number:
        e.paid_events = e.event_number
        _pay_for_counts(e, c, out, paid)
    _pay_for_time(e, c, out, paid)
    if e.counting == 0:
        _pay_nothing(out)
    out.elapsed_s = e.t - e.last_decision_t
    e.last_decision_t = e.t


@helper
def _pay_none_and_go_on(out):
    """Clear the outputs of a step that starts an episode."""
    _pay_nothing(out)
    out.terminated = False
    out.truncated = False


@block
def _begin(e, c, words, first_lead, past, out, paid, command, seed, autoreset):
    """Start an episode or continue. Returns the command that the row executes now; REST if none."""
    if command == ACT and e.done > OVER:
        return ACT  # to report the end
    if command == ACT and autoreset == DISABLED:
        _pay_nothing(out)
        return REST
    if command == GO_ON:
        return REST if e.stopped == 0 else GO_ON  # the run is over or has not begun
    if command == SUPERVISE:
        return REST if e.done == OVER else SUPERVISE
    episode = e.episode
    if command == START:
        episode = WHOLE(0)
    elif command == ACT:
        episode += 1
    if command != AGAIN:
        _pay_none_and_go_on(out)
    for k in range(paid.shape[0]):
        paid[k] = 0.0
    start(e, c, words, first_lead, past, seed if command == START else e.seed_0, episode)
    return START


@helper
def _prepare(e, c, words, first_lead, past, out, taken, paid, command, action, seed, autoreset):
    """Store the policy's action, or start an episode. Returns the command that the row executes now; REST if none."""
    if command == ACT and e.done == DECIDING:
        e.given = action if 0 <= action < c.n_actions else c.n_actions  # not in the catalogue, so illegal
        if e.n_given < taken.shape[0]:
            taken[e.n_given] = e.given
            e.n_given += 1
        else:
            e.given = NIL
            e.failure = ACTIONS_FULL
        return ACT
    if command == REST:
        return REST
    if command == RESUME:
        return e.doing
    return _begin(e, c, words, first_lead, past, out, paid, command, seed, autoreset)


@helper
def pay_from_here(e, c, paid):
    """Note the present counters, so that the next payment is for what comes from now on."""
    for k in range(c.n_terms):
        paid[k] = e.counts[c.term_place[k]]


@helper
def _count_from_here(e, c, paid):
    for j in range(e.counts.shape[0]):
        e.counts_before[j] = e.counts[j]
    pay_from_here(e, c, paid)


@block
def _finish(e, c, stop, doing, snap, obs, mask, out, paid):
    """Fill the row's outputs. Reward that accrues before the first decision is paid with the first step."""
    _look(e, c, stop, snap, mask, out)
    copy_observed(snap, obs)
    goes_on = stop == EPOCH or stop == INTERVAL
    e.done = DECIDING
    if not goes_on:
        e.done = UNTOLD + stop if doing == START else OVER
    out.starts = doing == START
    out.illegal_share = e.n_illegal / max(e.n_given, 1)
    if doing == START and goes_on:
        e.last_decision_t = e.t
    if doing == ACT or doing == SUPERVISE:
        _pay(e, c, out, paid)
        out.illegal = e.illegal != 0
        e.illegal = 0
        out.terminated = stop == TERMINATED
        out.truncated = stop == TRUNCATED


@helper
def _first_illegal(envs, masks, actions):
    """Return the first row at a decision whose action is illegal, else NIL."""
    for b in range(actions.shape[0]):
        a = actions[b]
        if (a < 0 or a >= masks.shape[1] or not masks[b, a]) and envs[b].done == 0:
            return b
    return NIL


def refused_row(result):
    """Return the row whose action `run_rows` refused, from its result; NIL if it refused none."""
    return REFUSED - result if result <= REFUSED else NIL


@entry
def run_rows(
    envs, words, first_lead, past, cfg, logs, snaps, obs, masks, outs, taken, paid, commands, seeds, autoreset,
    refuses, actions,
):  # fmt: skip
    """Run every row whose command is not REST.

    Returns NIL; or the first row that stopped early, where `e.failure` says why; or ALL_OVER if all episodes are over
    and none was asked to start.

    `refuses`: if an action is illegal, no row runs, and the result encodes the row (see `refused_row`).
    """
    if refuses:
        b = _first_illegal(envs, masks, actions)
        if b != NIL:
            return REFUSED - b
    c = cfg[0]
    log = logs[0]
    left = MOST_EVENTS
    n_over = 0
    for b in range(envs.shape[0]):
        e = envs[b]
        out = outs[b]
        if left <= 0 and commands[b] != REST:
            e.failure = NOT_BEGUN
            return b
        doing = _prepare(
            e, c, words[b], first_lead, past, out, taken[b], paid[b], commands[b], actions[b], seeds[b], autoreset
        )
        if e.failure != OK:
            return b
        if doing == REST:
            n_over += commands[b] == ACT
            continue
        begun_at = e.n_events
        e.pause_at = begun_at + left
        e.doing = doing
        stop = e.done - UNTOLD if e.done > OVER and doing != START else -1
        while stop < 0:
            if e.in_epoch != 0:
                if ask(e, c, log, snaps[b], masks[b]):
                    stop = EPOCH
            else:
                stop = advance(e, c, log)
                if stop == COUNTING:
                    _count_from_here(e, c, paid[b])
                if stop == EPOCH or stop == COUNTING:
                    stop = -1
            if e.failure != OK:
                return b
        if stop != INTERVAL or c.supervised != 0:
            _finish(e, c, stop, doing, snaps[b], obs[b], masks[b], out, paid[b])
        left -= e.n_events - begun_at
    return ALL_OVER if n_over == envs.shape[0] else NIL
