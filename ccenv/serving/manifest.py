"""Types of `manifest.json`, which describes the policy of a bundle.

A bundle is a folder with two files: the graph `policy.onnx` (see `ccenv.serving.graph`) and this manifest.
"""

from __future__ import annotations

import errno
import hashlib
import math
import re
import stat
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ccenv.kpis import KpiTable
from ccenv.rules.registry import BUILT_IN
from ccenv.scenarios import Scenario, ScenarioError, load_scenario
from ccenv.scenarios.files.overrides import NAMED
from ccenv.scenarios.ranges import Range
from ccenv.scenarios.scenario import content_digest
from ccenv.scenarios.schema import Reserves
from ccenv.serving.decision import Decision
from ccenv.serving.errors import BundleError
from ccenv.serving.interface import Interface

FORMAT = 1
LARGEST_FILE = 2**31  # bytes; an ONNX file holds no more
GRAPH, MANIFEST = "policy.onnx", "manifest.json"
TOLERANCE = 1e-5  # of a probability in a golden vector: rounding differs between processors

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
        """Name and parameters, as `simulate` takes them."""
        return self.name, dict(self.params)


class Fallback(_Node, frozen=True):
    """Rules that decide if the policy fails or is late; the routing rule also orders the queues."""

    routing: FallbackRule
    pacing: FallbackRule


class Provenance(_Node, frozen=True):
    """Origin of the policy.

    Attributes:
        version: Version of ccenv that wrote the bundle.
        source_digest: Digest of the code that trained the policy.
        seeds: Purpose of the seeds that it was trained on.
        steps: Decisions that it learnt from.
        threads: Threads of the learning library; None if not known.
        libraries: Versions of the libraries, by name.
        details: Any other values.
    """

    version: str
    source_digest: str
    seeds: str
    steps: int
    threads: int | None
    libraries: dict[str, str]
    details: dict[str, Any] = {}


class Golden(_Node, frozen=True):
    """A decision that the graph must repeat.

    Attributes:
        obs: The observation, K numbers.
        legal: Indices of the legal actions.
        u: The coin.
        action: Name of the action taken.
        probabilities: Probability of each action, A numbers.
    """

    obs: list[float]
    legal: list[int]
    u: Coin
    action: str
    probabilities: list[float]


class SafeRange(_Node, frozen=True):
    """Range of a scenario parameter over which the policy was trained.

    Attributes:
        kind: `factor`: of the training scenario's own value. `value`: the value itself, or the mean of a distribution.
        low, high: Its ends.
    """

    kind: Literal["factor", "value"]
    low: float
    high: float


class Figure(_Node, frozen=True):
    """A KPI with the ends of its interval; None if its denominator is 0."""

    value: float | None
    low: float | None
    high: float | None


class Kpis(_Node, frozen=True):
    """KPIs of the exported graph.

    Attributes:
        seeds: Purpose of the seeds of the runs.
        n_runs: Number of runs.
        confidence: Confidence of the intervals, a share.
        figures: KPIs by column of the KPI table.
    """

    seeds: str
    n_runs: int
    confidence: float
    figures: dict[str, Figure]


class Manifest(_Node, frozen=True, kw_only=True):
    """The manifest.

    Attributes:
        format: Version of this format.
        name: Name of the bundle.
        interface_digest: Digest of `interface`.
        scenario: The scenario of the training.
        calling_rules: Preset of the calling rules of each campaign under which it was trained, by campaign.
        owns: The half that the policy decides.
        reserves: The campaigns' flag under which it was trained; None if there is no campaign or if they differ.
        actions: Dials that the policy may use; `all` in a manifest that does not say.
        decision: How an action is taken from the probabilities.
        fallback: Rules that decide if the policy fails or is late.
        provenance: Origin of the policy.
        kpis: KPIs of the graph; None until `set_kpis` writes them.
        files: SHA-256 of each file, hexadecimal, by file name.
        interface: Fields, names and actions that the policy is bound to.
        training_range: Least and greatest value seen of each number of the observation, by its name.
        golden: Decisions that the graph must repeat.
        safe_range: Ranges of scenario parameters over which it was trained, by path (`queues.*.arrivals_per_hour`);
            other parameters were those of the scenario.
    """

    format: int
    name: str
    interface_digest: str
    scenario: TrainingScenario
    calling_rules: dict[str, str] = {}
    owns: Literal["routing", "pacing", "blended"]
    reserves: Reserves | None
    actions: Literal["all", "reserved", "unreserved"] = "all"
    decision: Decision
    fallback: Fallback
    provenance: Provenance
    kpis: Kpis | None
    files: dict[str, str]
    interface: Interface
    training_range: dict[str, tuple[float, float]]
    golden: Annotated[list[Golden], msgspec.Meta(min_length=1)]
    safe_range: dict[str, SafeRange] = {}

    @property
    def ranges(self) -> dict[str, Range]:
        """The safe range as ranges of scenario parameters."""
        ends = {path: (each.low, each.high) for path, each in self.safe_range.items()}
        return {
            path: Range(factor=ends[path]) if each.kind == "factor" else Range(value=ends[path])
            for path, each in self.safe_range.items()
        }


class _Version(msgspec.Struct):
    format: int


def encode(manifest: Manifest) -> bytes:
    """The manifest as JSON; each list of numbers is on one line."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2).decode()
    flat = re.compile(r"\[\s+[-+.\deE,\s]+\]")
    return (
        flat.sub(lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text).encode()
        + b"\n"
    )


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a bundle and check the digests of its parts.

    Raises:
        BundleError: If it is missing, has another format version, or is not a manifest.
    """
    try:
        content = _read(folder / MANIFEST)
        version = msgspec.json.decode(content, type=_Version).format
        if version != FORMAT:
            raise BundleError(f"{folder}: format version {version}; this version of ccenv reads {FORMAT}")
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise BundleError(f"{folder}: {MANIFEST} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{folder}: {MANIFEST} is not a manifest: {error}") from error
    if manifest.interface.digest != manifest.interface_digest:
        raise BundleError(f"{folder}: {MANIFEST}: interface_digest is not the digest of `interface`")
    if content_digest(manifest.scenario.content) != manifest.scenario.digest:
        raise BundleError(f"{folder}: {MANIFEST}: scenario.digest is not the digest of scenario.content")
    for kind in ("routing", "pacing"):
        refuse_rules_of_users(kind, getattr(manifest.fallback, kind).name)
    return manifest


def refuse_rules_of_users(kind: str, *names: str) -> None:
    """Refuse rules that are not of the package: a bundle holds no code, so they could not run elsewhere.

    Raises:
        BundleError: If a rule is a user's.
    """
    for name in names:
        if ":" in name:
            raise BundleError(f"{kind} rule {name!r} is a user's; a bundle takes: {', '.join(BUILT_IN[kind])}")


def read_graph(folder: Path, manifest: Manifest) -> bytes:
    """Read the graph and check its digest.

    Raises:
        BundleError: If it is missing or not the file that the manifest names.
    """
    if set(manifest.files) != {GRAPH}:
        raise BundleError(f"{folder}: {MANIFEST}: files are {', '.join(manifest.files) or 'none'}; allowed: {GRAPH}")
    try:
        content = _read(folder / GRAPH)
    except OSError as error:
        raise BundleError(f"{folder}: {GRAPH} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != manifest.files[GRAPH]:
        raise BundleError(f"{folder}: SHA-256 of {GRAPH} is {found}, the manifest says {manifest.files[GRAPH]}")
    return content


def _read(path: Path) -> bytes:
    """Content of a file of a bundle.

    Raises:
        OSError: If it cannot be read, is not a file (a pipe would wait for ever), or is larger than `LARGEST_FILE`.
    """
    try:
        found = path.stat()
    except ValueError as error:  # a null byte
        raise OSError(errno.EINVAL, str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a file")
    if found.st_size > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it has {found.st_size} bytes, more than {LARGEST_FILE}")
    return path.read_bytes()


def training_scenario(record: TrainingScenario) -> Scenario:
    """Build the scenario of the training from the content that the manifest holds.

    Raises:
        BundleError: If this version of the package refuses the content.
    """
    try:
        about = {"name": record.name, "description": "from a bundle", "goals_unpaid": True}  # known since the training
        return load_scenario({"value_unit": 1.0, **by_name(record.content), **about})  # content leaves a unit of 1 out
    except (ScenarioError, TypeError, ValueError) as error:
        raise BundleError(f"the training scenario {record.name}: {error}") from error


def by_name(content: Any, at: tuple[str, ...] = ()) -> Any:
    """A scenario's content with its lists of [name, values] turned into mappings.

    Args:
        content: `Scenario.content`, or a part of it.
        at: Keys that lead to the part.
    """
    if len(at) % 2 == 1 and at[-1] in NAMED:
        content = dict(content)
    return {k: by_name(v, (*at, k)) for k, v in content.items()} if isinstance(content, dict) else content


def kpi_figures(table: KpiTable, seeds: str) -> Kpis:
    """Summary of a KPI table for a manifest; `seeds` is the purpose of the seeds of its rows."""
    summary = table.summary()
    figures = {
        column: Figure(*(None if math.isnan(x) else float(x) for x in (e.value, e.low, e.high)))
        for column, e in summary.items()
    }
    return Kpis(seeds, summary.n_runs, summary.confidence, figures)
