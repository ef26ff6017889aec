"""Write a bundle from an ONNX graph: the graph, and the manifest that describes it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

import ccenv
from ccenv.batch import Batch
from ccenv.files.writing import write_atomic
from ccenv.kpis import KpiTable
from ccenv.run.config import RuleChoice, RunConfig, rule_choice
from ccenv.scenarios import Scenario
from ccenv.scenarios.ranges import Range, drawn
from ccenv.scenarios.schema import Reserves
from ccenv.serving.decision import Decision
from ccenv.serving.errors import BundleError
from ccenv.serving.graph import Graph, GraphPolicy
from ccenv.serving.interface import interface_of
from ccenv.serving.load import load_bundle
from ccenv.serving.manifest import (
    FORMAT,
    GRAPH,
    MANIFEST,
    Fallback,
    FallbackRule,
    Golden,
    Manifest,
    Provenance,
    SafeRange,
    TrainingScenario,
    encode,
    kpi_figures,
    read_manifest,
    refuse_rules_of_users,
)
from ccenv.serving.survey import Probabilities, Survey, golden_vectors, survey_days
from ccenv.spaces.observation import observation_names

LIBRARIES = ("numpy", "numba", "onnxruntime")
SURVEY_DAYS, SURVEY_DRAWS = 8, 16


def write_bundle(
    folder: Path | str,
    graph: Path | str | bytes,
    scenario: Scenario,
    *,
    provenance: Mapping[str, Any],
    owns: str = "blended",
    reserves: Reserves | None = None,
    actions: str = "all",
    decision: Decision = "argmax",
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    ranges: np.ndarray | None = None,
    days: int = SURVEY_DAYS,
    name: str | None = None,
    expected: Probabilities | None = None,
    safe_range: Mapping[str, Range] | None = None,
) -> Path:
    """Write a bundle. The folder appears when it is complete and has been loaded once.

    Args:
        folder: Folder of the bundle; an existing bundle is replaced.
        graph: ONNX file, or its content. `ccenv.serving.graph` says which inputs and outputs it must have.
        scenario: The scenario of the training.
        provenance: `source_digest`, `seeds` and `steps` of `manifest.Provenance`; optionally `threads`, `libraries`
            (added to the versions of numpy, numba and onnxruntime) and `details`.
        owns: The half that the policy decides: `routing`, `pacing` or `blended`.
        reserves: The campaigns' flag under which it was trained; None: the scenario's own.
        actions: Dials that the policy may use: `all`, `reserved` or `unreserved`.
        decision: `argmax` takes the likeliest action, `sample` draws one with the decision's coin.
        routing: Fallback rule, and the order of the queues under which the policy was trained; None: the scenario's.
        pacing: Fallback rule; None: the scenario's.
        ranges: Least and greatest values seen in training, (2, K) in units of the observation. They are widened by
            the values met in the survey; None: the survey alone.
        days: Training days of the survey.
        name: Name of the bundle; None: that of the scenario and the first digits of the graph's digest.
        expected: Function from (obs, mask) to probabilities (N, A) that the graph must repeat in the survey: the
            network that was exported. None: no such check.
        safe_range: Ranges of scenario parameters over which the policy was trained, by path. The days of the survey
            are drawn from them.

    Returns:
        The folder.

    Raises:
        BundleError: If the folder holds something else, the graph is not one of the kind that a bundle can hold or
            does not fit the scenario, or its probabilities are not the expected ones, or a rule
            of the scenario or of the fallback is a user's.
        PolicyError: If the graph fails on a decision of the survey.
        ccenv.rules.RuleError: If a fallback rule cannot run under the policy's flag.
        ImportError: If the extra `serve` is not installed.
    """
    target = Path(folder)
    _refuse_other(target)
    for kind, choice in (("routing", routing), ("pacing", pacing)):
        own = getattr(scenario.centre.rules, kind)
        refuse_rules_of_users(kind, own.name, rule_choice(kind, choice, own)[0])
    content = graph if isinstance(graph, bytes) else Path(graph).read_bytes()
    policy = GraphPolicy(Graph(content), decision, owns=owns, reserves=reserves, actions=actions)
    batch = Batch(
        scenario,
        days,
        owns=owns,
        routing=routing,
        pacing=pacing,
        reserves=reserves,
        actions=actions,
        autoreset="disabled",
    )
    policy.graph.check_size(batch.n_obs, batch.n_actions)
    safe = dict(safe_range or {})
    if safe:
        batch.draw_from(drawn(batch.scenario, safe, SURVEY_DRAWS, seed=0))
    survey = survey_days(batch, policy)
    if ranges is not None:
        low, high = np.asarray(ranges, np.float32)
        survey = survey._replace(low=np.minimum(low, survey.low), high=np.maximum(high, survey.high))
    golden = golden_vectors(policy, survey, [action.name for action in batch.catalogue], expected)
    manifest = _manifest(policy, batch.run, content, survey, golden, provenance, name, safe)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        write_atomic(unfinished / GRAPH, content)
        write_atomic(unfinished / MANIFEST, encode(manifest))
        load_bundle(unfinished)
        _publish(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def set_kpis(folder: Path | str, table: KpiTable, seeds: str = "evaluation") -> None:
    """Write the KPIs of a bundle's graph into its manifest.

    Args:
        folder: Folder of the bundle.
        table: KPIs by run.
        seeds: Purpose of the seeds of the runs.
    """
    path = Path(folder)
    manifest = msgspec.structs.replace(read_manifest(path), kpis=kpi_figures(table, seeds))
    write_atomic(path / MANIFEST, encode(manifest))


def _manifest(
    policy: GraphPolicy,
    run: RunConfig,
    content: bytes,
    survey: Survey,
    golden: list[Golden],
    given: Mapping[str, Any],
    name: str | None,
    safe: Mapping[str, Range],
) -> Manifest:
    scenario, interface, digest = run.scenario, interface_of(run.scenario), hashlib.sha256(content).hexdigest()
    ranges = zip(survey.low.tolist(), survey.high.tolist(), strict=True)
    made = {
        "version": ccenv.__version__,
        "threads": None,
        **given,
        "libraries": {library: version(library) for library in LIBRARIES} | dict(given.get("libraries", {})),
    }
    return Manifest(
        format=FORMAT,
        name=name or f"{scenario.name}-{digest[:8]}",
        interface_digest=interface.digest,
        scenario=TrainingScenario(scenario.name, scenario.digest, scenario.content),
        calling_rules={name: c.calling_rules.preset for name, c in scenario.centre.campaigns.items()},
        owns=policy.owns,  # type: ignore[arg-type]  # the batch was made with it
        reserves=policy.reserves,
        actions=policy.actions,  # type: ignore[arg-type]  # likewise
        decision=policy.decision,
        fallback=Fallback(*(FallbackRule(*rule) for rule in (run.routing, run.pacing))),
        provenance=msgspec.convert(made, Provenance),
        kpis=None,
        files={GRAPH: digest},
        interface=interface,
        training_range=dict(zip(observation_names(scenario), ranges, strict=True)),
        golden=golden,
        safe_range={path: SafeRange(each.kind, *each.ends) for path, each in safe.items()},  # type: ignore[arg-type]
    )


def _refuse_other(folder: Path) -> None:
    """Refuse a folder that holds other files than those of a bundle."""
    if folder.is_dir() and not {path.name for path in folder.iterdir()} <= {GRAPH, MANIFEST}:
        raise BundleError(f"{folder} holds something else than a bundle; choose another folder")


def _publish(unfinished: Path, target: Path) -> None:
    """Rename the complete folder to its final name."""
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.exists():
        target.rename(old)
    unfinished.rename(target)
    shutil.rmtree(old, ignore_errors=True)
