"""The rules of the package with what they declare."""

from __future__ import annotations

from ccenv.rules import pacing, routing
from ccenv.rules.spec import CALLBACK_ABOVE, KEPT_FOR_INBOUND, KEPT_FOR_OUTBOUND, Param, RuleSpec

ADVISOR = Param(
    "advisor",
    routing.ADVISORS[0],
    words=routing.ADVISORS,
    meaning="which idle eligible group comes first",
    settable=(0.0, 1.0),
)
ORDER = Param("order", per="queue", order=True, meaning="queues in order of service")
OVERFLOW = Param(
    "overflow_after_s",
    0.0,
    meaning="wait [s] of a contact before it may go to an answering service",
    settable=(0.0, 300.0),
)
CONTAINED = Param(
    "p_contained",
    high=1.0,
    per="queue",
    meaning="escalation threshold of the IVR or bot; default: the scenario's",
    settable=(0.0, 1.0),
    own=True,
)
WORK_RESERVE = Param(
    "work_reserve",
    0.0,
    meaning="idle advisors of a group kept from deferrable work",
    settable=(0.0, 10.0),
)
CALLBACK = Param(
    CALLBACK_ABOVE,
    per="queue",
    meaning="announced wait [s] from which a callback is offered; the scenario's own by default",
    settable=(0.0, 1800.0),
)
FOR_OUTBOUND = Param(
    KEPT_FOR_OUTBOUND,
    per="group",
    meaning="idle advisors of the group kept for outbound, where it handles both sides",
    settable=(0.0, 10.0),
)
FOR_INBOUND = Param(
    KEPT_FOR_INBOUND,
    per="group",
    meaning="idle advisors of the group kept for inbound, where it handles both sides",
    settable=(0.0, 10.0),
)
OF_ROUTING = (CONTAINED, FOR_OUTBOUND, CALLBACK)
RESERVE = Param("reserve", 0.0, meaning="idle eligible advisors kept for inbound", settable=(0.0, 10.0))
# fields that choose the group of an assignment, and the queue by the wait of its head
GROUP = ("idle_longest_s",)
HEAD = ("idle_longest_s", "head_entry_wait_s")
IDLE = ("idle",)
LINES = ("idle", "ringing")  # fields of a target of ringing lines
COIN = ("event_number",)

ROUTING_RULES = (
    RuleSpec("fifo", routing.fifo, (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING), IDLE, reads_if_legal=HEAD),
    RuleSpec(
        "lwt",
        routing.lwt,
        (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING),
        IDLE,
        reads_if_legal=(*HEAD, "head_total_wait_s"),
        order="total_wait",
    ),
    RuleSpec(
        "priority", routing.priority, (ADVISOR, ORDER, OVERFLOW, WORK_RESERVE, *OF_ROUTING), IDLE, reads_if_legal=HEAD
    ),
    RuleSpec(
        "longest_queue",
        routing.longest_queue,
        (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING),
        IDLE,
        reads_if_legal=(*HEAD, "queue_length"),
    ),
    RuleSpec("random", routing.random, (CONTAINED,), tosses=True),
)
PACING_RULES = (
    RuleSpec("no_dial", pacing.no_dial),
    RuleSpec("progressive", pacing.progressive, (RESERVE, FOR_INBOUND), ("idle",), GROUP, reserves=True),
    RuleSpec(
        "reserve_threshold",
        pacing.reserve_threshold,
        (
            RESERVE,
            FOR_INBOUND,
            Param("p_next", 0.0, high=1.0, meaning="probability of one more at the threshold", settable=(0.0, 1.0)),
        ),
        (*COIN, "idle"),
        GROUP,
        state=pacing.COIN_STATE,
        reserves=True,
        tosses=True,
    ),
    RuleSpec("progressive_unreserved", pacing.progressive_unreserved, (RESERVE, FOR_INBOUND), LINES, reserves=False),
    RuleSpec(
        "fixed_ratio",
        pacing.fixed_ratio,
        (
            Param("ratio", 1.0, meaning="ringing lines for each idle advisor", settable=(0.0, 4.0)),
            Param("rounding", "floor", words=("floor", "random"), meaning="how a target is made whole"),
            RESERVE,
            FOR_INBOUND,
        ),
        (*COIN, *LINES),
        state=pacing.COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "max0",
        pacing.max0,
        (
            Param("k", 1.0, meaning="ringing lines for each idle advisor", settable=(0.0, 4.0)),
            Param("c", 0.0, meaning="lines held back", settable=(0.0, 10.0)),
            RESERVE,
            FOR_INBOUND,
        ),
        (*COIN, *LINES),
        state=pacing.COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "constant_lines",
        pacing.constant_lines,
        (Param("n", 1.0, meaning="ringing lines", settable=(0.0, 20.0)),),
        (*COIN, "ringing"),
        state=pacing.COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "dial_x_free",
        pacing.dial_x_free,
        (
            Param("kappa", 1.0, meaning="ringing lines for each idle eligible advisor", settable=(0.0, 4.0)),
            Param("c", 0.0, low=-float("inf"), meaning="lines more", settable=(-10.0, 10.0)),
            Param("s_t", 1.0, meaning="fewest idle advisors of all groups"),
            Param("s_d", 1.0, meaning="fewest idle eligible advisors", settable=(0.0, 10.0)),
            Param(
                "when",
                "freed",
                words=("freed", "event"),
                meaning="it dials when an advisor is freed, or after each event",
            ),
        ),
        (*COIN, *LINES),
        state=4,
        reserves=False,
        once=True,
    ),
)
