"""Small integers of the kernel: purposes of uniforms, phases, advisor states, epochs, stops, log codes."""

from typing import Literal, get_args

NIL = -1
INFINITY = float("inf")
DAY_S = 86_400.0

# purposes: which uniform of an entity's key
GAP, PRIORITY, PATIENCE, HANDLE, WRAP_UP, REDIAL_P, REDIAL_DELAY, REPEAT_P, REPEAT_DELAY = range(9)
CONTACT_NUMBER, RING, OUTCOME, DROP_AFTER, SALE, DAY_LEVEL, COIN = range(9, 16)
IVR_TIME, IVR_OUTCOME, ROUTE, BALK, TOLERANCE, TRANSFER_P, HANDOVER, MONITOR = range(16, 24)
CALLBACK_ACCEPT, CALLBACK_RING, CALLBACK_ANSWER, RETRY = range(24, 28)
IDENTIFIED, RETURNING, VALUE_CLASS, PREFERRED_P, PREFERRED_ADVISOR = range(28, 33)
SPEED, QUALITY, ABSENT, IDLE_ORDER, SLOT_LEVEL, MODE, SURGE_P, SURGE_START, SURGE_LENGTH = range(33, 42)
CONSENT, DO_NOT_CALL, VALUE, HANG_UP, STOP, AGREE, AGREE_DELAY, KEPT, KEPT_DELAY, LIST_ORDER, MIX = range(42, 53)

# kinds of contact; REDIAL and REPEAT also name the step from a key to its descendant's, as do those behind LEAD
FRESH, REDIAL, REPEAT, LEAD, TRANSFER, CALLBACK, ATTEMPT = range(7)
# steps from an advisor's key to another
IDLE_STEP, DAY_STEP = range(2)

# distributions of time
NEVER, CONSTANT, EXPONENTIAL, UNIFORM, LOGNORMAL, PIECEWISE_HAZARD = range(6)
GAMMA, HYPER_EXPONENTIAL, WEIBULL, EMPIRICAL = range(6, 10)

VALUE_CLASSES = 5  # of customers; the first is that of contacts of none

# phases of a contact record
FREE, WAITING, TALKING, WRAPPING, PENDING_REDIAL, PENDING_REPEAT, RINGING, CONNECT_WAITING = range(8)
IN_IVR, VIRTUAL, CALLBACK_RINGING, PENDING_CALLBACK, HANDING_OVER, HOLDING = range(8, 14)
N_PHASES = 14

# advisor states
OFF, IDLE, AWAITING_ANSWER, ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAY = range(6)
N_STATES = 6

# which of the idle advisors of a group comes first, by name
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

# entries of the roster
ON, GO_OFF, BREAK = range(3)

# how an IVR ends
ROUTED, CONTAINED, HUNG_UP = range(3)

# outcomes of an attempt, in the order of their cumulative shares
CONNECT, FALSE_POSITIVE, MACHINE_PASSED, MACHINE, BUSY, INVALID, NO_ANSWER = range(7)

# what becomes of a lead whose attempt is over, as retries are declared
AFTER_NO_ANSWER, AFTER_BUSY, AFTER_MACHINE, AFTER_DROPPED, AFTER_HUNG_UP, AFTER_TALKED = range(6)
AFTER = ("no_answer", "busy", "machine", "dropped", "hung_up", "talked")
# why a lead waits
RETRYING, AGREED, PROMISED = range(3)
# ring distributions by outcome
RING_DISTS = ("person", "machine", "busy", "invalid", "no_answer")
# orders of retries, and from which segment a fresh lead comes
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

# stages of a day
OPEN, CLOSED, OVERTIME_OVER, NIGHT = range(4)

# actions
HOLD, ASSIGN, DIAL, DIAL_RESERVED = range(4)

# fixed timers of the heap; arrival streams, campaigns, advisors and contact records follow
CLOCK_TIMER, SLOT_TIMER, WARM_UP_TIMER, REVIEW_TIMER, ROSTER_TIMER, MODE_TIMER, SURGE_TIMER, FIRST_STREAM = range(8)

# failures
OK, CONTACTS_FULL, LOG_FULL, LEADS_FULL = range(4)

# event log: events, then effects
LOG_CODES = (
    "opening", "closing", "overtime_end", "end", "slot", "warm_up_end", "review", "roster", "mode", "surge",
    "break_end",
    "fresh", "redial", "repeat", "ivr_end", "abandoned", "callback_due", "callback_ring_end", "handover_end",
    "talk_end", "wrap_up_end", "ring_end", "drop_due", "hang_up", "leads_due",
    "action", "blocked", "balked", "waiting", "callback_accepted", "callback_ringing", "callback_lost", "assigned",
    "transferred", "away", "dialed", "connect_waiting", "joined", "dropped", "unserved", "scrubbed", "put_back",
    "closed", "kept", "broken", "day_end",
)  # fmt: skip
(
    LOG_OPENING, LOG_CLOSING, LOG_OVERTIME_END, LOG_END, LOG_SLOT, LOG_WARM_UP_END, LOG_REVIEW, LOG_ROSTER, LOG_MODE,
    LOG_SURGE, LOG_BREAK_END,
    LOG_FRESH, LOG_REDIAL, LOG_REPEAT, LOG_IVR_END, LOG_ABANDONED, LOG_CALLBACK_DUE, LOG_CALLBACK_RING_END,
    LOG_HANDOVER_END,
    LOG_TALK_END, LOG_WRAP_UP_END, LOG_RING_END, LOG_DROP_DUE, LOG_HANG_UP, LOG_LEADS_DUE,
    LOG_ACTION, LOG_BLOCKED, LOG_BALKED, LOG_WAITING, LOG_CALLBACK_ACCEPTED, LOG_CALLBACK_RINGING, LOG_CALLBACK_LOST,
    LOG_ASSIGNED,
    LOG_TRANSFERRED, LOG_AWAY, LOG_DIALED, LOG_CONNECT_WAITING, LOG_JOINED, LOG_DROPPED, LOG_UNSERVED, LOG_SCRUBBED,
    LOG_PUT_BACK, LOG_CLOSED, LOG_KEPT, LOG_BROKEN, LOG_DAY_END,
) = range(len(LOG_CODES))  # fmt: skip
