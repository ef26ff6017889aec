"""Integer codes of the kernel: purposes of uniforms, contact kinds, phases, advisor states, epochs, stops, log codes.

"Append only" marks codes that are part of the randomness contract: `kernel/draws.py` hashes their numbers into keys and
uniforms. Inserting, removing or moving such a code changes the random numbers of every run, so a new code goes to the
end of its block.
"""

from typing import Literal, get_args

NIL = -1
INFINITY = float("inf")
DAY_S = 86_400.0

# Append only: purpose of a uniform. `uniform(key, purpose)` hashes the number.
GAP, PRIORITY, PATIENCE, HANDLE, WRAP_UP, REDIAL_P, REDIAL_DELAY, REPEAT_P, REPEAT_DELAY = range(9)
CONTACT_NUMBER, RING, OUTCOME, DROP_AFTER, SALE, DAY_LEVEL, COIN = range(9, 16)
IVR_TIME, IVR_OUTCOME, ROUTE, BALK, TOLERANCE, TRANSFER_P, HANDOVER, MONITOR = range(16, 24)
CALLBACK_ACCEPT, CALLBACK_RING, CALLBACK_ANSWER, RETRY = range(24, 28)
IDENTIFIED, RETURNING, VALUE_CLASS, PREFERRED_P, PREFERRED_ADVISOR = range(28, 33)
SPEED, QUALITY, ABSENT, IDLE_ORDER, SLOT_LEVEL, MODE, SURGE_P, SURGE_START, SURGE_LENGTH = range(33, 42)
CONSENT, DO_NOT_CALL, VALUE, HANG_UP, STOP, AGREE, AGREE_DELAY, KEPT, KEPT_DELAY, LIST_ORDER, MIX = range(42, 53)
DECIDE, RIGHT_PARTY, RESOLVED, SILENT = range(53, 57)
DUE, RETURN_P, RETURN_DELAY = range(57, 60)
PICK_UP, BUSYNESS = range(60, 62)

# Append only: kinds of contact (FRESH to LEAD, RETURN_CALL), and kinds of descendant that
# `child_key(parent, kind, ordinal)` hashes (all but FRESH and LEAD).
FRESH, REDIAL, REPEAT, LEAD, TRANSFER, CALLBACK, ATTEMPT, RETURN_CALL = range(8)
OFFER, GROUP_DAY = range(8, 10)  # kinds of descendant alone: an offer to an advisor, a group of a day
# Append only: kinds of descendant of an advisor's key, hashed by `child_key`; one key per idle period, one per day.
IDLE_STEP, DAY_STEP = range(2)

# kinds of time distribution (`kernel/dists.py`)
NEVER, CONSTANT, EXPONENTIAL, UNIFORM, LOGNORMAL, PIECEWISE_HAZARD = range(6)
GAMMA, HYPER_EXPONENTIAL, WEIBULL, EMPIRICAL = range(6, 10)

MOST_CHATS = 5  # chats of an advisor at once
VALUE_CLASSES = 5  # value classes of customers; class 0 means "no class"

# phases of a contact record
FREE, WAITING, TALKING, WRAPPING, PENDING_REDIAL, PENDING_REPEAT, RINGING, CONNECT_WAITING = range(8)
IN_IVR, VIRTUAL, CALLBACK_RINGING, PENDING_CALLBACK, HANDING_OVER, HOLDING = range(8, 14)
DECIDING = 14  # an attempt was answered, and its detector has not decided
IN_CHAT = 15
BACKLOG = 16  # deferrable work in its queue
PENDING_RETURN = 17
ALERTING = 18  # rings at an advisor who does not pick up
N_PHASES = 19

# advisor states
OFF, IDLE, AWAITING_ANSWER, ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAY, ADVISOR_CHATTING = range(7)
N_STATES = 7

# how the idle advisors of a group are ordered: the code of an order is its index in this tuple
AdvisorOrder = Literal[
    "longest_idle",
    "fewest_contacts",
    "least_talk",
    "round_robin",
    "linear",
    "fastest",
    "random",
]
ADVISOR_ORDERS = get_args(AdvisorOrder)
LONGEST_IDLE, FEWEST_CONTACTS, LEAST_TALK, ROUND_ROBIN, LINEAR, FASTEST, RANDOM_ORDER = range(len(ADVISOR_ORDERS))

# kinds of roster entry: an advisor comes on duty, goes off duty, takes a break
ON, GO_OFF, BREAK = range(3)

# outcomes of the IVR
ROUTED, CONTAINED, HUNG_UP = range(3)

# Fixed order: outcomes of an attempt in the order of their cumulative probabilities, which decides the outcome that a
# uniform selects (`lists/outcomes.py`, `forks/contacts.py`). NO_ANSWER is the remainder and stays last.
CONNECT, FALSE_POSITIVE, MACHINE_PASSED, MACHINE, BUSY, INVALID, NO_ANSWER = range(7)

# how an attempt ended, as retry distributions are declared: the code is the index in AFTER and in `campaign.retry`
AFTER_NO_ANSWER, AFTER_BUSY, AFTER_MACHINE, AFTER_DROPPED, AFTER_HUNG_UP, AFTER_TALKED = range(6)
AFTER_WRONG_PARTY = 6
DROPPED_LAST = 128  # flag of `lead_after`: the lead's last attempt was dropped
AFTER = ("no_answer", "busy", "machine", "dropped", "hung_up", "talked", "wrong_party")
# why a row of the lead table waits (`lead_state`): a retry, an agreed callback, a promise that is not yet due, or
# nothing but a return call, without which the lead would be closed
RETRYING, AGREED, PROMISED, HELD = range(4)
# ring distributions by outcome, index of `campaign.ring_of`; `lists/outcomes.ring_dist_of` maps outcomes to them
RING_DISTS = ("person", "machine", "busy", "invalid", "no_answer")
# order of ready retries, and choice of the segment of the next fresh lead; codes are indices in these tuples
RetryOrder = Literal["due", "score", "least_attempts", "longest_since", "newest", "random"]
RETRY_ORDERS = get_args(RetryOrder)
BY_DUE, BY_SCORE, BY_ATTEMPTS, BY_LAST, BY_NEWEST, BY_CHANCE = range(len(RETRY_ORDERS))
Mix = Literal["in_order", "even", "random", "score"]
MIXES = get_args(Mix)
IN_ORDER, EVEN, BY_WEIGHT, BEST_SCORE = range(len(MIXES))

# epoch kinds
OPENING_EPOCH, EVENT_EPOCH, SAME_INSTANT, TIMER_EPOCH, REVIEW_EPOCH = range(5)

# why `advance` returned
EPOCH, TERMINATED, TRUNCATED, INTERVAL, COUNTING, FAILED = range(6)

# stages of a day; CLOSED lasts through overtime, OVERTIME_OVER until the last contact is finished
OPEN, CLOSED, OVERTIME_OVER, NIGHT = range(4)

# actions
HOLD, ASSIGN, DIAL, DIAL_RESERVED = range(4)
UNRESERVED_DIALS, RESERVED_DIALS = 1, 2  # bits: the kinds of dials that a campaign may use in a run

# Fixed timers of the event heap. From FIRST_STREAM on follow, by the capacities of the size class: one timer for each
# arrival stream (queue), campaign, advisor and contact record.
CLOCK_TIMER, SLOT_TIMER, WARM_UP_TIMER, REVIEW_TIMER, ROSTER_TIMER, MODE_TIMER, SURGE_TIMER, FIRST_STREAM = range(8)

# Kinds of event. Of events at one instant, those of a lower kind come first: the clock (opening, closing, end, warm-up,
# slot, roster, mode, surge, leads due), then ends (IVR, ring, talk, handover, wrap-up, patience, drop, hang-up, break),
# then arrivals (fresh contacts and pending descendants), then reviews.
CLOCK_EVENT, END_EVENT, ARRIVAL_EVENT, REVIEW_EVENT = range(4)

# Why a run stopped early (`e.failure`). A table, the log or the room for actions is full; a rule acted or read as it
# may not; the call has handled its events, before or within the row.
OK, CONTACTS_FULL, LOG_FULL, LEADS_FULL, ROUTING_ILLEGAL, PACING_ILLEGAL, READS_MORE = range(7)
ACTIONS_FULL, NOT_BEGUN, PAUSED = range(7, 10)

# codes of the event log: first events ("opening" to "return_call"), then actions and effects; a code is its index
LOG_CODES = (
    "opening", "closing", "overtime_end", "end", "slot", "warm_up_end", "review", "roster", "mode", "surge",
    "break_end",
    "fresh", "redial", "repeat", "ivr_end", "abandoned", "callback_due", "callback_ring_end", "handover_end",
    "talk_end", "wrap_up_end", "ring_end", "drop_due", "hang_up", "leads_due",
    "decided", "return_call",
    "action", "blocked", "balked", "waiting", "callback_accepted", "callback_ringing", "callback_lost", "assigned",
    "transferred", "away", "dialed", "connect_waiting", "joined", "dropped", "unserved", "scrubbed", "put_back",
    "closed", "kept", "broken", "day_end", "left_silently", "interrupted", "return_pending", "return_cancelled",
    "alerting", "not_picked_up",
)  # fmt: skip
(
    LOG_OPENING, LOG_CLOSING, LOG_OVERTIME_END, LOG_END, LOG_SLOT, LOG_WARM_UP_END, LOG_REVIEW, LOG_ROSTER, LOG_MODE,
    LOG_SURGE, LOG_BREAK_END,
    LOG_FRESH, LOG_REDIAL, LOG_REPEAT, LOG_IVR_END, LOG_ABANDONED, LOG_CALLBACK_DUE, LOG_CALLBACK_RING_END,
    LOG_HANDOVER_END,
    LOG_TALK_END, LOG_WRAP_UP_END, LOG_RING_END, LOG_DROP_DUE, LOG_HANG_UP, LOG_LEADS_DUE,
    LOG_DECIDED, LOG_RETURN_CALL,
    LOG_ACTION, LOG_BLOCKED, LOG_BALKED, LOG_WAITING, LOG_CALLBACK_ACCEPTED, LOG_CALLBACK_RINGING, LOG_CALLBACK_LOST,
    LOG_ASSIGNED,
    LOG_TRANSFERRED, LOG_AWAY, LOG_DIALED, LOG_CONNECT_WAITING, LOG_JOINED, LOG_DROPPED, LOG_UNSERVED, LOG_SCRUBBED,
    LOG_PUT_BACK, LOG_CLOSED, LOG_KEPT, LOG_BROKEN, LOG_DAY_END, LOG_LEFT_SILENTLY, LOG_INTERRUPTED,
    LOG_RETURN_PENDING, LOG_RETURN_CANCELLED, LOG_ALERTING, LOG_NOT_PICKED_UP,
) = range(len(LOG_CODES))  # fmt: skip
