"""Rules with a first choice of pairs, and conditions under which the others open: time waited, length, preference."""

from ccenv.rules.declared import LENGTH, ORDER
from ccenv.rules.routing.choosing import BY_IDLE_TIME, BY_SCORE, READS, READS_IF_LEGAL, SHARED, SHUT, by_score, pair_of
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper

FIRST = 1e9  # above any wait [s]
STEP_S = 1e-6  # by which pairs of equal waits differ

OWN_TEAM = Param(
    "own_team",
    per="pair",
    high=1.0,
    computed="own_team",
    meaning="1 if the group is the queue's own team; default: if it is fastest, or first to name it of the fastest",
)
TIER = Param(
    "tier",
    per="pair",
    computed="help_tier",
    meaning="tier of the group for the queue; default: 0 for the queue's own team, 1 for others",
)
TIER_WAIT = Param("tier_wait_s", 30.0, meaning="wait [s] for each tier before it opens", settable=(0.0, 300.0))
PENALTY = Param(
    "penalty",
    per="pair",
    computed="help_tier",
    meaning="penalty of the group for the queue; default: 0 for the queue's own team, 1 for others",
)
MOST_PENALTY = Param("most_penalty", 0.0, meaning="highest penalty that may be assigned at once", settable=(0.0, 5.0))
CHANGE = Param(
    "change_s", 30.0, low=1.0, meaning="seconds after which the highest penalty rises", settable=(5.0, 300.0)
)
RISE = Param("rise", 1.0, meaning="rise of the highest penalty each `change_s`", settable=(0.0, 5.0))
DELAY = Param("delay_s", 0.0, per="pair", meaning="wait [s] from which the group may take it", settable=(0.0, 300.0))
LENGTH_FROM = Param("length", 3.0, meaning="contacts in line from which other teams help", settable=(1.0, 20.0))
PREFERRED_WAIT = Param(
    "others_after_s", 0.0, meaning="wait [s] before another than the preferred advisor takes it", settable=(0.0, 120.0)
)


@by_score
@helper
def own_team_first(snap, mask, c, params, state, a):
    """Assign to own teams first: an advisor helps another queue only if none of the team's own waits.

    Among the contacts of own teams, and among the others, the longest wait. A contact that finds its own team busy goes
    to any other group at once.
    """
    own = FIRST if params.own_team[pair_of(c, a)] > 0.0 else 0.0
    return own + snap.head_entry_wait_s[c.action[a].index]


@by_score
@helper
def tiers(snap, mask, c, params, state, a):
    """Assign the longest wait to the lowest tier; tier n opens after n times `tier_wait_s`.

    Source: tier rules of FreeSWITCH mod_callcenter, which multiply the wait by the level; bullseye rings of Genesys
    Cloud.
    """
    p, wait_s = pair_of(c, a), snap.head_entry_wait_s[c.action[a].index]
    return SHUT if wait_s < params.tier[p] * params.tier_wait_s else wait_s - STEP_S * params.tier[p]


@by_score
@helper
def penalties(snap, mask, c, params, state, a):
    """Assign the longest wait to the lowest penalty, of those up to a highest one that rises with the wait.

    The highest penalty is `most_penalty`, and `rise` more after each `change_s` of waiting. Source: queue rules of
    Asterisk app_queue, `penaltychange`.
    """
    wait_s = snap.head_entry_wait_s[c.action[a].index]
    most = params.most_penalty + params.rise * (wait_s // params.change_s)
    penalty = params.penalty[pair_of(c, a)]
    return SHUT if penalty > most else wait_s - STEP_S * penalty


@by_score
@helper
def profiles(snap, mask, c, params, state, a):
    """Assign by routing profiles: queues in an order, the longest wait among equals, groups after a delay each.

    Source: routing profiles of Amazon Connect, a priority and a delay for each queue; AGENTSPREFWITHDELAYS of the
    ContactCenters library.
    """
    q = c.action[a].index
    if snap.head_entry_wait_s[q] < params.delay_s[pair_of(c, a)]:
        return SHUT
    return snap.head_entry_wait_s[q] - FIRST * params.order[q]


@by_score
@helper
def overflow_at_length(snap, mask, c, params, state, a):
    """Assign the longest wait to its own team; other teams take from a line of at least `length` contacts.

    Source: overflow thresholds of ACD; router OVERFLOWANDPRIORITY of the ContactCenters library.
    """
    q = c.action[a].index
    own = params.own_team[pair_of(c, a)] > 0.0
    if not own and snap.queue_length[q] < params.length:
        return SHUT
    return snap.head_entry_wait_s[q] + (FIRST if own else 0.0)


@by_score
@helper
def preferred_advisor(snap, mask, c, params, state, a):
    """Assign a contact to its preferred advisor where that one is idle; others take it after `others_after_s`.

    Source: preferred-agent routing of Genesys Cloud; known worker of Twilio TaskRouter.
    """
    q = c.action[a].index
    if snap.head_preferred[pair_of(c, a)] > 0.0:
        return snap.head_entry_wait_s[q] + FIRST
    return snap.head_entry_wait_s[q] if snap.head_entry_wait_s[q] >= params.others_after_s else SHUT


RULES = (
    RuleSpec("own_team_first", own_team_first, (OWN_TEAM, BY_SCORE, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec("tiers", tiers, (TIER, TIER_WAIT, BY_SCORE, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec("penalties", penalties, (PENALTY, MOST_PENALTY, CHANGE, RISE, BY_SCORE, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec("profiles", profiles, (ORDER, DELAY, BY_IDLE_TIME, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec(
        "overflow_at_length",
        overflow_at_length,
        (OWN_TEAM, LENGTH_FROM, BY_SCORE, *SHARED),
        READS,
        (*READS_IF_LEGAL, LENGTH),
    ),
    RuleSpec(
        "preferred_advisor",
        preferred_advisor,
        (PREFERRED_WAIT, BY_SCORE, *SHARED),
        READS,
        (*READS_IF_LEGAL, "head_preferred"),
        needs=("preferred_advisors",),
    ),
)
