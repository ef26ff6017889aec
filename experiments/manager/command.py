"""The command: measure an exported control beside a rule, and write `manager.json` and `manager.html`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.errors import shown
from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis.dropped_share import share_column
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.seeds import seeds
from ccenv.serving import BundlePolicy, load_bundle
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.manager import measure
from experiments.manager.columns import columns_of
from experiments.manager.measure import Control
from experiments.manager.page import page
from experiments.manager.tree import in_questions
from experiments.pipeline.evaluation import Pair, Rule, own_pair, pair_of, unit_of_value
from experiments.tuning.league import opponent_of
from experiments.tuning.settings import TUNED

DAYS = 1_000
WAIT_DAYS = 100
SITUATION_DAYS = 200


def manager_page(bundle: Path, folder: Path, *, n_days: int = DAYS, rule: Pair | None = None) -> Path:
    """Measure an exported control on evaluation days beside a rule, and write the page and its figures.

    Args:
        bundle: Folder of the exported control.
        folder: Folder of `manager.html` and `manager.json`.
        n_days: Days on which both run, at least 10; a tenth of them for the longest waits and a fifth for each
            situation, at least 10.
        rule: The rule beside; None: the better frozen opponent of the centre, or without one the scenario's own rules.

    Returns:
        The page's file.

    Raises:
        ValueError: If there are too few days.
        BundleError: If the folder holds no usable bundle.
    """
    if n_days < measure.WORST:
        raise ValueError(f"days = {shown(n_days)}; allowed: {measure.WORST} or more")
    policy = load_bundle(bundle)
    result = measured(policy, bundle, rule or opponent(policy.scenario), n_days)
    write_json(folder / "manager.json", result)
    write_atomic(folder / "manager.html", page(result))
    return folder / "manager.html"


def opponent(scenario: Scenario) -> Pair:
    """Return the frozen opponent of a centre that is better on validation days; else the scenario's own rules."""
    file = ROOT / RESULTS / TUNED / f"{scenario.name}.json"
    if not file.exists():
        return own_pair(scenario)
    tuned_on = load_scenario(scenario.name)
    same_flag = tuned_on if scenario.reserves is None else tuned_on.with_reserves(scenario.reserves)
    if same_flag.digest != scenario.digest:
        return own_pair(scenario)
    return pair_of(opponent_of(read_json(file))["pair"])


def measured(policy: BundlePolicy, bundle: Path, pair: Pair, n_days: int) -> dict[str, Any]:
    """Return the content of `manager.json`."""
    scenario = policy.scenario
    fallback = Pair(*(Rule(name, params) for name, params in (policy.routing, policy.pacing)))
    controls = {"new": Control("new", fallback, bundle), "rule": Control("rule", pair)}
    all_days = seeds("evaluation", n_days)
    few = {part: all_days[: max(measure.WORST, n_days * part // DAYS)] for part in (WAIT_DAYS, SITUATION_DAYS)}
    tables = {role: measure.days(scenario, control, all_days, "interval") for role, control in controls.items()}
    new, rule = tables["new"], tables["rule"]
    columns = columns_of(scenario, share_column(scenario, rule) if scenario.campaigns else "")
    waits = {role: longest(scenario, control, few[WAIT_DAYS]) for role, control in controls.items()}
    dials = float(np.mean(rule["n_attempts"])) if scenario.campaigns else 0.0
    return {
        "scenario": {"name": scenario.name, "description": described(scenario), "digest": scenario.digest},
        "unit": unit_of_value(scenario),
        "bundle": policy.manifest.name,
        "rule": pair.label,
        "fallback": fallback.label,
        "days": {"all": n_days, "waits": len(few[WAIT_DAYS]), "situations": len(few[SITUATION_DAYS])},
        "columns": columns,
        "figures": {role: measure.summary_of(table, columns) for role, table in tables.items()},
        "differences": {name: measure.difference(new, rule, name) for name in columns},
        "goals": measure.goals(scenario, new, rule),
        "hours": {role: measure.by_hour(table) for role, table in tables.items()},
        "waits": waits,
        "worst": measure.worst(new, rule, columns),
        "parts": measure.parts(scenario, new, rule),
        "situations": measure.situations(
            scenario, controls["new"], controls["rule"], few[SITUATION_DAYS], dials, columns
        ),
        "tree": in_questions(policy, fallback, new, all_days, columns),
        "range_numbers": len(policy.manifest.training_range),
    }


def described(scenario: Scenario) -> str:
    """Return the description of the library centre of that name; a bundle does not hold one."""
    return load_scenario(scenario.name).centre.description if scenario.name in list_scenarios() else ""


def longest(scenario: Scenario, control: Control, days: np.ndarray) -> dict[str, Any]:
    """Return the longest wait of an hour, mean over days, and that of a day, in seconds."""
    if not scenario.queues:
        return {"hour": [], "mean": [], "day": None}
    found, hours = measure.longest_waits(scenario, control, days)
    return {"hour": hours, "mean": [float(value) for value in found.mean(axis=0)],
            "day": float(found.max(axis=1).mean())}  # fmt: skip
