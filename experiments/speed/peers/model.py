"""The centre that all engines simulate, and the result of a run."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccenv.scenarios import Scenario, load_scenario


class Model(NamedTuple):
    """M/M/n+M with wrap-up: Poisson arrivals, one queue, first come first served, patience while waiting.

    An advisor talks, then wraps up, and is idle after that. All times are exponential.

    Attributes:
        n: Number of advisors.
        rate_per_hour: Arrival rate [1/h].
        talk_s: Mean talk time [s].
        wrap_up_s: Mean wrap-up time [s].
        patience_s: Mean patience [s].
        warm_up_s: Time from the empty centre that is not counted [s].
        counted_s: Counted time after it [s].
    """

    n: int
    rate_per_hour: float
    talk_s: float
    wrap_up_s: float
    patience_s: float
    warm_up_s: float
    counted_s: float

    @property
    def end_s(self) -> float:
        """Length of a run [s]."""
        return self.warm_up_s + self.counted_s

    @property
    def name(self) -> str:
        """Kendall notation."""
        return f"M/M/{self.n}+M"


def loaded(n: int, load: float = 0.96, counted_s: float = 36_000.0) -> Model:
    """The centre with n advisors at a load (arrival rate times talk and wrap-up, for each advisor)."""
    talk_s, wrap_up_s = 240.0, 60.0
    return Model(n, load * n * 3600.0 / (talk_s + wrap_up_s), talk_s, wrap_up_s, 120.0, 3600.0, counted_s)


class Outcome(NamedTuple):
    """Counts of a run: its total work, and the contacts whose wait ended in the counted time.

    A wait ends when an advisor takes the contact or the contact abandons. Ciw writes a record when a contact leaves, so
    there the contacts that left are counted.

    Attributes:
        contacts: Contacts that arrived in the whole run, warm-up included.
        events: Events of the whole run, as the engine counts them.
        left: Contacts whose wait ended, including waits of 0.
        waited: Contacts that found no idle advisor.
        abandoned: Contacts that abandoned.
        wait_s: Sum of their waits [s].
    """

    contacts: int
    events: int
    left: int
    waited: int
    abandoned: int
    wait_s: float


def scenario_of(model: Model) -> Scenario:
    """The centre as a scenario."""
    queue: dict[str, Any] = {
        "arrivals_per_hour": model.rate_per_hour,
        "handle_s": model.talk_s,
        "patience_s": model.patience_s,
    }
    if model.wrap_up_s:
        queue["wrap_up_s"] = {"dist": "exponential", "mean_s": model.wrap_up_s}
    clock = {"kind": "steady", "warm_up_s": model.warm_up_s, "horizon_s": model.counted_s, "review_s": 0.0}
    return load_scenario(
        {
            "name": "peers",
            "description": "made by experiments.speed",
            "clock": clock,
            "queues": {"inbound": queue},
            "groups": {"advisors": {"skills": ["inbound"], "staffing": model.n}},
            "sources": {"*": "made up for the comparison"},
        }
    )
