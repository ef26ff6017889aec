"""`manifest.json`: everything that is known of a bundle's policy, in types.

A bundle is a folder with `policy.onnx`, a graph from (`obs`, `mask`) to `probabilities`, and this manifest.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ccenv.kpis import KpiTable
from ccenv.scenarios import Scenario, ScenarioError, load_scenario
from ccenv.scenarios.files.overrides import NAMED
from ccenv.serving.errors import BundleError
from ccenv.serving.interface import Interface

FORMAT = 1
GRAPH, MANIFEST = "policy.onnx", "manifest.json"
INPUTS, OUTPUT = ("obs", "mask"), "probabilities"
TOLERANCE = 1e-5  # of a probability in a golden vector, for rounding differs between processors

Coin = Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class TrainingScenario(_Node, frozen=True):
    """The scenario of the training: `Scenario.content` and its digest."""

    name: str
    digest: str
    content: dict[str, Any]


class FallbackRule(_Node, frozen=True):
    """A rule by its registered name, with parameters."""

    name: str
    params: dict[str, Any] = {}

    @property
    def choice(self) -> tuple[str, dict[str, Any]]:
        """As `simulate` takes it."""
        return self.name, dict(self.params)


class Fallback(_Node, frozen=True):
    """What decides where the policy cannot; the routing rule also orders the queues."""

    routing: FallbackRule
    pacing: FallbackRule


class Provenance(_Node, frozen=True):
    """Where the policy comes from.

    `source_digest` is of the code that trained it, `seeds` the purpose of the seeds it was trained on, `steps` the
    decisions it learnt from, `threads` those of the learning library, `libraries` their versions.
    """

    version: str
    source_digest: str
    seeds: str
    steps: int
    threads: int
    libraries: dict[str, str]
    details: dict[str, Any] = {}


class Golden(_Node, frozen=True):
    """A decision that the graph must repeat: observation (K,), numbers of the legal actions, coin; action and (A,)."""

    obs: list[float]
    legal: list[int]
    u: Coin
    action: str
    probabilities: list[float]


class Figure(_Node, frozen=True):
    """A KPI with the ends of its interval; None where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None


class Kpis(_Node, frozen=True):
    """KPIs of the exported graph: over how many runs on which seeds, and the confidence of the intervals."""

    seeds: str
    n_runs: int
    confidence: float
    figures: dict[str, Figure]


class Manifest(_Node, frozen=True):
    """The manifest.

    `owns` is what the policy owns; `reserves` the campaigns' flag under which it was trained, None where there is
    no campaign or they differ; `decision` how an action is taken from the probabilities; `training_range` the least
    and the greatest value seen of each number of the observation; `files` the SHA-256 of each.
    """

    format: int
    name: str
    interface_digest: str
    scenario: TrainingScenario
    owns: Literal["routing", "pacing", "blended"]
    reserves: bool | None
    decision: Literal["argmax", "sample"]
    fallback: Fallback
    provenance: Provenance
    kpis: Kpis | None
    files: dict[str, str]
    interface: Interface
    training_range: dict[str, tuple[float, float]]
    golden: Annotated[list[Golden], msgspec.Meta(min_length=1)]


class _Version(msgspec.Struct):
    format: int


def encode(manifest: Manifest) -> bytes:
    """The manifest as JSON, with each list of numbers on one line."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2).decode()
    flat = re.compile(r"\[\s+[-+.\deE,\s]+\]")
    return (
        flat.sub(lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text).encode()
        + b"\n"
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle, its own digests checked.

    Raises:
        BundleError: If it is not there, of another format version, or not what a manifest is.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        version = msgspec.json.decode(content, type=_Version).format
        if version != FORMAT:
            raise BundleError(f"{folder}: format version {version}; this version of ccenv reads {FORMAT}")
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise BundleError(f"{folder}: {MANIFEST} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BundleError(f"{folder}: {MANIFEST} is not a manifest: {error}") from error
    if manifest.interface.digest != manifest.interface_digest:
        raise BundleError(f"{folder}: {MANIFEST}: interface_digest is not the digest of `interface`")
    if content_digest(manifest.scenario.content) != manifest.scenario.digest:
        raise BundleError(f"{folder}: {MANIFEST}: scenario.digest is not the digest of scenario.content")
    return manifest


def read_graph(folder: Path, manifest: Manifest) -> bytes:
    """The graph, its digest checked.

    Raises:
        BundleError: If it is not there or not the file that the manifest names.
    """
    if set(manifest.files) != {GRAPH}:
        raise BundleError(f"{folder}: {MANIFEST}: files are {', '.join(manifest.files) or 'none'}; allowed: {GRAPH}")
    try:
        content = (folder / GRAPH).read_bytes()
    except OSError as error:
        raise BundleError(f"{folder}: {GRAPH} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != manifest.files[GRAPH]:
        raise BundleError(f"{folder}: SHA-256 of {GRAPH} is {found}, the manifest says {manifest.files[GRAPH]}")
    return content


def content_digest(content: Mapping[str, Any]) -> str:
    """The digest of a scenario's content, as `Scenario.digest`."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def training_scenario(record: TrainingScenario) -> Scenario:
    """The scenario of the training, from the content that the manifest holds.

    Raises:
        BundleError: If this version of the package does not take it.
    """
    try:
        return load_scenario({**by_name(record.content), "name": record.name, "description": "from a bundle"})
    except (ScenarioError, TypeError, ValueError) as error:
        raise BundleError(f"the training scenario {record.name}: {error}") from error


def by_name(content: Any, at: tuple[str, ...] = ()) -> Any:
    """A scenario's content with mappings where it has lists of [name, values]; `at` are the keys that lead there."""
    if len(at) % 2 == 1 and at[-1] in NAMED:
        content = dict(content)
    return {k: by_name(v, (*at, k)) for k, v in content.items()} if isinstance(content, dict) else content


def kpi_figures(table: KpiTable, seeds: str) -> Kpis:
    """The summary of a KPI table for a manifest; `seeds` says which seeds its rows ran on."""
    summary = table.summary()
    figures = {
        column: Figure(*(None if math.isnan(x) else float(x) for x in (e.value, e.low, e.high)))
        for column, e in summary.items()
    }
    return Kpis(seeds, summary.n_runs, summary.confidence, figures)
