"""A supervisor's policy that is linear in features of the observation, and its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ccenv.files.errors import names, shown
from ccenv.files.writing import write_atomic
from ccenv.run.config import RuleChoice
from ccenv.supervisor.rows import Settable

POLICY, CODE = "policy.json", "policy.py"
TEXT = '''"""A supervisor's policy for the league: it plays its own centre in cells with its own interval."""

from pathlib import Path

from ccenv.supervisor import LinearSupervisor


def policy(interface):
    """Return the policy; None if the cell asks for another."""
    return LinearSupervisor.read(Path(__file__).parent).fitting(interface)
'''


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `policy.json`; the attributes are those of `LinearSupervisor`."""

    scenario: str
    interval_s: float
    routing: tuple[str, dict[str, Any]]
    pacing: tuple[str, dict[str, Any]]
    settable: list[str] | dict[str, tuple[float, float]] | None
    observations: list[str]
    parameters: dict[str, tuple[float, float]]
    features: list[str]
    shift: list[float]
    scale: list[float]
    base: list[float]
    weights: list[list[float]]


def feature_places(observations: Sequence[str], features: Sequence[str]) -> list[np.ndarray]:
    """Return where each feature stands in an observation: a number by its name, or all numbers of a field.

    Raises:
        ValueError: If a feature is no number and no field of the observation.
    """
    fields = [name.partition(":")[0] for name in observations]
    found = []
    for feature in features:
        places = np.array([k for k, name in enumerate(observations) if feature in (name, fields[k])], np.int64)
        if not places.size:
            allowed = names(list(dict.fromkeys(fields)))
            raise ValueError(f"features: {shown(feature)}; allowed: a number of the observation, or a field: {allowed}")
        found.append(places)
    return found


class LinearSupervisor:
    """Parameters of two rules that are linear in features of the observation, clipped to their bounds.

    A feature is a number of the observation, or the mean of a field over queues, groups or campaigns.
    action = base + weights @ ((feature - shift) / scale)

    Attributes:
        scenario: Name of the centre.
        interval_s: Seconds between two decisions.
        routing, pacing: The rules with their first parameters.
        settable: The parameters that are set.
        observations, parameters: The interface (see `SupervisedDays`).
        features: Their names, (F,).
        shift, scale: Centre and spread of each feature, (F,).
        base: Action where each feature is at its centre, (M,).
        weights: Change of the action with each feature, (M, F).

    Raises:
        ValueError: If the parts do not fit together.
    """

    def __init__(
        self,
        scenario: str,
        interval_s: float,
        routing: RuleChoice,
        pacing: RuleChoice,
        settable: Settable,
        observations: Sequence[str],
        parameters: Mapping[str, tuple[float, float]],
        features: Sequence[str],
        shift: Sequence[float] | np.ndarray,
        scale: Sequence[float] | np.ndarray,
        base: Sequence[float] | np.ndarray,
        weights: Sequence[Sequence[float]] | np.ndarray,
    ) -> None:
        self.scenario, self.interval_s = scenario, interval_s
        self.routing, self.pacing, self.settable = routing, pacing, settable
        self.observations, self.parameters, self.features = tuple(observations), dict(parameters), tuple(features)
        self.shift, self.scale, self.base = (np.array(each, np.float64) for each in (shift, scale, base))
        self.weights = np.array(weights, np.float64).reshape(len(self.base), -1)
        n, m = len(self.features), len(self.parameters)
        wanted = {"shift": (n,), "scale": (n,), "base": (m,), "weights": (m, n)}
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array.shape != shape or not np.isfinite(array).all():
                raise ValueError(f"{name}: shape {array.shape}; allowed: finite numbers of shape {shape}")
        if self.observations[len(self.observations) - m :] != tuple(self.parameters):
            raise ValueError(f"parameters: {names(list(self.parameters))}; allowed: the last names of observations")
        if not (self.scale > 0.0).all():
            raise ValueError(f"scale = {self.scale.tolist()}; allowed: numbers above 0")
        self._places = feature_places(self.observations, self.features)

    def features_of(self, obs: np.ndarray) -> np.ndarray:
        """Return the features of observations, (B, F), before centre and spread."""
        if not self._places:
            return np.zeros((len(obs), 0))
        wide = obs.astype(np.float64)  # rows are contiguous, so that a mean does not depend on their number
        return np.stack([np.ascontiguousarray(wide[:, places]).mean(axis=1) for places in self._places], axis=1)

    def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
        """Decide for B rows; see `SupervisorPolicy`."""
        features = (self.features_of(obs) - self.shift) / self.scale
        moved = (features[:, None, :] * self.weights[None]).sum(axis=2)  # a matrix product could depend on B
        return np.clip(self.base + moved, -1.0, 1.0), state

    def enter(self, observations: Sequence[str], parameters: Mapping[str, tuple[float, float]]) -> None:
        """Check the interface under which it is to decide.

        Raises:
            ValueError: If it is another than that of the policy; the message names the first difference.
        """
        if tuple(observations) != self.observations:
            own, there = self.observations, tuple(observations)
            k = next((k for k, pair in enumerate(zip(own, there, strict=False)) if pair[0] != pair[1]), None)
            what = f"{len(there)} numbers" if k is None else f"{there[k]!r} at place {k}"
            allowed = f"{len(own)}" if k is None else f"{own[k]!r}"
            raise ValueError(f"observation of {self.scenario}: {what}; allowed: {allowed}, that of the policy")
        for name, bounds in parameters.items():
            if tuple(bounds) != self.parameters[name]:
                raise ValueError(f"{name}: bounds {tuple(bounds)}; allowed: {self.parameters[name]}, as it was trained")

    def fitting(self, interface: Mapping[str, Any]) -> LinearSupervisor | None:
        """Return the policy if a cell of the league has its centre's observation and its interval, else None."""
        own = self.observations[: len(self.observations) - len(self.parameters)]
        asked = interface.get("asked") or {}
        same = tuple(interface["observations"]) == own and asked.get("interval_s") == self.interval_s
        return self if same else None

    def save(self, folder: Path | str) -> Path:
        """Write the policy into a folder that the league takes as an entry; returns the folder."""
        settable = self.settable
        plain = {
            "scenario": self.scenario, "interval_s": self.interval_s, "routing": self.routing, "pacing": self.pacing,
            "settable": dict(settable) if isinstance(settable, Mapping) else settable and list(settable),
            "observations": self.observations, "parameters": self.parameters, "features": self.features,
            **{name: getattr(self, name).tolist() for name in ("shift", "scale", "base", "weights")},
        }  # fmt: skip
        content = msgspec.json.encode(msgspec.convert(msgspec.to_builtins(plain), _File))
        write_atomic(Path(folder) / POLICY, msgspec.json.format(content, indent=1) + b"\n")
        write_atomic(Path(folder) / CODE, TEXT.encode())
        return Path(folder)

    @classmethod
    def read(cls, folder: Path | str) -> LinearSupervisor:
        """Read a policy that `save` wrote.

        Raises:
            ValueError: If there is none, or its parts do not fit together; the message names the file.
        """
        file = Path(folder) / POLICY
        try:
            found = msgspec.json.decode(file.read_bytes(), type=_File)
            return cls(**{name: getattr(found, name) for name in found.__struct_fields__})
        except OSError as error:
            raise ValueError(f"{file}: cannot be read: {error.strerror}; allowed: a saved policy") from error
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise ValueError(f"{file}: {error}") from error
