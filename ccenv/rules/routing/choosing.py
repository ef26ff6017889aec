"""How rules that score pairs choose: one decorator makes the rule of its score.

A score is a compiled function `(snap, mask, c, params, state, a)` of an assignment that is legal and due. The rule
takes the queue with the highest score, then the group. Equal scores: the longest wait. Deferrable work comes after
contacts on a line, an answering service after own advisors, and of the levels of a chat the lowest comes first,
whatever the scores are. A pair whose score is `SHUT` is not assigned unless holding is illegal.

The parameter `advisor` chooses the group: `best_pair` the one with the highest score, `longest_idle`, `least_skilled`
and `most_skilled` as the basic rules say, `fastest` the one with the highest `handle_rate` for the queue, `pair_order`
the one with the smallest `pair_rank`, `least_occupied` the one with most idle advisors for its size, `group_size`.
Equal groups: the one whose first advisor has been idle longest.
"""

import math

from ccenv.rules.declared import HEAD, IDLE, OF_ROUTING, OVERFLOW, WORK_RESERVE
from ccenv.rules.helpers import ADVISORS, is_due, may_take, n_skills
from ccenv.rules.spec import Param
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD

SHUT = -math.inf
GROUP_CHOICES = (*ADVISORS, "fastest", "pair_order", "least_occupied", "best_pair")
LEAST_SKILLED, MOST_SKILLED, FASTEST, PAIR_ORDER, LEAST_OCCUPIED, BEST_PAIR = range(1, 7)
SMALLEST_SHARE = 1e-9  # size of a group without planned advisors

_MEANING = "which group with an idle advisor comes first"
BY_SCORE = Param("advisor", "best_pair", words=GROUP_CHOICES, meaning=_MEANING, settable=(0.0, 1.0))
BY_IDLE_TIME = Param("advisor", ADVISORS[0], words=GROUP_CHOICES, meaning=_MEANING, settable=(0.0, 1.0))
HANDLE_RATE = Param(
    "handle_rate", per="pair", computed="handle_rate", meaning="contacts that an advisor handles in an hour"
)
PAIR_RANK = Param(
    "pair_rank",
    per="pair",
    computed="skill_place",
    meaning="place of the pair for `pair_order`, the smallest first; default: place of the queue in the group's skills",
)
GROUP_SIZE = Param("group_size", per="group", computed="group_share", meaning="size of the group for `least_occupied`")
OF_GROUPS = (HANDLE_RATE, PAIR_RANK, GROUP_SIZE)  # what `advisor` needs
SHARED = (*OF_GROUPS, OVERFLOW, WORK_RESERVE, *OF_ROUTING)
READS = IDLE
READS_IF_LEGAL = HEAD


@helper
def pair_of(c, a):
    """Return the index of the pair of an assignment."""
    return c.queue_pair[c.action[a].index, c.action[a].group]


@helper
def _service(c, a):
    """Return 1 for an assignment to an answering service, else 0."""
    return c.group[c.action[a].group].service


@helper
def _merit(snap, c, params, a, score):
    """Return the number by which `advisor` compares the group of an assignment; the highest comes first."""
    g = c.action[a].group
    if params.advisor == BEST_PAIR:
        return score
    if params.advisor == FASTEST:
        return params.handle_rate[pair_of(c, a)]
    if params.advisor == PAIR_ORDER:
        return -params.pair_rank[pair_of(c, a)]
    if params.advisor == LEAST_OCCUPIED:
        return snap.idle[g] / max(params.group_size[g], SMALLEST_SHARE)
    if params.advisor == LEAST_SKILLED:
        return -1.0 * n_skills(c, g)
    if params.advisor == MOST_SKILLED:
        return 1.0 * n_skills(c, g)
    return 0.0


@helper
def _goes_first(snap, c, params, a, score, best, best_score):
    """Return whether assignment `a` of a queue comes before assignment `best` of the same queue."""
    if best == HOLD:
        return True
    g, other = c.action[a].group, c.action[best].group
    if c.action[a].n != c.action[best].n:
        return c.action[a].n < c.action[best].n
    if _service(c, a) != _service(c, best):
        return _service(c, a) == 0
    merit, best_merit = _merit(snap, c, params, a, score), _merit(snap, c, params, best, best_score)
    if merit != best_merit:
        return merit > best_merit
    return snap.idle_longest_s[g] > snap.idle_longest_s[other]


@helper
def _is_served_first(snap, c, q, value, other, other_value):
    """Return whether queue q comes before another one, each with the highest score of its pairs."""
    if c.queue[q].deferrable != c.queue[other].deferrable:
        return c.queue[q].deferrable == 0
    if value != other_value:
        return value > other_value
    return snap.head_entry_wait_s[q] > snap.head_entry_wait_s[other]


@helper
def nothing(snap, c, params, state):
    """Do nothing before a decision."""


def by_score(score):
    """Return the routing rule that assigns the pair with the highest score, as the module says."""
    return by_score_after(nothing)(score)


def by_score_after(before):
    """Return the decorator `by_score` with a function `(snap, c, params, state)` that is called before the scores."""

    def decorate(score):
        return _made(score, before)

    return decorate


def _made(score, before):

    @helper
    def rule(snap, mask, c, params, state, u):
        before(snap, c, params, state)
        first, top = HOLD, SHUT
        for word in range(snap.ready.shape[0]):
            left = snap.ready[word]
            while left != U(0):
                q = WORD * word + lowest(left)
                left = without_lowest(left)
                best, own, value = HOLD, SHUT, SHUT
                for a in range(c.first_assign[q], c.first_assign[q + 1]):
                    if not may_take(snap, mask, c, a, params.kept_for_outbound):
                        continue
                    if not is_due(snap, mask, c, a, params.overflow_after_s, params.work_reserve):
                        continue
                    found = score(snap, mask, c, params, state, a)
                    if found == SHUT and mask[HOLD]:
                        continue
                    if best == HOLD or _service(c, a) < _service(c, best):
                        value = found  # own advisors alone count for the queue, where there are any
                    elif _service(c, a) == _service(c, best):
                        value = max(value, found)
                    if _goes_first(snap, c, params, a, found, best, own):
                        best, own = a, found
                if best != HOLD and (first == HOLD or _is_served_first(snap, c, q, value, c.action[first].index, top)):
                    first, top = best, value
        return first

    function = rule.py_func if hasattr(rule, "py_func") else rule
    plain = score.py_func if hasattr(score, "py_func") else score
    function.__name__ = function.__qualname__ = plain.__name__
    function.__doc__ = plain.__doc__
    return rule
