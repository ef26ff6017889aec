"""Index rules: each pair has a score of constants and, in some, of the line; the pair with the highest is assigned.

Rates are per hour. The constants are computed from the scenario, so none of these rules has to be given any: handle
rates mu and abandonment rates theta from its times, waiting costs c from its reward preset.
"""

from ccenv.rules.declared import LENGTH
from ccenv.rules.routing.choosing import BY_SCORE, READS, READS_IF_LEGAL, SHARED, by_score, pair_of
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper

PLANNED = 1e9  # above any product of cost and rate
LEAST_SHARE = 1e-6  # share of a queue from which a pair is in the plan
CONTACTS = 1.0  # index of the word `contacts`

COST = Param("waiting_cost", per="queue", computed="waiting_cost", meaning="cost c of an hour of waiting")
ABANDON_RATE = Param(
    "abandon_rate", per="queue", low=1e-6, default=1.0, computed="abandon_rate", meaning="1 / mean patience [1/h]"
)
ADVANTAGE = Param("advantage", per="pair", computed="advantage", meaning="rate over the fastest rate for the queue")
PLANNED_SHARE = Param(
    "planned_share", per="pair", computed="planned_share", meaning="share of the queue that the plan gives the group"
)
WEIGHT = Param("weight", 1.0, per="queue", meaning="weight of the queue", settable=(0.0, 10.0))


@by_score
@helper
def c_mu(snap, mask, c, params, state, a):
    """Assign the pair with the highest product of waiting cost and handle rate, c mu.

    Optimal for one pool without abandonment. Source: Smith 1956; Cox and Smith 1961.
    """
    return params.waiting_cost[c.action[a].index] * params.handle_rate[pair_of(c, a)]


@by_score
@helper
def c_mu_theta(snap, mask, c, params, state, a):
    """Assign the pair with the highest c mu / theta, theta being the queue's rate of abandonment.

    Asymptotically optimal for one overloaded pool with exponential patience. Source: Atar, Giat and Shimkin 2010.
    """
    q = c.action[a].index
    return params.waiting_cost[q] * params.handle_rate[pair_of(c, a)] / params.abandon_rate[q]


@by_score
@helper
def generalised_c_mu(snap, mask, c, params, state, a):
    """Assign the pair with the highest c x^power mu, x being the wait of the first in line, or the contacts in line.

    It is C'(x) mu with C'(x) = c x^power, the marginal cost of a convex cost. Source: van Mieghem 1995; Mandelbaum and
    Stolyar 2004.
    """
    q = c.action[a].index
    x = snap.queue_length[q] if params.measure == CONTACTS else snap.head_entry_wait_s[q]
    return params.waiting_cost[q] * params.handle_rate[pair_of(c, a)] * x**params.power


@by_score
@helper
def comparative_advantage(snap, mask, c, params, state, a):
    """Assign the pair with the highest c mu weighted by mu / max mu, the rate over the fastest one for the queue.

    A fast group is thus kept for the queues at which the others are slow. `advantage` is mu / max mu of own advisors.
    """
    p = pair_of(c, a)
    return params.waiting_cost[c.action[a].index] * params.handle_rate[p] * params.advantage[p]


@by_score
@helper
def planned_pairs(snap, mask, c, params, state, a):
    """Assign pairs of the static planning problem first, the others after them, each by highest c mu.

    The plan minimises the largest load of a group by a linear program; its basic pairs are those with a share. Source:
    Harrison and Lopez 1999.
    """
    p = pair_of(c, a)
    planned = PLANNED if params.planned_share[p] > LEAST_SHARE else 0.0
    return planned + params.waiting_cost[c.action[a].index] * params.handle_rate[p]


@by_score
@helper
def max_weight(snap, mask, c, params, state, a):
    """Assign the pair with the highest product of weight, contacts in line and handle rate.

    It keeps lines stable whenever a rule can, without knowing the arrivals. Source: Tassiulas and Ephremides 1992;
    Stolyar 2004.
    """
    q = c.action[a].index
    return params.weight[q] * snap.queue_length[q] * params.handle_rate[pair_of(c, a)]


MEASURE = Param("measure", "wait", words=("wait", "contacts"), meaning="what x is")
POWER = Param("power", 1.0, high=4.0, meaning="exponent of x", settable=(0.0, 4.0))
_SHARED = (BY_SCORE, *SHARED)

RULES = (
    RuleSpec("c_mu", c_mu, (COST, *_SHARED), READS, READS_IF_LEGAL),
    RuleSpec("c_mu_theta", c_mu_theta, (COST, ABANDON_RATE, *_SHARED), READS, READS_IF_LEGAL),
    RuleSpec(
        "generalised_c_mu",
        generalised_c_mu,
        (COST, MEASURE, POWER, *_SHARED),
        READS,
        (*READS_IF_LEGAL, LENGTH),
    ),
    RuleSpec("comparative_advantage", comparative_advantage, (COST, ADVANTAGE, *_SHARED), READS, READS_IF_LEGAL),
    RuleSpec("planned_pairs", planned_pairs, (COST, PLANNED_SHARE, *_SHARED), READS, READS_IF_LEGAL),
    RuleSpec("max_weight", max_weight, (WEIGHT, *_SHARED), READS, (*READS_IF_LEGAL, LENGTH)),
)
