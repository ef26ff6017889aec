"""Compiled rules, written once and used by the kernel, `simulate`, the batch and the service; and how to write one.

A rule is a function `(snap, mask, c, params, state, u)` to the index of a legal action:

| argument | meaning |
|---|---|
| `snap` | the snapshot: the declared fields of `ccenv.sim.state.fields`, `snap.queue_length[q]`, and `snap.ready` |
| `mask` | legal actions, bool; `mask[0]` is `hold` |
| `c` | the configuration: `c.n_queues`, `c.n_groups`, `c.n_campaigns`, `c.queue_pair[q, g]`, `c.action[a].kind` ... |
| `params` | its parameters by name: `params.reserve`, `params.weight[q]`, with the values of the present slot |
| `state` | float64 numbers that it remembers, 0 at the start of an episode |
| `u` | the coin of the decision, uniform in (0, 1), if it declares `tosses` |

A routing rule returns an assignment or `hold` (0), a pacing rule a dial or `hold`; pacing is asked once routing holds.
Queue q has the actions `c.first_assign[q]` to `c.first_assign[q + 1] - 1`, campaign i those of `c.first_dial`.

A rule must declare what it reads. Fields of `reads_if_legal` are read only of queues and groups with a legal action;
rules with no other queue fields are asked four times as fast. A field that is not declared does not compile; with
`CCENV_DEBUG=1` a run fails if the action depends on more than `reads_if_legal` says.

Helpers, all for compiled code; `helper` is the decorator of a rule's own functions:

| helper | returns |
|---|---|
| `idle_advisors(snap, c, i)` | idle advisors eligible for campaign i (reads `idle`) |
| `idle_above(snap, c, i, kept)` | the same, less the advisors that each group keeps, `kept[g]` (reads `idle`) |
| `all_idle(snap, c)` | idle advisors of all groups (reads `idle`) |
| `dial_up_to(snap, mask, c, i, target)` | the largest dial up to `target` ringing lines, or `hold` (reads `ringing`) |
| `assign(mask, c, q, g)` | the assignment of queue q to group g if it is legal, or `hold` |
| `assignable(mask, c, q)` | whether an assignment of queue q is legal |
| `routable(snap, mask, c, q, after_s, reserve)` | whether `route` would assign from queue q (reads the same) |
| `route(snap, mask, c, q, advisor, after_s, reserve)` | as `to_group`; overflow after a wait, work beyond a reserve |
| `to_group(snap, mask, c, q, advisor)` | assignment of queue q to the group that `advisor` selects (`idle_longest_s`) |
| `routable_above(snap, mask, c, q, after_s, reserve, kept)` | `routable`, with over `kept[g]` idle (reads `idle`) |
| `route_above(snap, mask, c, q, advisor, after_s, reserve, kept)` | `route`, of such groups |
| `event_coin(snap, state, u)` | one coin an event, kept in `state[0:2]` (reads `event_number`; declare `tosses`) |
| `round_randomly(x, coin)` | x rounded up with the probability of its fraction |
| `next_member(sets, k, g)` | the group after g (-1: the first) in `c.campaign_groups` or `c.queue_groups` of k, or -1 |

Three parameters stand for values of the centre, and any rule of their half may declare them: `callback_above_s` per
queue (routing), the announced wait from which the simulator offers a callback; `kept_for_outbound` (routing) and
`kept_for_inbound` (pacing) per group, idle advisors that a rule keeps for the other side. Where none is given, the
centre's own value holds; a rule that does not declare `callback_above_s` leaves the queue's own.

The default of a parameter with `computed` is computed from the scenario: handle rates, costs of waiting and others, by
the names in `ccenv.rules.spec.COMPUTED`. A value that is given by name takes the place of that one.

`why_not(scenario, routing=...)` of `ccenv.run.config` says why rules cannot run on a centre, or None.

Example: dial the idle advisors while nobody waits.

>>> import ccenv
>>> from ccenv.rules import Param, dial_up_to, idle_advisors, pacing_rule
>>> @pacing_rule(
...     params=(Param("level", 1.0, high=4.0, per="campaign", settable=(0.0, 4.0)),),
...     reads=("queue_length", "idle", "ringing"),
...     reserves=False,
... )
... def while_nobody_waits(snap, mask, c, params, state, u):
...     for q in range(c.n_queues):
...         if snap.queue_length[q] > 0.0:
...             return 0
...     for i in range(c.n_campaigns):
...         a = dial_up_to(snap, mask, c, i, params.level[i] * idle_advisors(snap, c, i))
...         if a != 0:
...             return a
...     return 0
>>> table = ccenv.simulate("tiny", pacing=(while_nobody_waits, {"level": 2}), seeds=range(4))
>>> bool(table["line_s"].mean() > 0)
True

A rule in an importable module is named `package.module:function` in scenario files, settings, sweeps and workers. A
rule of a notebook or script runs in its own process only, where the function itself or its name is given.
"""

from ccenv.rules.helpers import (
    all_idle,
    assign,
    assignable,
    dial_up_to,
    event_coin,
    idle_above,
    idle_advisors,
    next_member,
    round_randomly,
    routable,
    routable_above,
    route,
    route_above,
    to_group,
)
from ccenv.rules.registry import PACING_RULES, ROUTING_RULES, find_rule, pacing_rule, register, routing_rule
from ccenv.rules.spec import Param, RuleError, RuleSpec
from ccenv.sim.kernel.jit import free_helper as helper

__all__ = [
    "PACING_RULES",
    "ROUTING_RULES",
    "Param",
    "RuleError",
    "RuleSpec",
    "all_idle",
    "assign",
    "assignable",
    "dial_up_to",
    "event_coin",
    "find_rule",
    "helper",
    "idle_above",
    "idle_advisors",
    "next_member",
    "pacing_rule",
    "register",
    "round_randomly",
    "routable",
    "routable_above",
    "route",
    "routing_rule",
    "to_group",
    "route_above",
]
