"""Writing a bundle: the graph of a trained policy, and the manifest that says what it is."""

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
import torch

import ccenv
from agents.common.export import export_onnx
from agents.common.policy import TorchPolicy
from agents.common.survey import Survey, golden_vectors, survey_days
from ccenv.batch import Batch
from ccenv.files.writing import write_atomically
from ccenv.kpis import KpiTable
from ccenv.run.config import RuleChoice, RunConfig
from ccenv.scenarios import Scenario
from ccenv.serving import load_bundle
from ccenv.serving.errors import BundleError
from ccenv.serving.graph import Graph
from ccenv.serving.interface import interface_of
from ccenv.serving.manifest import (
    FORMAT,
    GRAPH,
    MANIFEST,
    Fallback,
    FallbackRule,
    Manifest,
    Provenance,
    TrainingScenario,
    encode,
    kpi_figures,
    read_manifest,
)
from ccenv.spaces.observation import observation_names

LIBRARIES = ("numpy", "numba", "torch", "onnx", "onnxruntime", "stable-baselines3", "sb3-contrib")
SURVEY_DAYS = 8


def write_bundle(
    folder: Path | str,
    policy: TorchPolicy,
    scenario: Scenario,
    *,
    provenance: Mapping[str, Any],
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    ranges: np.ndarray | None = None,
    days: int = SURVEY_DAYS,
    name: str | None = None,
) -> Path:
    """Export a policy; the folder appears when it is whole and has been loaded once.

    Args:
        folder: Where; a bundle that is there is replaced.
        policy: The policy, with what it owns and how it decides.
        scenario: The scenario of its training.
        provenance: `source_digest`, `seeds` and `steps` of `manifest.Provenance`, `details` if there are any.
        routing: Fallback rule, and the order of the queues under which it was trained; None: the scenario's.
        pacing: Fallback rule; None: the scenario's.
        ranges: Least and greatest values seen in training, (2, K) in units of the observation; widened by what the
            policy meets in the survey, which is all there is if None.
        days: Training days of the survey.
        name: Name of the bundle; None: that of the scenario and the first digits of the graph's digest.

    Returns:
        The folder.

    Raises:
        BundleError: If something else is in the folder, or the exported graph does not decide as the policy does.
        ccenv.rules.RuleError: If a fallback rule cannot run under the policy's flag.
    """
    target = Path(folder)
    _refuse_other(target)
    batch = Batch(
        scenario,
        days,
        owns=policy.owns,
        routing=routing,
        pacing=pacing,
        reserves=policy.reserves,
        autoreset="disabled",
    )
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        content = export_onnx(policy, unfinished / GRAPH).read_bytes()
        survey = survey_days(batch, policy)
        if ranges is not None:
            low, high = np.asarray(ranges, np.float32)
            survey = survey._replace(low=np.minimum(low, survey.low), high=np.maximum(high, survey.high))
        manifest = _manifest(policy, batch.run, content, survey, provenance, name)
        write_atomically(unfinished / MANIFEST, lambda p: p.write_bytes(encode(manifest)))
        load_bundle(unfinished)
        _publish(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def set_kpis(folder: Path | str, table: KpiTable, seeds: str = "evaluation") -> None:
    """Put the KPIs of the exported graph into its manifest.

    Args:
        folder: The bundle.
        table: KPIs by run.
        seeds: Purpose of the seeds that were run.
    """
    path = Path(folder)
    manifest = msgspec.structs.replace(read_manifest(path), kpis=kpi_figures(table, seeds))
    write_atomically(path / MANIFEST, lambda p: p.write_bytes(encode(manifest)))


def _manifest(
    policy: TorchPolicy, run: RunConfig, content: bytes, survey: Survey, given: Mapping[str, Any], name: str | None
) -> Manifest:
    scenario, interface, digest = run.scenario, interface_of(run.scenario), hashlib.sha256(content).hexdigest()
    ranges = zip(survey.low.tolist(), survey.high.tolist(), strict=True)
    made = {
        "version": ccenv.__version__,
        "threads": torch.get_num_threads(),
        "libraries": {library: version(library) for library in LIBRARIES},
    }
    return Manifest(
        format=FORMAT,
        name=name or f"{scenario.name}-{digest[:8]}",
        interface_digest=interface.digest,
        scenario=TrainingScenario(scenario.name, scenario.digest, scenario.content),
        owns=policy.owns,  # type: ignore[arg-type]  # the batch was made with it
        reserves=policy.reserves,
        decision=policy.decision,
        fallback=Fallback(*(FallbackRule(*rule) for rule in (run.routing, run.pacing))),
        provenance=msgspec.convert({**made, **given}, Provenance),
        kpis=None,
        files={GRAPH: digest},
        interface=interface,
        training_range=dict(zip(observation_names(scenario), ranges, strict=True)),
        golden=golden_vectors(Graph(content), policy, survey, interface.actions),
    )


def _refuse_other(folder: Path) -> None:
    """Refuse to replace what is not a bundle."""
    if folder.is_dir() and not {path.name for path in folder.iterdir()} <= {GRAPH, MANIFEST}:
        raise BundleError(f"{folder} holds something else than a bundle; choose another folder")


def _publish(unfinished: Path, target: Path) -> None:
    """Give a whole folder its name."""
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.exists():
        target.rename(old)
    unfinished.rename(target)
    shutil.rmtree(old, ignore_errors=True)
