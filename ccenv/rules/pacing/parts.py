"""Parts of pacing rules: advisors, queues and load of a campaign, dropped shares, dials of both kinds, and parameters.

A campaign shares a queue if one of its eligible groups handles the queue. All numbers of the rules are per campaign.
A rule asks the campaigns in the order of its parameter `order`.
"""

import math
from collections.abc import Callable
from typing import Any

from ccenv.rules.declared import COIN, FOR_INBOUND, LINES
from ccenv.rules.helpers import dial_up_to, idle_above, round_randomly
from ccenv.rules.spec import Param, RuleSpec, plain
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DAY_S, DIAL_RESERVED, HOLD
from ccenv.sim.state.definitions import NAMES, RUN_TOTAL

INFINITY = float("inf")
COIN_STATE = 2  # numbers that `event_coin` keeps
RATES = ("long", "short", "larger")  # answer rate of 30 min, of 5 min, the larger of both
OVER_RUN = len(NAMES)  # index of `RUN_TOTAL`, which is no window


def number(
    name: str,
    default: float,
    meaning: str,
    settable: tuple[float, float] | None = None,
    *,
    low: float = 0.0,
    high: float = INFINITY,
) -> Param:
    """Return a number per campaign."""
    return Param(name, default, low, high, meaning=meaning, per="campaign", settable=settable)


CAMPAIGN_ORDER = Param("order", per="campaign", order=True, meaning="campaigns in order of dialing")
KEPT = number("reserve", 0.0, "idle eligible advisors kept for inbound", (0.0, 10.0))
LINES_EACH = number("k", 1.0, "ringing lines for each idle advisor above the reserve", (0.0, 4.0))
HELD_BACK = number("c", 0.0, "lines held back", (0.0, 10.0))
RATE = Param("rate", RATES[0], words=RATES, meaning="answer rate that is used: of 30 min, of 5 min, the larger")
P_START = number("p_start", 0.3, "answer rate assumed before connects are seen", low=0.01, high=1.0)
DEFINITION = Param(
    "definition",
    "own",
    words=(*NAMES, RUN_TOTAL),
    meaning="definition of the dropped share, or the share over the run",
)
LIMIT = number("limit", 0.03, "limit of the dropped share", (0.001, 0.1), low=0.001, high=1.0)
ALL = (CAMPAIGN_ORDER, FOR_INBOUND)
OF_DIALS = {True: (), False: (LINES_EACH, HELD_BACK)}  # parameters of `dial_above`, and of `dial_lines_above`
SHARE = ("compliance_over", "compliance_base", "dropped", "joined_or_dropped")  # fields of `dropped_share`
ANSWERS = ("answer_rate", "joined_or_dropped")  # fields of `answer_rate`
DUTY = ("staffed", "away")  # fields of `on_duty`
RESERVED_READS = (*COIN, "idle", "idle_longest_s")
UNRESERVED_READS = (*COIN, *LINES)


@helper
def at_rank(c, order, rank):
    """Return the campaign at a place of the order."""
    found = 0
    for i in range(c.n_campaigns):
        if order[i] == rank:
            found = i
    return found


@helper
def seconds_since(snap, then):
    """Return the seconds since a time of day; a time that lies ahead was on the day before."""
    past = snap.time_of_day_s - then
    return past if past >= 0.0 else past + DAY_S


@helper
def shares(c, i, q):
    """Return whether a group that is eligible for campaign i handles queue q."""
    for word in range(c.campaign_groups.shape[1]):
        if c.campaign_groups[i, word] & c.queue_groups[q, word] != U(0):
            return True
    return False


@helper
def on_duty(snap, c, i):
    """Return the eligible advisors of campaign i on duty who are not away (reads `staffed`, `away`)."""
    total = 0.0
    for word in range(c.campaign_groups.shape[1]):
        left = c.campaign_groups[i, word]
        while left != U(0):
            g = WORD * word + lowest(left)
            total += snap.staffed[g] - snap.away[g]
            left = without_lowest(left)
    return total


@helper
def waiting_beside(snap, c, i):
    """Return the contacts in line of the queues that campaign i shares, without deferrable work (`queue_length`)."""
    total = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            total += snap.queue_length[q]
    return total


@helper
def talking(snap, c, i):
    """Return the contacts of campaign i that talk to an advisor (reads `in_service`)."""
    total = 0.0
    for g in range(c.n_groups):
        if c.campaign_pair[i, g] >= 0:
            total += snap.in_service[c.campaign_pair[i, g]]
    return total


@helper
def dropped_share(snap, i, definition):
    """Return the dropped share of campaign i in the window of now, 0 before the first connect."""
    base = share_base(snap, i, definition)
    if definition == OVER_RUN:
        return snap.dropped[i] / base if base > 0.0 else 0.0
    return snap.compliance_over[i, int(definition)] / base if base > 0.0 else 0.0


@helper
def share_base(snap, i, definition):
    """Return the denominator of the dropped share of campaign i in the window of now."""
    if definition == OVER_RUN:
        return snap.joined_or_dropped[i]
    return snap.compliance_base[i, int(definition)]


@helper
def answer_rate(snap, i, rate, p_start):
    """Return the answer rate of campaign i, in [0.01, 1]: that of now, mixed with `p_start` worth of five connects."""
    now = snap.answer_rate[i, 1]
    if rate == 1.0:
        now = snap.answer_rate[i, 0]
    if rate == 2.0:
        now = max(snap.answer_rate[i, 0], snap.answer_rate[i, 1])
    connects = snap.joined_or_dropped[i]
    return min(max((connects * now + 5.0 * p_start) / (connects + 5.0), 0.01), 1.0)


@helper
def reserved_dial(snap, mask, c, i, kept):
    """Return the dial of campaign i with one reserved advisor, else HOLD.

    The group is the one whose first idle advisor has been idle longest, of those with more than `kept` idle advisors.
    """
    best = HOLD
    for a in range(c.first_dial[i], c.first_dial[i + 1]):
        g = c.action[a].group
        if c.action[a].kind == DIAL_RESERVED and mask[a] and snap.idle[g] > kept[g]:
            if best == HOLD or snap.idle_longest_s[g] > snap.idle_longest_s[c.action[best].group]:
                best = a
    return best


@helper
def dial_above(snap, mask, c, i, reserve, kept, coin):
    """Return a dial of campaign i with a reserved advisor while more are idle than `reserve`, rounded randomly."""
    if idle_above(snap, c, i, kept) > round_randomly(max(reserve, 0.0), coin):
        return reserved_dial(snap, mask, c, i, kept)
    return HOLD


@helper
def dial_lines_above(snap, mask, c, i, reserve, params, coin):
    """Return a dial of campaign i up to k (idle - reserve)^+ - c ringing lines, rounded randomly."""
    spare = max(0.0, idle_above(snap, c, i, params.kept_for_inbound) - max(reserve, 0.0))
    return dial_up_to(snap, mask, c, i, round_randomly(max(0.0, params.k[i] * spare - params.c[i]), coin))


@helper
def nearest(x):
    """Return x rounded to the nearest whole number, halves up."""
    return math.floor(x + 0.5)


def both_kinds(
    reserved: Callable[..., Any],
    unreserved: Callable[..., Any],
    params: tuple[Param, ...],
    reads: tuple[str, ...],
    state_term: bool,
    state: int = COIN_STATE,
    needs: tuple[str, ...] = (),
) -> tuple[RuleSpec, ...]:
    """Return the declarations of the rule for reserved dials and of the one for lines."""
    return tuple(
        RuleSpec(
            plain(function).__name__,
            function,
            (*ALL, *params, *OF_DIALS[reserves]),
            (*(RESERVED_READS if reserves else UNRESERVED_READS), *reads),
            state=state,
            reserves=reserves,
            tosses=True,
            state_term=state_term,
            needs=needs,
        )
        for function, reserves in ((reserved, True), (unreserved, False))
    )
