"""Small integers of the kernel: purposes of uniforms, phases, advisor states, epochs, stops, log codes."""

NIL = -1
INFINITY = float("inf")
DAY_S = 86_400.0

# purposes: which uniform of an entity's key
GAP, PRIORITY, PATIENCE, HANDLE, WRAP_UP, REDIAL_P, REDIAL_DELAY, REPEAT_P, REPEAT_DELAY = range(9)
CONTACT_NUMBER, RING, OUTCOME, DROP_AFTER, SALE, DAY_LEVEL, COIN = range(9, 16)

# kinds of contact; REDIAL and REPEAT also name the step from a key to its descendant's
FRESH, REDIAL, REPEAT, LEAD = range(4)

# laws of time
NEVER, CONSTANT, EXPONENTIAL, UNIFORM, LOGNORMAL, PIECEWISE_HAZARD = range(6)

# phases of a contact record
FREE, WAITING, TALKING, WRAPPING, PENDING_REDIAL, PENDING_REPEAT, RINGING, CONNECT_WAITING = range(8)

# advisor states
OFF, IDLE, RESERVED, ADVISOR_TALKING, ADVISOR_WRAP_UP = range(5)

# outcomes of an attempt, in the order of their cumulative shares
CONNECT, FALSE_POSITIVE, MACHINE_PASSED, MACHINE, BUSY, INVALID, NO_ANSWER = range(7)

# epoch kinds
OPENING_EPOCH, EVENT_EPOCH, SAME_INSTANT, TIMER_EPOCH, REVIEW_EPOCH = range(5)

# why `advance` returned
EPOCH, TERMINATED, TRUNCATED, INTERVAL, COUNTING, FAILED = range(6)

# stages of a day
OPEN, CLOSED, OVERTIME_OVER, NIGHT = range(4)

# actions
HOLD, ASSIGN, DIAL, DIAL_RESERVED = range(4)

# fixed event slots of the heap; arrival streams and contact records follow
CLOCK_SLOT, STAFF_SLOT, WARM_UP_SLOT, REVIEW_SLOT, FIRST_STREAM = range(5)

# failures
OK, CONTACTS_FULL, LOG_FULL, OUTLASTS_NIGHT = range(4)

# event log: events, then effects
LOG_CODES = (
    "opening", "closing", "overtime_end", "end", "slot", "warm_up_end", "review", "fresh", "redial", "repeat",
    "abandoned",
    "talk_end", "wrap_up_end", "ring_end", "drop_due", "action", "blocked", "waiting", "assigned", "dialed",
    "connect_waiting",
    "joined", "dropped", "unserved", "day_end",
)  # fmt: skip
(
    LOG_OPENING, LOG_CLOSING, LOG_OVERTIME_END, LOG_END, LOG_SLOT, LOG_WARM_UP_END, LOG_REVIEW, LOG_FRESH,
    LOG_REDIAL, LOG_REPEAT,
    LOG_ABANDONED, LOG_TALK_END, LOG_WRAP_UP_END, LOG_RING_END, LOG_DROP_DUE, LOG_ACTION, LOG_BLOCKED, LOG_WAITING,
    LOG_ASSIGNED,
    LOG_DIALED, LOG_CONNECT_WAITING, LOG_JOINED, LOG_DROPPED, LOG_UNSERVED, LOG_DAY_END,
) = range(len(LOG_CODES))  # fmt: skip
