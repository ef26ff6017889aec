"""Definitions of the dropped share that regulators and dialers use, declared once.

Each definition is a share "over / base" of connects in a window, which is compared with the campaign's `drop_limit`
(3 % is usual). The text of a definition marks as "ours" each choice that its source leaves open.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

# instant from which the threshold is measured: answer, greeting (which begins at the answer), detector's decision
Start = Literal["connected", "greeting_start", "greeting_end", "decided"]
Base = Literal["live", "queue"]  # denominator: connects; connects and machines passed
HangUps = Literal["late", "all", "none"]  # which hang-ups count as over: after the threshold; all; none
FalsePositives = Literal["ignored", "estimated"]
Window = Literal["day", "period_30d", "rolling_24h"]

STARTS, BASES, HANG_UPS, FALSE_POSITIVES, WINDOWS = map(get_args, (Start, Base, HangUps, FalsePositives, Window))
GREETING_END, DECIDED = STARTS.index("greeting_end"), STARTS.index("decided")
QUEUE_BASE = BASES.index("queue")
LATE, ALL = HANG_UPS.index("late"), HANG_UPS.index("all")
ESTIMATED = FALSE_POSITIVES.index("estimated")
DAY_WINDOW, PERIOD_WINDOW, ROLLING_WINDOW = range(len(WINDOWS))

PERIOD_DAYS = 30
ROLLING_HOURS = 24


class Definition(NamedTuple):
    """One definition of the dropped share.

    `threshold_s`: seconds after `start` from which a joined connect counts as over; None: only dropped connects do.
    `false_positives`: whether persons taken for machines are estimated and added. `window`: the period of one share.
    """

    name: str
    threshold_s: float | None
    start: Start
    base: Base
    hang_ups: HangUps
    false_positives: FalsePositives
    window: Window
    source: str


DEFINITIONS = (
    Definition(
        "ftc_30d", 2.0, "greeting_end", "live", "late", "ignored", "period_30d",
        "FTC Telemarketing Sales Rule, 16 CFR 310.4(b)(4): not joined within 2 s of the completed greeting, of calls "
        "answered by a person, by campaign and period of 30 days",
    ),
    Definition(
        "ofcom_24h", 2.0, "connected", "live", "late", "estimated", "day",
        "Ofcom, persistent misuse policy of 2017: within 2 s of the answer, of live calls, by campaign and 24 h, with "
        "a reasoned estimate of persons taken for machines; that 24 h are the centre's day is ours",
    ),
    Definition(
        "vicidial_today", None, "connected", "live", "all", "ignored", "day",
        "ViciDial's drops today / answers today: connects that met nobody; a late joining is none",
    ),
    Definition(
        "genesys_queue", 2.0, "decided", "queue", "late", "ignored", "day",
        "Genesys Cloud: compliance threshold 2 s, of calls that reached the queue, machines taken for persons among "
        "them; that a call reaches the queue at the detector's decision, and the window of a day, are ours",
    ),
    Definition(
        "connect_rolling_24h", 2.0, "connected", "queue", "late", "ignored", "rolling_24h",
        "Amazon Connect AbandonmentRatePacingConfig: connection threshold from CONNECTED_TO_SYSTEM, evaluation window "
        "PT24H; the threshold of 2 s and windows by whole hours are ours",
    ),
)  # fmt: skip
OWN = "own"  # the campaign's own definition, given by parameters or by the name of a definition
NAMES = (*(definition.name for definition in DEFINITIONS), OWN)
N_DEFINITIONS = len(NAMES)
FIRST_ROLLING = min(k for k, definition in enumerate(DEFINITIONS) if definition.window == "rolling_24h")
# Definitions with sums by hour: those from FIRST_ROLLING on, which includes "own" because its window may be rolling.
N_ROLLING = N_DEFINITIONS - FIRST_ROLLING
RUN_TOTAL = "run_total"  # dropped / (joined + dropped) over the whole run; not a legal definition
