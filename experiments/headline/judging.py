"""Days of rules and stored policies: tables that are kept, waits from the event log, time of a decision."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis import KpiTable
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, definition_by, share_columns
from ccenv.playback.choices import chosen
from ccenv.playback.recording import record
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.sim.state.definitions import OWN
from ccenv.simulation import simulate
from experiments.headline.declared import kpi_names
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import read_json
from experiments.jobs.kinds import centre_digest, policy_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.stages import Stages
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, with_value

MONTH = 30  # days of an episode on which the dropped share is judged
DAILY = "vicidial_today"  # dropped / answered of a day: the share that is held against the limit day by day
SHARE_OF_WAITS = 0.95
TIMED_DAYS = 8
Entrant = Pair | Path  # rules, or the folder of a bundle


def columns_of(scenario: Scenario) -> list[str]:
    """Return the columns of the KPI table that the figures of a centre need."""
    found = [*kpi_names(), *share_columns(scenario), f"windows_above_{DAILY}", "n_decisions"]
    return list(dict.fromkeys(found))


def is_steady(scenario: Scenario) -> bool:
    """Return whether a centre is in a steady state, without days."""
    return scenario.centre.clock.kind == "steady"


def month_share(scenario: Scenario) -> str:
    """Return the dropped share that is judged on episodes of 30 days: that of the campaigns' definition."""
    name = definition_by(scenario)
    return RUN_TOTAL_SHARE if name == "run_total" else f"dropped_share_{name}"


def entrant_days(
    scenario: Scenario, entrant: Entrant, length: int | None, columns: Sequence[str], days: np.ndarray
) -> KpiTable:
    """Return the KPIs of rules or of a stored policy, one row for each seed.

    Args:
        scenario: The centre.
        entrant: The rules or the policy.
        length: Days of an episode; None: the scenario's.
        columns: Columns beside those of the reward.
        days: Seeds.
    """
    call = entrant.as_call() if isinstance(entrant, Pair) else {"policy": entrant}
    kpis = list(dict.fromkeys([*columns, *reward_columns(scenario)]))
    return with_value(scenario, simulate(scenario, **call, seeds=days, days=length, kpis=kpis))


class Judge:
    """Runs entrants at a centre on the days of a purpose, and keeps what they did.

    Args:
        scenario: The centre.
        folder: Folder of what is kept.
        purpose: Purpose of the days.
        workers: Processes.
    """

    def __init__(self, scenario: Scenario, folder: Path, purpose: str, workers: Workers) -> None:
        self.scenario, self.purpose, self.columns = scenario, purpose, columns_of(scenario)
        inputs = {"columns": self.columns, "purpose": purpose}
        code = code_digest((__name__, "ccenv.serving.graph", "ccenv.simulation"))
        self.digest = cell_digest(inputs, centre_digest(scenario), code)
        self.stages = Stages(folder / self.digest, self.digest, {"centre": scenario.name, **inputs}, workers)

    def tables(self, entrants: Sequence[Entrant], n: int, length: int | None = None) -> list[KpiTable]:
        """Return a table for each entrant, on the first `n` days or episodes of `length` days."""
        wanted = {f"{_name(each)}-{length or 1}-{n}": (self.scenario, each, length, self.columns) for each in entrants}
        days = seeds(self.purpose, n)
        found = dict(zip(wanted, self.stages.tables(wanted, entrant_days, days, f"{self.purpose} days"), strict=True))
        return [found[f"{_name(each)}-{length or 1}-{n}"] for each in entrants]

    def months(self, entrants: Sequence[Entrant], n: int) -> list[KpiTable]:
        """Return a table for each entrant, on `n` episodes of 30 days.

        A steady centre has no days: 30 of its episodes stand for an episode of 30 days, one after the other.
        """
        return self.tables(entrants, n * MONTH) if is_steady(self.scenario) else self.tables(entrants, n, MONTH)

    def wait_s(self, entrant: Entrant, n: int) -> float:
        """Return the time that 95 % of the contacts offered waited at most, on the first `n` days.

        Those who gave up count with what they waited; callbacks wait on no line.
        """
        return float(self._kept("wait", entrant, n, lambda: waited(self.scenario, entrant, seeds(self.purpose, n))))

    def decision_ms(self, entrant: Entrant) -> float:
        """Return the CPU time of a decision [ms], the simulator included."""
        return float(self._kept("time", entrant, TIMED_DAYS, lambda: self._timed(entrant)))

    def _timed(self, entrant: Entrant) -> float:
        days = seeds(self.purpose, TIMED_DAYS)
        entrant_days(self.scenario, entrant, None, ["n_decisions"], days[:1])  # loads the compiled simulator
        began = time.process_time()
        table = entrant_days(self.scenario, entrant, None, ["n_decisions"], days)
        return 1000.0 * (time.process_time() - began) / max(1.0, float(table["n_decisions"].sum()))

    def _kept(self, what: str, entrant: Entrant, n: int, compute: Any) -> Any:
        path, _ = run_once(self.stages.folder / "results" / f"{what}-{_name(entrant)}-{n}.json", compute)
        return read_json(path)


def _name(entrant: Entrant) -> str:
    if isinstance(entrant, Pair):
        return f"rules-{cell_digest({'rules': entrant.as_call()}, '', '')}"
    return f"policy-{policy_digest(entrant)[:16]}"


def waited(scenario: Scenario, entrant: Entrant, days: np.ndarray) -> float:
    """Return the time that 95 % of the contacts offered waited at most [s], from the event logs of some days."""
    choice = chosen(scenario, entrant.as_call() if isinstance(entrant, Pair) else entrant, days=None, reward=None)
    waits: list[float] = []
    offered = 0.0
    for day in days.tolist():
        found = record(choice, day)
        waits += [each.end - each.start for queue in found.waits for each in queue if not each.virtual]
        offered += float(found.kpis["n_offered"].sum())
    at_once = np.zeros(max(0, round(offered) - len(waits)))
    everyone = np.concatenate([at_once, waits])
    return float(np.quantile(everyone, SHARE_OF_WAITS)) if everyone.size else 0.0


def definition(scenario: Scenario) -> str:
    """Return the definition that is judged, in words."""
    name = definition_by(scenario)
    return "its campaigns' own definition" if name == OWN else f"`{name}`"
