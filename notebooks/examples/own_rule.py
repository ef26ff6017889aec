"""Rules of your own: decorated functions, compiled once, as fast as those of the package.

    python notebooks/examples/own_rule.py        # 20 days
    python notebooks/examples/own_rule.py 2000

`ccenv/rules/__init__.py` lists the arguments, the fields that a rule may read, and the helpers.
"""

import sys

import ccenv
from ccenv.rules import Param, assignable, dial_up_to, idle_advisors, pacing_rule, routing_rule, to_group

LONGEST_IDLE = 0  # choice among the groups with an idle advisor, as in the package's rules


@routing_rule(params=(Param("weight", 1.0, high=10.0, per="queue"),), reads=("head_total_wait_s", "idle_longest_s"))
def weighted_wait(snap, mask, c, params, state, u):
    """Serve the queue whose first contact has the largest product of weight and wait."""
    best, best_score = -1, -1.0
    for q in range(c.n_queues):
        score = params.weight[q] * snap.head_total_wait_s[q]
        if assignable(mask, c, q) and score > best_score:
            best, best_score = q, score
    return to_group(snap, mask, c, best, LONGEST_IDLE)


@pacing_rule(params=(Param("level", 1.0, high=4.0),), reads=("queue_length", "idle", "ringing"), reserves=False)
def while_nobody_waits(snap, mask, c, params, state, u):
    """Dial `level` lines for each idle advisor while nobody waits."""
    for q in range(c.n_queues):
        if snap.queue_length[q] > 0.0:
            return 0
    for i in range(c.n_campaigns):
        a = dial_up_to(snap, mask, c, i, params.level * idle_advisors(snap, c, i))
        if a != 0:
            return a
    return 0


def main(days: int = 20) -> ccenv.Comparison:
    """Compare the own rules with FIFO and progressive dialing on the same days."""
    policies = {
        "package": ("fifo", "progressive_unreserved"),
        "own": (
            (weighted_wait, {"weight": {"sales": 2.0, "support": 1.0}}),
            (while_nobody_waits, {"level": 1.5}),
        ),
    }
    comparison = ccenv.compare("tiny", policies, seeds=range(days), by="entity", kpis=["mean_wait_s", "n_sales"])
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
