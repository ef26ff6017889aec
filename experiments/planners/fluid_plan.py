"""Receding-horizon fluid plan: a linear programme over the next hour whose prices and flows guide the decisions.

The programme has the present lines, the staff planned for the hour, and the forecast times the recent load. It is
solved anew every few minutes. Until then its prices rank the assignments: serving a contact of queue q with an advisor
of group g is worth its reward, plus what a contact in line costs, less the price of the advisor's time. Its flow of
joined persons limits the dialing. Fluid models as controls of call centres: Gans, Koole and Mandelbaum 2003,
"Telephone Call Centers"; Bassamboo, Harrison and Zeevi 2006, "Design and Control of a Large Call Center".
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ccenv.batch import Batch
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.scenarios.means import mean_s
from ccenv.sim.state.codes import ASSIGN, DIAL, DIAL_RESERVED, HOLD
from experiments.planners.base import Planner
from experiments.planners.programme import Programme
from experiments.planners.worth import worth_of

HOUR_S = 3600.0
LEVELS = (0.5, 2.0)  # limits of the recent load over the forecast
SAME = 1e-9  # indices that differ by less are equal
LITTLE = (
    1e-6  # price of a second of an advisor for each skill where the plan has time to spare: fast and unskilled first
)


class Plan:
    """What the programme says until the next solution.

    Attributes:
        t: Time of the solution [s].
        index: Worth of an assignment, (Q, G); nan without the skill.
        talking: Advisors that should be with each campaign, (C,).
    """

    def __init__(self, t: float, index: np.ndarray, talking: np.ndarray) -> None:
        self.t, self.index, self.talking = t, index, talking


class FluidPlan(Planner):
    """A fluid plan that is solved anew every few minutes, with a pair of rules behind it.

    Args:
        scenario: The centre.
        routing: The routing rule behind the planner; it decides between assignments of equal worth.
        pacing: The pacing rule behind it; it chooses how many lines to dial while the plan wants more talks.
        every_s: Time between two solutions [s].
        period_s: Length of a period of the plan [s].
        periods: Number of periods.
    """

    NEEDS: ClassVar[tuple[str, ...]] = ("forecast",)

    def __init__(
        self,
        scenario: Scenario,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        *,
        every_s: float = 300.0,
        period_s: float = 600.0,
        periods: int = 6,
    ) -> None:
        super().__init__(scenario, routing, pacing)
        for name, value in (("every_s", every_s), ("period_s", period_s), ("periods", periods)):
            if not value > 0:
                raise ValueError(f"{name} = {value}; allowed: a positive number")
        self.every_s, self.period_s, self.periods = every_s, period_s, periods
        self.worth = worth_of(scenario)
        self._leave = np.array([_leave(mean_s(queue.patience_s)) for queue in scenario.centre.queues.values()])
        self._skills = [
            [g for g, group in enumerate(scenario.centre.groups.values()) if name in group.skills]
            for name in scenario.campaigns
        ]
        self._n_skills = np.array([len(group.skills) for group in scenario.centre.groups.values()], float)
        self._plans: dict[int, Plan] = {}

    @property
    def settings(self) -> dict[str, float]:
        """The numbers by which it plans."""
        return {name: getattr(self, name) for name in ("every_s", "period_s", "periods")}

    def bind(self, batch: Batch) -> None:
        """Plan for the rows of this batch from now on."""
        super().bind(batch)
        self._plans = {}

    def plan(self, b: int, action: int, snap: Any, mask: np.ndarray, memory: np.ndarray, first: bool) -> int | None:
        """As `Planner.plan`."""
        assert self.batch is not None
        t, plan = float(self.batch.engine.envs["t"][b]), self._plans.get(b)
        if first or plan is None or not plan.t <= t < plan.t + self.every_s:
            plan = self._plans[b] = Plan(t, *self.solved(snap))
        chosen = self.scenario.catalogue[action]
        if chosen.kind == ASSIGN:
            return self._assignment(plan, action, mask)
        if chosen.kind in (DIAL, DIAL_RESERVED) and mask[HOLD]:
            return HOLD if self._enough(plan, snap, chosen.index) else action
        return action

    def _assignment(self, plan: Plan, action: int, mask: np.ndarray) -> int:
        """Return the legal assignment of the largest worth, the rule's own among equals."""
        best, most = action, self._index(plan, action)
        for a in np.flatnonzero(mask).tolist():
            if self.scenario.catalogue[a].kind == ASSIGN and self._index(plan, a) > most + SAME:
                best, most = a, self._index(plan, a)
        return best

    def _index(self, plan: Plan, action: int) -> float:
        chosen = self.scenario.catalogue[action]
        return float(plan.index[chosen.index, chosen.group])

    def _enough(self, plan: Plan, snap: Any, i: int) -> bool:
        """Return whether the advisors with a campaign, and those whom its lines will need, are as many as planned."""
        busy = sum(
            float(snap["in_service"][p])
            for p, pair in enumerate(self.scenario.pairs)
            if pair.kind == "campaign" and pair.index == i
        )
        coming = float(snap["ringing"][i]) * float(np.ravel(snap["answer_rate"][i])[0]) + float(
            snap["connects_waiting"][i]
        )
        return busy + coming >= plan.talking[i]

    def rates(self, snap: Any) -> np.ndarray:
        """Return the expected contacts per hour of each queue in each period, (Q, periods)."""
        n = len(self.scenario.queues)
        now, following, recent = (
            np.asarray(snap[name][:n], float)
            for name in ("forecast_per_hour", "forecast_next_per_hour", "arrivals_recent_per_hour")
        )
        load = float(np.clip(recent.sum() / now.sum(), *LEVELS)) if now.sum() > 0.0 and recent.sum() > 0.0 else 1.0
        begins = self.period_s * np.arange(self.periods)
        later = begins >= 0.5 * self.scenario.centre.clock.slot_s
        return load * np.where(later, following[:, None], now[:, None])

    def solved(self, snap: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the indices of the assignments, (Q, G), and the advisors for each campaign, (C,)."""
        n_groups = len(self.scenario.groups)
        length = np.array(snap["queue_length"][: len(self.scenario.queues)], float)
        staff = np.array([snap["staffed"][:n_groups], snap["staffed_next"][:n_groups]], float)
        return self.optimum(length, self.rates(snap), staff)

    def optimum(self, length: np.ndarray, rates: np.ndarray, staff: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve the programme.

        Args:
            length: Contacts in line, (Q,).
            rates: Contacts per hour, (Q, periods).
            staff: Advisors on duty now and in the next slot, (2, G).

        Returns:
            Indices of the assignments, (Q, G), and advisors for each campaign, (C,).
        """
        p, hours = Programme(), self.period_s / HOUR_S
        work: list[list[dict[int, float]]] = [[{} for _ in range(self.periods)] for _ in range(staff.shape[1])]
        balance = [self._queue(p, q, work, float(length[q]), rates[q] * hours) for q in range(len(length))]
        joined = self._campaigns(p, work)
        half = max(1, self.periods // 2)
        room = [
            [p.at_most(row, float(staff[int(u >= half), g]) * self.period_s) for u, row in enumerate(rows)]
            for g, rows in enumerate(work)
        ]
        found = p.optimum()
        time_price = np.array([found.limit_price[rows[0]] for rows in room]) + LITTLE * self._n_skills
        index = np.full((len(length), staff.shape[1]), np.nan)
        for q, worth in enumerate(self.worth.queues):
            index[q] = worth.answered - found.equal_price[balance[q]] - time_price * worth.handle_s
        talking = np.zeros(len(self.scenario.campaigns))
        for x, i, handle_s in joined:
            talking[i] += found.x[x] * handle_s / self.period_s
        return index, talking

    def _queue(
        self, p: Programme, q: int, work: list[list[dict[int, float]]], waiting: float, fresh: np.ndarray
    ) -> int:
        """Add the flow of a queue; return the equation of its first period: its price is that of a contact in line."""
        worth = self.worth.queues[q]
        lost = max(worth.lost.values()) if "abandoned" not in worth.lost else worth.lost["abandoned"]
        first, before = -1, -1
        for u in range(self.periods):
            line = p.variable(worth.waiting * self.period_s + lost * (u == self.periods - 1))
            gone = p.variable(lost)
            row = {line: 1.0, gone: 1.0}
            for g in np.flatnonzero(np.isfinite(worth.handle_s)).tolist():
                served = p.variable(float(worth.answered[g]))
                row[served] = 1.0
                work[g][u][served] = float(worth.handle_s[g])
            if before >= 0:
                row[before] = -1.0
            equation = p.equal(row, float(fresh[u]) + (waiting if u == 0 else 0.0))
            # those in line abandon at the rate of their mean patience
            p.equal({gone: 1.0, line: -self._leave[q] * self.period_s}, 0.0)
            first, before = (equation if u == 0 else first), line
        return first

    def _campaigns(self, p: Programme, work: list[list[dict[int, float]]]) -> list[tuple[int, int, float]]:
        """Add the persons to be joined; return those of the first period as (variable, campaign, handle time)."""
        found = []
        for each in self.worth.segments:
            for g in self._skills[each.campaign]:
                for u in range(self.periods):
                    x = p.variable(float(each.joined[0]))
                    work[g][u][x] = float(each.handle_s[0])
                    found += [(x, each.campaign, float(each.handle_s[0]))] if u == 0 else []
        return found


def _leave(patience_s: float) -> float:
    return 1.0 / patience_s if np.isfinite(patience_s) and patience_s > 0.0 else 0.0
