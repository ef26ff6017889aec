"""What a rule declares: its function, its parameters, what it reads, and how much it remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

AXES = ("queue", "group", "campaign", "pair")
OWN = ("p_contained",)  # numbers of the scenario that a rule may have as parameters (`Param.own`)
# Parameters that set a value of the centre, by their axis: any rule of their half may declare them (`Param.of_centre`).
CALLBACK_ABOVE, KEPT_FOR_INBOUND, KEPT_FOR_OUTBOUND = "callback_above_s", "kept_for_inbound", "kept_for_outbound"
# Constants that are computed from the scenario, by their axis: defaults of parameters (`Param.computed`).
COMPUTED = {
    "handle_rate": "pair",
    "advantage": "pair",
    "planned_share": "pair",
    "own_team": "pair",
    "help_tier": "pair",
    "skill_place": "pair",
    "waiting_cost": "queue",
    "abandon_rate": "queue",
    "target_wait_s": "queue",
    "queue_share": "queue",
    "group_share": "group",
}
# What a rule may need of a centre (`RuleSpec.needs`), in words.
NEEDS = {
    "observed_mode": "a load that switches between two modes that are observed (switching.observed = true)",
    "callbacks": "a queue that offers callbacks",
    "preferred_advisors": "a queue whose customers have preferred advisors",
    "deferrable": "a queue of deferrable work",
}
OF_CENTRE = {CALLBACK_ABOVE: "queue", KEPT_FOR_INBOUND: "group", KEPT_FOR_OUTBOUND: "group"}


class RuleError(ValueError):
    """A rule or parameter does not exist or may not be used here."""


class MisfitError(RuleError):
    """The centre lacks what a rule needs."""


class Param(NamedTuple):
    """A parameter of a rule.

    Attributes:
        name: Its name; the rule reads it as `params.<name>`.
        default: Value where none is given: a number, or a word. An order has none: it is the order of the scenario.
        low: Lower bound of a number.
        high: Upper bound of a number.
        words: Allowed words; the rule reads the index of the word. Empty: the parameter is a number.
        meaning: What it is, in a few words.
        per: "" for one value; `queue`, `group`, `campaign` or `pair` for one value each, read as `params.<name>[k]`.
            A pair is read at `c.queue_pair[q, g]` or `c.campaign_pair[i, g]`.
        order: The value is a list of all names of `per` (`queue` or `campaign`); the rule reads the rank of each, 0 for
            the first.
        settable: Bounds between which a supervisor may set it, None if it may not; for words any bounds.
        own: It is a number of the scenario, by queue, which the simulator reads here in its place; the default is the
            scenario's.
        computed: Name in `COMPUTED` of the constant that is its default, computed from the scenario; "" for none.
    """

    name: str
    default: float | str = 0.0
    low: float = 0.0
    high: float = float("inf")
    words: tuple[str, ...] = ()
    meaning: str = ""
    per: Literal["", "queue", "group", "campaign", "pair"] = ""
    order: bool = False
    settable: tuple[float, float] | None = None
    own: bool = False
    computed: str = ""

    @property
    def of_centre(self) -> bool:
        """Whether it stands for a value of the centre: its default is the centre's own, by name (`OF_CENTRE`)."""
        return self.name in OF_CENTRE


class RuleSpec(NamedTuple):
    """A rule: its function `(snap, mask, c, params, state, u)` to an action, and what it declares.

    Attributes:
        name: Registered name; `package.module:function` for a rule of a user.
        function: The rule; `params` is a record of its parameters, `state` an array of `state` numbers that start at 0.
        params: Its parameters.
        reads: Fields of the snapshot that it reads of any queue, group, pair or campaign.
        reads_if_legal: Fields that it reads only of queues and groups with a legal action (pairs of such queues).
        state: Numbers that it remembers: a count, or counts by axis, such as `{"rule": 2, "queue": 1}`.
        reserves: Value of the campaign flag that a pacing rule needs, None for any.
        order: Sort order of the queues that a routing rule needs.
        tosses: It may use the decision's coin `u`; otherwise `u` may be 0.5 for ever.
        once: It dials what is due once after an event, and then waits for the next, even if the dials fail at once.
        state_term: It has one state-dependent term more than a plain rule of its half, so it belongs to the rung P2 of
            the opponents.
        needs: What the centre must have, names in `NEEDS`; elsewhere the rule is refused.
    """

    name: str
    function: Callable[..., Any]
    params: tuple[Param, ...] = ()
    reads: tuple[str, ...] = ()
    reads_if_legal: tuple[str, ...] = ()
    state: int | Mapping[str, int] = 0
    reserves: bool | None = None
    order: Literal["entry", "total_wait"] = "entry"
    tosses: bool = False
    once: bool = False
    state_term: bool = False
    needs: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """Meaning of the rule: the first line of its function's docstring."""
        function = getattr(self.function, "py_func", self.function)
        return str(function.__doc__ or "").splitlines()[0] if function.__doc__ else ""

    @property
    def of_user(self) -> bool:
        """Whether the rule is a user's, named by module and function."""
        return ":" in self.name


def plain(function: Any) -> Callable[..., Any]:
    """Return the Python function of a rule or helper."""
    found: Callable[..., Any] = getattr(function, "py_func", function)
    return found
