"""Parameters, and sets of fields, that several rules of the package declare."""

from __future__ import annotations

from ccenv.rules.helpers import ADVISORS
from ccenv.rules.spec import CALLBACK_ABOVE, KEPT_FOR_INBOUND, KEPT_FOR_OUTBOUND, Param

ADVISOR = Param(
    "advisor",
    ADVISORS[0],
    words=ADVISORS,
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
LENGTH = "queue_length"
LINES = ("idle", "ringing")  # fields of a target of ringing lines
COIN = ("event_number",)
