"""The entry point of the batch: every row starts, acts or goes on, and runs to its next decision or its end.

There is one entry, with one call of each big function, because each caller of compiled code compiles all of it again.
`words` are the environment records seen as rows of float64, in which the table of leads begins at `first_lead`.
"""

from ccenv.loops.drive import ask, start
from ccenv.sim.advance import advance
from ccenv.sim.decide import coin
from ccenv.sim.kernel.bits import lowest, without_lowest
from ccenv.sim.kernel.contacts import uncounted_waiting_s
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, entry, helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.shown.core import write_core
from ccenv.sim.shown.observe import write_rest
from ccenv.sim.shown.observed import copy_observed
from ccenv.sim.state.codes import COUNTING, EPOCH, HOLD, INTERVAL, NIL, OK, TERMINATED, TRUNCATED

# autoreset modes, in Gymnasium's sense
NEXT_STEP, SAME_STEP, DISABLED = range(3)
# what a row is told to do
REST, ACT, START, GO_ON = range(4)
REFUSED = NIL - 1  # less the row: what `run_rows` returns for an illegal action


@block
def _look(e, c, stop, snap, mask, out):
    """What the policy sees: observation, mask, coin, decision number."""
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
    """Time of a group's advisors in their present state that is not in the counter yet."""
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
def _gain(e, k, total):
    """What the counter of term k gained since the last decision."""
    gain = total - e.previous[k]
    e.previous[k] = total
    return gain


@helper
def _pay_for_counts(e, c, out):
    """Reward and cost of what happens at events and actions; to look what has gained is slower than to add nothing."""
    reward = 0.0
    cost = 0.0
    cost_base = 0.0
    most = c.term_place.shape[0]  # said, so that the compiler need not look at each index
    for k in range(min(c.n_free, most)):
        reward += c.term_reward[k] * _gain(e, k, e.counts[c.term_place[k]])
    for k in range(c.n_free, min(c.n_costs, most)):
        gain = _gain(e, k, e.counts[c.term_place[k]])
        reward += c.term_reward[k] * gain
        cost += c.term_cost[k] * gain
        cost_base += c.term_cost_base[k] * gain
    out.reward = reward
    out.cost = cost
    out.cost_base = cost_base


@helper
def _pay_for_time(e, c, out):
    """Reward for time of advisors and of waiting, with what the counters have not counted yet.

    It is not counted here either: where time is split, its sum is rounded, and would depend on who decides when.
    """
    for k in range(c.n_costs, c.n_staffed):
        uncounted_s = _uncounted_advisor_s(e, c, c.staffed[k].group, c.staffed[k].state)
        out.reward += c.term_reward[k] * _gain(e, k, e.counts[c.term_place[k]] + uncounted_s)
    left = e.waited_queues
    e.waited_queues = e.waiting_bits
    while left != U(0):
        q = lowest(left)
        k = c.waiting_term[q]
        if k != NIL:
            out.reward += c.term_reward[k] * _gain(e, k, e.counts[c.term_place[k]] + uncounted_waiting_s(e, q))
        left = without_lowest(left)


@block
def _pay(e, c, out):
    """Reward and cost of the step: what the counters gained since the last decision."""
    _pay_nothing(out)
    if e.paid_events != e.event_number:
        e.paid_events = e.event_number
        _pay_for_counts(e, c, out)
    _pay_for_time(e, c, out)
    if e.counting == 0:
        _pay_nothing(out)
    out.elapsed_s = e.t - e.last_decision_t
    e.last_decision_t = e.t


@block
def _begin(e, c, words, first_lead, past, out, command, seed, autoreset):
    """Start an episode, or go on. Returns what the row does now; REST for nothing."""
    if command == ACT:
        _pay_nothing(out)
        if autoreset == DISABLED:
            return REST
        start(e, c, words, first_lead, past, e.seed_0, e.episode + 1)
        return START
    if command == START:
        start(e, c, words, first_lead, past, seed, WHOLE(0))
    if command == GO_ON and e.stopped == 0:  # its run is over, or was never begun
        return REST
    return command


@helper
def _prepare(e, c, words, first_lead, past, out, command, action, seed, autoreset):
    """Note the policy's action, or start an episode. Returns what the row does now; REST for nothing."""
    if command == ACT and e.done == 0:
        e.given = action if 0 <= action < c.n_actions else c.n_actions  # not in the catalogue, so illegal
        return ACT
    return _begin(e, c, words, first_lead, past, out, command, seed, autoreset)


@helper
def _count_from_here(e, c):
    for j in range(e.counts.shape[0]):
        e.counts_before[j] = e.counts[j]
    for k in range(c.n_terms):
        e.previous[k] = e.counts[c.term_place[k]]


@block
def _finish(e, c, stop, doing, snap, obs, mask, out):
    """Fill the row's outputs. What accrues before the first decision is paid with the first step."""
    _look(e, c, stop, snap, mask, out)
    copy_observed(snap, obs)
    e.done = 0 if stop == EPOCH else 1
    out.starts = doing == START
    if doing == START:
        e.last_decision_t = e.t
    if doing == ACT:
        _pay(e, c, out)
        out.illegal = e.illegal != 0
        e.illegal = 0
        out.terminated = stop == TERMINATED
        out.truncated = stop == TRUNCATED


@helper
def _first_illegal(envs, masks, actions):
    """The first row at a decision whose action its mask forbids, else NIL."""
    for b in range(actions.shape[0]):
        a = actions[b]
        if (a < 0 or a >= masks.shape[1] or not masks[b, a]) and envs[b].done == 0:
            return b
    return NIL


def refused_row(result):
    """The row whose action `run_rows` has refused, NIL if it has refused none."""
    return REFUSED - result if result <= REFUSED else NIL


@entry
def run_rows(
    envs, words, first_lead, past, cfg, logs, snaps, obs, masks, outs, commands, seeds, final_obs, autoreset, refuses,
    actions,
):  # fmt: skip
    """Run every row that is not told to rest. Returns the first row that failed, else NIL.

    With `refuses`, nothing is run where an action is illegal, and the result says in which row: see `refused_row`.
    """
    if refuses:
        b = _first_illegal(envs, masks, actions)
        if b != NIL:
            return REFUSED - b
    c = cfg[0]
    log = logs[0]
    for b in range(envs.shape[0]):
        e = envs[b]
        out = outs[b]
        doing = _prepare(e, c, words[b], first_lead, past, out, commands[b], actions[b], seeds[b], autoreset)
        if doing == START and commands[b] != ACT:
            _pay_nothing(out)
        if doing == START:
            out.terminated = False
            out.truncated = False
        while doing != REST:
            stop = -1
            while stop < 0:
                if e.in_epoch != 0:
                    if ask(e, c, log, snaps[b], masks[b]):
                        stop = EPOCH
                else:
                    stop = advance(e, c, log)
                    if stop == COUNTING:
                        _count_from_here(e, c)
                    if stop == EPOCH or stop == COUNTING:
                        stop = -1
                if e.failure != OK:
                    return b
            if stop == INTERVAL:
                break
            _finish(e, c, stop, doing, snaps[b], obs[b], masks[b], out)
            if doing != ACT or autoreset != SAME_STEP or stop == EPOCH:
                break
            for k in range(obs.shape[1]):
                final_obs[b, k] = obs[b, k]
            out.final_u = out.u
            out.final_decision = out.decision
            out.final_warm_up = out.warm_up
            start(e, c, words[b], first_lead, past, e.seed_0, e.episode + 1)
            doing = START
    return NIL
