"""Entry point that runs days under rules or a compiled policy, and tries other actions at decisions (`futures.py`)."""

from ccenv.loops.batch import _count_from_here
from ccenv.loops.drive import start
from ccenv.loops.futures import RULES, advance_on, ask_once, copy, copy_record, decide, top_of, try_all
from ccenv.rules.dispatch import new_epoch
from ccenv.sim.kernel.draws import U, mix
from ccenv.sim.kernel.jit import block, entry, helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.shown.observe import write_rest
from ccenv.sim.state.codes import ASSIGN, COUNTING, HOLD, NIL, OK, TERMINATED, TRUNCATED

MOST_EVENTS = 100_000  # of one call: well below a second of work
UNIT = 1.0 / 9007199254740992.0  # 2^-53


@block
def _start(e, c, words, first_lead, past, seed):
    start(e, c, words, first_lead, past, seed, WHOLE(0))


@helper
def _draw(job):
    """Return the next uniform number of the job, in [0, 1)."""
    job.rng += U(1)
    return (mix(job.rng) >> U(11)) * UNIT


@helper
def _random_action(mask, job):
    """Return a legal action, each with the same probability."""
    n = 0
    for a in range(mask.shape[0]):
        n += mask[a]
    left = int(_draw(job) * n)
    for a in range(mask.shape[0]):
        if mask[a]:
            if left == 0:
                return WHOLE(a)
            left -= 1
    return WHOLE(HOLD)


@block
def _keep(e, snap, mask, own, row, kept, n):
    """Store a decision: observation, mask, the base's action, row and time of day."""
    for k in range(kept[0].shape[1]):
        kept[0][n, k] = snap.observed[k]
    for a in range(mask.shape[0]):
        kept[1][n, a] = mask[a]
    kept[2][n] = own
    kept[3][n] = row
    kept[4][n] = e.t


@helper
def _own_action(row, words, flat, mask, c, job, policy, base, s):
    """Return the base's action at the decision of a row, found on a copy, so that the row stays as it is."""
    copy_record(words, s, job, top_of(row))
    copy(flat, s[2][0], 0, flat.shape[0])
    new_epoch(s[3][0], s[0][0].rule_state)
    return decide(s[0][0], c, s[3][0], mask, job, policy, base)


@block
def _try_here(e, words, flat, snap, mask, row, c, c_rules, log, job, policy, base, scratch, keys, allowed, kept, gains):
    """Try actions at the decision of a row, which stays as it is. Returns the events handled; -1 if a copy failed."""
    own = _own_action(e, words, flat, mask, c, job, policy, base, scratch)
    n = job.n
    _keep(e, snap, mask, own, row, kept, n)
    spent = try_all(e, words, flat, mask, c, c_rules, log, job, policy, base, scratch, keys, allowed, own, gains[n])
    if spent < 0 or scratch[0][0].failure != OK:
        e.failure = scratch[0][0].failure
        return WHOLE(-1)
    job.n = n + 1
    return spent


@block
def _sample(
    e, words, flat, snap, mask, row, c, c_rules, log, job, policy, base, scratch, keys, allowed, own, kept, gains
):  # fmt: skip
    """Keep the decision of a row whose own action is known, and try the others there. Returns the events handled."""
    n = job.n
    if job.kind == RULES:
        write_rest(e, c, snap)
    _keep(e, snap, mask, own, row, kept, n)
    spent = WHOLE(0)
    if job.tries != 0:
        e.given = NIL
        spent = try_all(e, words, flat, mask, c, c_rules, log, job, policy, base, scratch, keys, allowed, own, gains[n])
        e.given = own
        if spent < 0:
            e.failure = scratch[0][0].failure
            return WHOLE(0)
    job.n = n + 1
    return spent


@helper
def _is_sampled(c, job, own):
    """Return whether a decision is kept."""
    share = job.share_assign if own != HOLD and c.action[own].kind == ASSIGN else job.share
    return share > 0.0 and _draw(job) < share


@block
def _at_decision(
    e, words, flat, snap, mask, row, c, c_rules, log, job, policy, base, scratch, keys, allowed, kept, gains
):  # fmt: skip
    """Let the actor decide, and sample the decision. Returns the events handled in copies."""
    own = decide(e, c, snap, mask, job, policy, base)
    e.given = own
    spent = WHOLE(0)
    if e.failure == OK and _is_sampled(c, job, own):
        spent = _sample(
            e, words, flat, snap, mask, row, c, c_rules, log, job, policy, base, scratch, keys, allowed, own, kept,
            gains,
        )  # fmt: skip
    e.last_decision_t = e.t  # for `since_last_s`
    if job.wander > 0.0 and _draw(job) < job.wander:
        e.given = _random_action(mask, job)
    return spent


@entry
def explore_rows(
    envs, words, first_lead, past, flat, snaps, masks, seeds, cfg, cfg_rules, logs, jobs, policy, base, scratch, keys,
    allowed, kept, gains, n_asked,
):  # fmt: skip
    """Run rows, and try actions at decisions, as a job says. Returns NIL once all rows are done, else the row at hand.

    It stops at a row if `MOST_EVENTS` are handled, if there is no room for another decision, or if the row failed
    (`e.failure`); with `resumes` set it continues there. `scratch`: one record, its words, snapshot words, snapshot,
    mask, outputs, levels and what was paid, for copies. `kept`: arrays of the decisions kept. `n_asked`: decisions of
    each row so far.
    """
    c = cfg[0]
    c_rules = cfg_rules[0]
    log = logs[0]
    job = jobs[0]
    left = MOST_EVENTS
    for b in range(job.first, envs.shape[0]):
        e = envs[b]
        if left <= 0:
            job.resumes = 0
            return b
        if job.once != 0:
            spent = _try_here(
                e, words[b], flat[b], snaps[b], masks[b], b, c, c_rules, log, job, policy, base, scratch, keys, allowed,
                kept, gains,
            )  # fmt: skip
            if spent < 0:
                return b
            left -= spent
            continue
        if job.resumes == 0:
            _start(e, c, words[b], first_lead, past, seeds[b])
            n_asked[b] = 0
        job.resumes = 0
        e.pause_at = e.n_events + left
        begun_at = e.n_events
        going = True
        while going:
            if e.in_epoch == 0:
                stop = advance_on(e, c, log)
                if stop == COUNTING:
                    _count_from_here(e, c, scratch[7][0])
                going = stop != TERMINATED and stop != TRUNCATED
            elif ask_once(e, c, log, snaps[b], masks[b]):
                n_asked[b] += 1
                spent = _at_decision(
                    e, words[b], flat[b], snaps[b], masks[b], b, c, c_rules, log, job, policy, base, scratch, keys,
                    allowed, kept, gains,
                )  # fmt: skip
                left -= spent
                e.pause_at -= spent
                if job.n == kept[2].shape[0]:
                    return b
            if e.failure != OK:
                return b
        left -= e.n_events - begun_at
    return NIL
