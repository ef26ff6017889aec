"""The opponents of a centre: the frozen P1 and P2 of its published result, or else rules tuned in this run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.seeds import seeds
from experiments.headline.declared import FIFO, LWT, OWN, P1, P2
from experiments.headline.section import Rules
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.pipeline.evaluation import drop_limit, own_pair, pair_of, rule_days
from experiments.pipeline.joint.search import p0_pairs, tune_rung
from experiments.tuning.choice import file_name
from experiments.tuning.settings import TUNED

RUNGS = (P1, P2)


def frozen(scenario: Scenario, name: str) -> dict[str, Any] | None:
    """Return the published result of a centre's opponents; None if this content of the centre has none.

    Args:
        scenario: The centre.
        name: Its name in the library, as `name` or `name:variant`; another name has no opponents.
    """
    file = ROOT / RESULTS / TUNED / f"{file_name(name, None)}.json"
    if name.partition(":")[0] not in list_scenarios() or not file.exists():
        return None
    shipped = load_scenario(name)
    same_flag = shipped if scenario.reserves is None else shipped.with_reserves(scenario.reserves)
    result: dict[str, Any] = read_json(file)
    is_same = same_flag.digest == scenario.digest and result["scenario_digest"] == shipped.digest
    return result if is_same and all(rung in result["rungs"] for rung in RUNGS) else None


def tuned_rules(scenario: Scenario, tuned: Mapping[str, Mapping[str, Any]]) -> dict[str, Rules]:
    """Return the rules of the first table by row, with opponents tuned in this run.

    Args:
        scenario: The centre.
        tuned: Pair (`pair`) and CPU time (`cpu_s`) by rung; `P2` must be among them.
    """
    shipped = zip((FIFO, LWT, OWN), [*p0_pairs(scenario), own_pair(scenario)], strict=True)
    found = {row: Rules(pair, None) for row, pair in shipped}
    return found | {rung: Rules(pair_of(each["pair"]), each["cpu_s"]) for rung, each in tuned.items()}


def tune(scenario: Scenario, rung: str, cpu_s: float) -> dict[str, Any]:
    """Tune the rules of a rung on the opponents' training and validation days; runs in a worker process."""
    rule_days(scenario, own_pair(scenario), seeds("training", 1))  # loads the compiled simulator
    found = tune_rung(scenario, rung, limit=drop_limit(scenario), cpu_s=cpu_s)
    return {"pair": dataclasses.asdict(found.pair), "cpu_s": round(found.cpu_s, 1)}
