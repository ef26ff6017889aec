"""The command's work: distill each bundle, and write bundles, figures and page beside it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.common.export import export_bundle
from agents.distill import Distilled, as_network, distill
from ccenv.comparison import Comparison
from ccenv.files.writing import write_atomic, write_json
from ccenv.serving import BundlePolicy, load_bundle
from ccenv.spaces.observation import observation_names
from experiments.distill.page import page
from experiments.distill.settings import Settings
from experiments.jobs.cells import cell_digest, make_or_wait
from experiments.jobs.files import read_json
from experiments.jobs.kinds import centre_digest, policy_digest
from experiments.jobs.sources import code_digest
from experiments.pipeline.evaluation import Pair, Rule, interval, unit_of_value

FOLDER, FIGURES, PAGE = "distilled", "distilled.json", "distilled.md"
PURPOSE = "evaluation"


def distill_all(settings: Settings, command: str) -> list[Path]:
    """Distill all bundles; those that were distilled with these settings are left as they are.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page of each bundle.

    Raises:
        ValueError: If a setting is not allowed.
        BundleError: If a folder holds no usable bundle.
    """
    if settings.survey_days < 1:
        raise ValueError(f"survey_days = {settings.survey_days}; allowed: 1 or more")
    if not settings.bundles:
        raise ValueError("bundles = []; allowed: folders of exported policies, one or more")
    settings.how()
    policies = {Path(bundle): load_bundle(bundle) for bundle in settings.bundles}
    return [distill_bundle(bundle, policy, settings, command) for bundle, policy in policies.items()]


def distill_bundle(bundle: Path, policy: BundlePolicy, settings: Settings, command: str) -> Path:
    """Distill the policy of a bundle unless that was done with these settings; returns the page's file."""
    out = bundle.resolve().parent / FOLDER
    inputs = {
        **dataclasses.asdict(settings.how()),
        "survey_days": settings.survey_days,
        "policy": policy_digest(bundle),
    }
    digest = cell_digest(inputs, centre_digest(policy.scenario), code_digest(("experiments.distill.command",)))
    file = out / FIGURES
    if file.exists() and (settings.again or read_json(file)["digest"] != digest):
        file.unlink()
    make_or_wait(file, lambda: _write(out, policy, settings, {"digest": digest, "command": command}))
    write_atomic(out / PAGE, page(read_json(file)))
    return out / PAGE


def _write(out: Path, policy: BundlePolicy, settings: Settings, about: Mapping[str, Any]) -> None:
    """Distill a policy, write both bundles, and the figures last."""
    started, how = time.process_time(), settings.how()
    rules = policy.routing, policy.pacing
    found = distill(policy, policy.scenario, how, rules=rules, purpose=PURPOSE)
    cpu_s = time.process_time() - started
    provenance = {
        "source_digest": about["digest"], "seeds": "training", "steps": how.decisions * how.rounds,
        "details": {"of": policy.manifest.name},
    }  # fmt: skip
    for name, student in (("network", found.network), ("tree", as_network(found.tree))):
        export_bundle(
            out / name, student, policy.scenario, provenance=provenance, routing=policy.routing, pacing=policy.pacing,
            days=settings.survey_days,
        )  # fmt: skip
    pair = Pair(*(Rule(name, params) for name, params in rules))
    names = observation_names(policy.scenario)
    write_json(
        out / FIGURES,
        {
            **about, "of": policy.manifest.name, "scenario": policy.scenario.name,
            "scenario_digest": policy.scenario.digest, "unit": unit_of_value(policy.scenario), "rules": pair.label,
            "purpose": PURPOSE, "settings": dataclasses.asdict(how), "kept": kept(found),
            "leaves": len(found.tree.orders), "reads": [names[k] for k in found.tree.fields],
            "tree": found.tree.text(policy.scenario), "kpis": kpis(found.comparison), "cpu_s": round(cpu_s, 1),
        },
    )  # fmt: skip


def kept(found: Distilled) -> dict[str, dict[str, Any]]:
    """Return what network and tree keep, for a result file."""
    shares = {name: None if one.share is None else interval(one.share) for name, one in found.kept.items()}
    return {name: {**one._asdict(), "share": shares[name]} for name, one in found.kept.items()}


def kpis(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the figures of all by KPI, and their differences to the policy, for a result file."""
    found: dict[str, dict[str, Any]] = {}
    for row in comparison.rows:
        here = found.setdefault(row.column, {"kpi": row.column, "unit": row.unit, "figures": {}, "differences": {}})
        here["figures"][row.policy] = interval(row.value)
        if row.policy != comparison.baseline:
            here["differences"][row.policy] = interval(row.difference)
    return list(found.values())
