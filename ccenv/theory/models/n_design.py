"""N-design of a call centre: two classes, dedicated advisors for class 1, flexible ones for both; no preemption."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ccenv.theory._checks import non_negative, positive, whole
from ccenv.theory.mdp import Events, Space
from ccenv.theory.models._model import Built, Floats, Ints, Model, Optimum, Ratio
from ccenv.theory.models._modes import HOUR_S
from ccenv.theory.models._n_design_rules import N_DESIGN_RULES, ORDERS, Rule
from ccenv.theory.models._policy_map import PolicyMap
from ccenv.theory.models._rules import named_rule, tabulated
from ccenv.theory.models._scenarios import queue_of
from ccenv.theory.models._tails import patient_cap

__all__ = ["NDesign", "NDesignMeasures", "NDesignOptimum"]


@dataclass(frozen=True)
class NDesignMeasures:
    """Measures of a policy.

    Attributes:
        cost_per_h: Cost of abandonments and of waiting, per hour.
        mean_q1: Mean number of class 1 waiting.
        mean_q2: Mean number of class 2 waiting.
        p_abandon1: Probability that a contact of class 1 abandons.
        p_abandon2: Probability that a contact of class 2 abandons.
        p_cut: Share of the contacts lost because a queue is truncated.
    """

    cost_per_h: float
    mean_q1: float
    mean_q2: float
    p_abandon1: float
    p_abandon2: float
    p_cut: float


@dataclass(frozen=True)
class NDesignOptimum(Optimum):
    """The best policy; its value and bounds are costs.

    Attributes:
        cost_per_h: Cost per hour.
    """

    cost_per_h: float


@dataclass(frozen=True)
class NDesign(Model):
    """``s1`` advisors for class 1, ``s2`` for both; patience and handle times are exponential.

    Dedicated advisors and contacts of class 1 are never idle and waiting at the same time: a contact of class 1 goes to
    an idle dedicated advisor at once, and a dedicated advisor that becomes free takes a waiting one. After each event
    the policy starts contacts with idle flexible advisors, or lets the contacts wait.

    Rules for a flexible advisor:

    - ``"class1_priority"``: class 1 if one waits, else class 2.
    - ``"class2_priority"``: class 2 if one waits, else class 1. This is the rule of the scenario and the registered
      ``("priority", {"order": ["class2", "class1"], "advisor": "least_skilled"})``.
    - ``"longest_queue"``: the longer queue; class 1 if equal.
    - ``("threshold", {"q1_ge": 4})``: class 1 if at least 4 of it wait, else class 2, else class 1.
    - ``("fixed_queue_ratio", {"ratio": 2})``: class 1 if at least 2 of it wait for each waiting contact of class 2.
    - ``("reserve", {"reserve": 1, "q1_ge": 4})``: class 2 if one waits. Otherwise class 1, if more than 1 flexible
    advisor
      is idle or at least 4 of class 1 wait.
    - ``"dedicated_no_sharing"``: never class 1.

    `registered` names the registered rule that equals one of these.

    Attributes:
        s1: Number of dedicated advisors, at least 1.
        s2: Number of flexible advisors, at least 1.
        lambda1_per_h: Contacts of class 1 per hour, at least 0.
        lambda2_per_h: Contacts of class 2 per hour, at least 0.
        aht_c1p1: Mean handle time of class 1 with a dedicated advisor [s].
        aht_c1p2: Mean handle time of class 1 with a flexible advisor [s].
        aht_c2p2: Mean handle time of class 2 [s].
        patience1: Mean patience of class 1 [s], above 0.
        patience2: Mean patience of class 2 [s], above 0.
        cost_ab1: Cost of an abandonment of class 1.
        cost_ab2: Cost of an abandonment of class 2.
        w1: Cost of one hour of waiting of class 1.
        w2: Cost of one hour of waiting of class 2.
        queue_cap: Length at which both queues are truncated; None for one exceeded with a probability below 1e-14.
    """

    MEASURES = NDesignMeasures
    LIMITS = ("p_abandon1", "p_abandon2")
    RULES = N_DESIGN_RULES

    s1: int
    s2: int
    lambda1_per_h: float
    lambda2_per_h: float
    aht_c1p1: float
    aht_c1p2: float
    aht_c2p2: float
    patience1: float
    patience2: float
    cost_ab1: float = 1.0
    cost_ab2: float = 1.0
    w1: float = 0.0
    w2: float = 0.0
    queue_cap: int | None = None

    def __post_init__(self) -> None:
        for name in ("s1", "s2"):
            whole(name, getattr(self, name))
        for name in ("aht_c1p1", "aht_c1p2", "aht_c2p2", "patience1", "patience2"):
            positive(name, getattr(self, name))
        for name in ("lambda1_per_h", "lambda2_per_h", "cost_ab1", "cost_ab2", "w1", "w2"):
            non_negative(name, getattr(self, name))
        if self.queue_cap is not None:
            whole("queue_cap", self.queue_cap)

    def solve(self, limit: float | Mapping[str, float] | None = None) -> NDesignOptimum:
        """Minimise the cost per hour.

        Args:
            limit: Upper limits by measure on ``p_abandon1`` and ``p_abandon2``; a number is a limit on ``p_abandon1``.

        Returns:
            The optimum; its policy randomises if a limit binds.

        Raises:
            ValueError: If a limit cannot be met.
        """
        fields = self._optimum(-self.built.ratios["cost_per_h"].numerator, limit)
        fields |= {"lower": -fields["upper"], "upper": -fields["lower"], "optimal_value": -fields["optimal_value"]}
        return NDesignOptimum(**fields, cost_per_h=fields["result"].cost_per_h)

    def weights(self, rule: Any) -> Floats:
        """Probabilities (E,) of the choices under a rule or tabulated policy.

        Raises:
            ValueError: If the rule does not exist, does not fit, or starts contacts that cannot be started.
        """
        built = self.built
        if isinstance(rule, PolicyMap):
            return tabulated(built.space, built.process.first, built.actions, rule)
        if isinstance(rule, str | tuple):
            starts = self._starts(named_rule(rule, self.RULES, 3))
        else:
            starts = np.asarray(rule(built.space.coordinates()) if callable(rule) else rule, int)
        chosen = np.flatnonzero((built.actions == starts[built.process.owner]).all(axis=1))
        if len(chosen) != len(built.space):
            raise ValueError(f"rule {rule!r} is not allowed: it starts contacts that do not wait or cannot be taken")
        return built.process.pure(chosen)

    def registered(self, rule: str) -> tuple[str, dict[str, Any]]:
        """Registered routing rule, with parameters, that does the same in the simulator as a rule of this model.

        Raises:
            ValueError: If there is none; the table ``model.policy(model.weights(rule))`` can then be run as a policy.
        """
        if rule not in ORDERS:
            raise ValueError(f"rule {rule!r} is not allowed: registered rules do the same for {', '.join(ORDERS)} only")
        return "priority", {"order": list(ORDERS[rule]), "advisor": "least_skilled"}

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        cap1 = self.queue_cap or patient_cap(self.lambda1_per_h * self.patience1 / HOUR_S)
        cap2 = self.queue_cap or patient_cap(self.lambda2_per_h * self.patience2 / HOUR_S)
        s1, s2 = self.s1, self.s2
        space = Space(
            {"class1": s1 + cap1 + 1, "flexible1": s2 + 1, "flexible2": s2 + 1, "q2": cap2 + 1},
            lambda c: c["flexible1"] + c["flexible2"] <= s2,
        )
        x1, a, b, q2 = space.states.T
        q1, leave1, leave2 = np.maximum(x1 - s1, 0), HOUR_S / self.patience1, HOUR_S / self.patience2
        fits1, fits2, every = q1 < cap1, q2 < cap2, np.ones(len(space))
        events = Events(space)
        events.add(fits1, self.lambda1_per_h * every, class1=1)
        events.add(fits2, self.lambda2_per_h * every, q2=1)
        events.add(x1 > 0, np.minimum(x1, s1) * HOUR_S / self.aht_c1p1 + q1 * leave1, class1=-1)
        events.add(a > 0, a * HOUR_S / self.aht_c1p2, flexible1=-1)
        events.add(b > 0, b * HOUR_S / self.aht_c2p2, flexible2=-1)
        events.add(q2 > 0, q2 * leave2, q2=-1)
        owner, to, actions = _choices(space, q1, q2, s2 - a - b)
        offered = self.lambda1_per_h + self.lambda2_per_h or 1.0
        ratios = {
            "cost_per_h": Ratio((self.cost_ab1 * leave1 + self.w1) * q1 + (self.cost_ab2 * leave2 + self.w2) * q2),
            "mean_q1": Ratio(q1.astype(float)),
            "mean_q2": Ratio(q2.astype(float)),
            "p_abandon1": Ratio(q1 * leave1, self.lambda1_per_h or 1.0),
            "p_abandon2": Ratio(q2 * leave2, self.lambda2_per_h or 1.0),
            "p_cut": Ratio(self.lambda1_per_h * ~fits1 + self.lambda2_per_h * ~fits2, offered),
        }
        return Built(space, events.process(owner, to), actions, ratios)

    def _centre(self) -> dict[str, Any]:
        return {
            "groups": {
                "dedicated": {"skills": ["class1"], "staffing": self.s1},
                "flexible": {
                    "skills": ["class1", "class2"],
                    "staffing": self.s2,
                    "handle_s": {"class1": float(self.aht_c1p2)},
                },
            },
            "rules": {"routing": dict(zip(("name", "params"), self.registered("class2_priority"), strict=True))},
            "queues": {
                "class1": queue_of(self.lambda1_per_h, self.aht_c1p1, self.patience1),
                "class2": queue_of(self.lambda2_per_h, self.aht_c2p2, self.patience2),
            },
        }

    def _starts(self, rule: Rule) -> Ints:
        """Numbers of each class that a rule starts, (Y, 2), one idle flexible advisor after the other."""
        space = self.built.space
        q1, q2 = np.maximum(space["class1"] - self.s1, 0), space["q2"]
        starts, idle = np.zeros((len(space), 2), int), self.s2 - space["flexible1"] - space["flexible2"]
        for _ in range(self.s2):
            first, second = rule(q1 - starts[:, 0], q2 - starts[:, 1], idle - starts.sum(axis=1))
            free = starts.sum(axis=1) < idle
            starts[:, 0] += free & first
            starts[:, 1] += free & ~first & second
        return starts


def _choices(space: Space, q1: Ints, q2: Ints, idle: Ints) -> tuple[Ints, Ints, Ints]:
    """All ways to start waiting contacts with idle flexible advisors: owner (E,), stable state (E,), starts (E, 2)."""
    most = int(idle.max())
    owners, starts = [], []
    for first in range(most + 1):
        for second in range(most + 1 - first):
            owners.append(np.flatnonzero((first <= q1) & (second <= q2) & (first + second <= idle)))
            starts.append(np.tile([first, second], (len(owners[-1]), 1)))
    owner, actions = np.concatenate(owners), np.concatenate(starts)
    order = np.argsort(owner, kind="stable")
    owner, actions = owner[order], actions[order]
    x1, a, b, waiting = space.states[owner].T
    first, second = actions.T
    to = space.index(class1=x1 - first, flexible1=a + first, flexible2=b + second, q2=waiting - second)
    return owner, to, actions
