"""Rules beside the curves of a centre: FIFO, the frozen opponents and the best fixed reserve; and the bound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from experiments.curves.declared import RESERVE
from experiments.curves.settings import Settings
from experiments.headline.command import rules_of, score_of
from experiments.headline.declared import FIFO, P1, P2
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.parts import RESULTS
from experiments.jobs.sources import code_digest
from experiments.pipeline.evaluation import VALUE, Pair, Rule, own_pair, rule_days, unit_of_value
from experiments.tuning.choice import file_name

HEADLINE = f"{RESULTS}/headline"
CHANCES = (0.25, 0.5, 0.75)  # of one dial more at the threshold, tried around the best whole reserve


def opponents_file(settings: Settings, name: str) -> Path:
    """Return the result file of the opponents of a centre."""
    return ROOT / settings.tuned / f"{file_name(name, None)}.json"


def centre_of(settings: Settings, name: str) -> dict[str, Any]:
    """Return what stands beside the curves of a centre.

    Returns:
        `centre`, `scenario_digest`, `opponents` (digest), `unit`, `score` (`p0`, `denominator` and its `kind`, as in
        the headline), and `rules`: by row `label` and `values` of each day.

    Raises:
        ValueError: If the opponents were tuned on another content of the centre.
    """
    scenario, opponents = load_scenario(name), read_json(opponents_file(settings, name))
    if opponents["scenario_digest"] != scenario.digest:
        raise ValueError(f"centres: the opponents of {name!r} were tuned on another content of the centre")
    frozen = cell_digest(opponents["rungs"], "", "")
    inputs = {"opponents": frozen, "days": settings.days, "validation_days": settings.validation_days}
    digest = cell_digest(inputs, centre_digest(scenario), code_digest((__name__,)))
    path = ROOT / settings.dir / "rules" / f"{digest}.json"
    headline = ROOT / HEADLINE / f"{file_name(name, None)}.json"
    return {
        "centre": name, "scenario_digest": scenario.digest, "opponents": frozen, "unit": unit_of_value(scenario),
        "score": score_of(scenario, opponents, read_json(headline) if headline.exists() else {}),
        "rules": read_json(run_once(path, lambda: _judged(settings, scenario, opponents))[0]),
    }  # fmt: skip


def _judged(settings: Settings, scenario: Scenario, opponents: Mapping[str, Any]) -> dict[str, Any]:
    there = rules_of(scenario, opponents)
    pairs = {row: there[row].pair for row in (FIFO, P1, P2)}
    if scenario.campaigns:
        pairs[RESERVE] = best_reserve(scenario, seeds("validation", settings.validation_days))
    days = seeds("evaluation", settings.days)
    return {row: {"label": pair.label, "values": _values(scenario, pair, days).tolist()} for row, pair in pairs.items()}


def best_reserve(scenario: Scenario, days: np.ndarray) -> Pair:
    """Return the best number of advisors kept idle that never changes, beside the centre's own routing.

    Args:
        scenario: A centre with a campaign.
        days: Seeds of the validation days on which it is chosen. Whole numbers first, then randomised ones around the
            best of them.
    """
    advisors = int(scenario.config()["n_advisors"][0])
    routing = own_pair(scenario).routing

    def pair(reserve: int, p_next: float = 0.0) -> Pair:
        return Pair(routing, Rule("reserve_threshold", {"reserve": float(reserve), "p_next": p_next}))

    def best(pairs: list[Pair]) -> Pair:
        return max(pairs, key=lambda each: _values(scenario, each, days).mean())

    whole = best([pair(reserve) for reserve in range(advisors + 1)])
    reserve = int(whole.pacing.params["reserve"])
    return best([whole, *(pair(r, chance) for r in (reserve, reserve + 1) for chance in CHANCES)])


def _values(scenario: Scenario, pair: Pair, days: np.ndarray) -> np.ndarray:
    return np.asarray(rule_days(scenario, pair, days, ())[VALUE], float)
