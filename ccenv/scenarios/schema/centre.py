"""The centre as a whole: clock, random load, rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ccenv.scenarios.schema.advisors import Group
from ccenv.scenarios.schema.base import Node, NonNegative, Positive, PositiveCount, Probability
from ccenv.scenarios.schema.dists import Time
from ccenv.scenarios.schema.inbound import Queue
from ccenv.scenarios.schema.outbound import Campaign


class Clock(Node, frozen=True):
    """Working hours of the centre.

    `kind`: `day` for a centre that closes at night, `steady`, or `continuous`.
    `day`: the centre opens at `open_s` and closes at `close_s` (seconds after midnight). After closing, advisors stay
    until their queues are empty, at most `overtime_s`. `steady`: one span without nights; `warm_up_s` seconds are not
    counted, the following `horizon_s` are. `continuous`: the centre never closes; a run lasts from midnight of its
    first day for its days, and `warm_up_s` seconds are not counted. Profiles have one value for each slot of `slot_s`
    seconds from the opening. In a continuous centre they begin at midnight and repeat every day, or, with `weekly`,
    begin at midnight of Monday and repeat every week.
    `review_s`: interval at which a policy that holds is asked again while it could act; 0: never.
    `start_date`: date of the first day (YYYY-MM-DD). `zone`: the centre's time zone, a name of the IANA data base. Both
    are needed if a segment names its zone. A day of the centre always has 24 hours.
    """

    kind: Literal["day", "steady", "continuous"] = "day"
    open_s: NonNegative = 0.0
    close_s: Positive = 86_400.0
    overtime_s: NonNegative = 3_600.0
    slot_s: Positive = 1_800.0
    horizon_s: Positive = 3_600.0
    warm_up_s: NonNegative = 0.0
    review_s: NonNegative = 5.0
    weekly: bool = False
    start_date: str | None = None
    zone: str | None = None


class SlotLevel(Node, frozen=True):
    """Random level of each slot, a factor of the arrival rates: lognormal with mean 1.

    `cv` is its coefficient of variation; `correlation` is the correlation of the logarithms of neighbouring slots.
    """

    cv: NonNegative = 0.0
    correlation: Annotated[float, msgspec.Meta(gt=-1.0, lt=1.0)] = 0.0


class Switching(Node, frozen=True):
    """Two alternating modes; a mode lasts an exponential time with mean `mean_s[mode]`.

    In mode m all arrival rates are multiplied by `arrivals[m]` and all answer probabilities by `answers[m]`.
    `observed`: whether the mode is part of the observation.
    """

    mean_s: Annotated[list[Positive], msgspec.Meta(min_length=2, max_length=2)]
    arrivals: Annotated[list[NonNegative], msgspec.Meta(min_length=2, max_length=2)] = msgspec.field(
        default_factory=lambda: [1.0, 1.0]
    )
    answers: Annotated[list[NonNegative], msgspec.Meta(min_length=2, max_length=2)] = msgspec.field(
        default_factory=lambda: [1.0, 1.0]
    )
    observed: bool = False


class Surge(Node, frozen=True):
    """A surge of arrivals that happens on a day with probability `p`.

    It multiplies the arrival rates of `queues` (all if empty) by `factor` for `lasts_s`. It begins at a time uniform
    between `from_s` and `until_s` seconds after midnight.
    """

    p: Probability
    factor: NonNegative
    from_s: NonNegative
    until_s: NonNegative
    lasts_s: Time
    queues: list[str] = []


class History(Node, frozen=True):
    """Days before an episode.

    `kind`: no days (`none`), or `days` days under the scenario's own rules (`steady`).
    """

    kind: Literal["none", "steady"] = "none"
    days: PositiveCount = 7


class Rule(Node, frozen=True):
    """A rule by its registered `name`, with its parameters, `params`."""

    name: str
    params: dict[str, Any] = {}


class Rules(Node, frozen=True):
    """Rules for decisions that the policy does not own.

    `routing` and `pacing` name a rule each. They also replace illegal actions where the run says so.
    """

    routing: Rule = Rule("fifo")
    pacing: Rule = Rule("no_dial")


class Centre(Node, frozen=True):
    """A whole scenario file.

    `name` names the scenario in tables and messages, and `description` says in sentences what the centre is.
    `episode_days`: default number of days of an episode. `sources` maps patterns of dotted keys (`queues.*.handle_s`)
    to the sources of the figures; every figure matches a pattern. `variants` maps names to dotted keys with the values
    that replace the file's.

    `reward`: name of a preset, or weights by term, with the key `preset` those of a preset that are changed; by default
    `hybrid` with campaigns and `service` without. `value_unit`: the money that is worth 1 in a preset; by default the
    largest value of a campaign's goal. `goals_unpaid`: no warning, although the reward
    gives nothing for the goals of campaigns.

    `day_level_cv`: coefficient of variation of a random factor of all arrival rates of a day, with mean 1.
    `day_level_dist`: distribution of that factor. `trunks`: lines for contacts and dials together; None: no limit.
    With `work_conserving`, a policy may not hold while an assignment is legal. `size_class`: size class of the compiled
    simulator; None: the smallest that fits.
    """

    name: str
    description: str
    clock: Clock
    episode_days: PositiveCount = 1
    queues: dict[str, Queue] = {}
    groups: dict[str, Group] = {}
    campaigns: dict[str, Campaign] = {}
    day_level_cv: NonNegative = 0.0
    day_level_dist: Literal["lognormal", "gamma"] = "lognormal"
    slot_level: SlotLevel = SlotLevel()
    switching: Switching | None = None
    surge: Surge | None = None
    history: History = History()
    trunks: PositiveCount | None = None
    work_conserving: bool = False
    rules: Rules = Rules()
    reward: str | dict[str, str | float | dict[str, float]] | None = None
    value_unit: Positive | None = None
    goals_unpaid: bool = False
    size_class: Literal["S", "M", "L", "XL"] | None = None
    sources: dict[str, str] = {}
    variants: dict[str, dict[str, Any]] = {}
