"""Kinds of results: which settings and which code can change the numbers of each, and so its name."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ccenv.rewards.terms import reward_terms
from ccenv.scenarios import Scenario
from experiments.jobs.cells import cell_digest, chosen
from experiments.jobs.config import Settings
from experiments.jobs.files import read_json
from experiments.jobs.sources import code_digest


class Kind(NamedTuple):
    """A kind of result.

    Attributes:
        keys: Settings on which it depends, by dotted key, apart from those of the scenario: its content counts.
        entries: Modules that it runs, with all that they import.
    """

    keys: tuple[str, ...]
    entries: tuple[str, ...]


TUNING = Kind(("rules", "evaluation.within_limit"), ("experiments.pipeline.tuning", "experiments.pipeline.stages"))
RULES = Kind(
    (*TUNING.keys, "evaluation.purpose", "evaluation.days"), (*TUNING.entries, "experiments.pipeline.comparison")
)

# Evaluation of an exported policy by onnxruntime.
_BUNDLE = ("ccenv.serving.graph", "ccenv.simulation")

LEARNED = Kind(
    (*RULES.keys, "learner"),
    (*RULES.entries, *_BUNDLE, "agents.policies", "agents.train", "experiments.pipeline.learned",
     "experiments.pipeline.learning"),
)  # fmt: skip
BENCHMARK = Kind(LEARNED.keys, (*LEARNED.entries, "experiments.pipeline.watch"))
EVALUATION = Kind(("evaluation.purpose", "evaluation.days"), ("experiments.pipeline.evaluation",))


def name_of(kind: Kind, settings: Settings, scenario: Scenario) -> str:
    """Return the name of a result: 16 hexadecimal digits."""
    plain = dataclasses.asdict(settings)
    inputs = chosen(plain, kind.keys)
    if kind is EVALUATION and settings.policy is not None:
        inputs["policy"] = policy_digest(Path(settings.policy))
    return cell_digest(inputs, centre_digest(scenario), code_of(kind, settings, scenario))


def code_of(kind: Kind, settings: Settings, scenario: Scenario) -> str:
    """Return the digest of the code that a result runs: the modules of the kind, of users' rules and of the learner."""
    own = scenario.centre.rules
    rules = {own.routing.name, own.pacing.name}
    if "rules" in kind.keys:
        rules |= {*settings.rules.routing, *settings.rules.pacing, settings.rules.reference_pacing or ""}
    entries = (*kind.entries, *sorted({rule.partition(":")[0] for rule in rules if ":" in rule}))
    if "learner" in kind.keys:
        from agents.registry import LEARNERS

        address = LEARNERS.get(settings.learner.name, settings.learner.name)
        entries = (*entries, *([address.partition(":")[0]] if ":" in address else []))
    if kind is EVALUATION and settings.policy is not None:
        entries = (*entries, *_BUNDLE)
    return code_digest(entries)


def centre_digest(scenario: Scenario) -> str:
    """Return the digest of a scenario's content, and of the weights of its reward."""
    weights = _plain(reward_terms(scenario.reward))
    return hashlib.sha256(json.dumps([scenario.digest, weights], sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def policy_digest(bundle: Path) -> str:
    """Return the digest of what an exported policy does; its name, its figures and its provenance do not count."""
    manifest = read_json(bundle / "manifest.json")
    content = {key: value for key, value in manifest.items() if key not in ("kpis", "name", "provenance")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
