"""An ONNX graph from observations and masks to probabilities, under onnxruntime in one thread.

A graph has the input `obs`, (B, K) float32, and may have the input `mask`, (B, A) bool; B is free. Its output is either
`probabilities` or `logits`, (B, A). If it has both, `probabilities` is read. Logits become probabilities by a softmax
over the legal actions. A graph that does not use the mask should give logits, since its probabilities may all be 0 on
the legal actions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.scenarios.schema import Reserves
from ccenv.serving.decision import Decision, ProbabilityPolicy
from ccenv.serving.errors import BundleError, PolicyError

OBS, MASK = INPUTS = ("obs", "mask")
PROBABILITIES, LOGITS = OUTPUTS = ("probabilities", "logits")
TYPES = {OBS: "tensor(float)", MASK: "tensor(bool)"}


class Graph:
    """A graph of this kind, ready to run.

    A row's result does not depend on the other rows of the call: a decision is the same alone and in a batch.

    Args:
        content: Content of the ONNX file.

    Attributes:
        content: Content of the ONNX file.
        output: Name of the output that is read.
        n_obs: Numbers in an observation, K, as the graph declares it.
        n_actions: Number of actions, A, as the graph declares it; None or a name if it does not say.

    Raises:
        BundleError: If the content is not a graph of this kind.
        ImportError: If the extra `serve` is not installed.
    """

    def __init__(self, content: bytes) -> None:
        self.content, self._session = content, _session(content)
        inputs, outputs = (
            {x.name: x for x in part()} for part in (self._session.get_inputs, self._session.get_outputs)
        )
        readable = [name for name in OUTPUTS if name in outputs]
        if not {OBS} <= set(inputs) <= set(INPUTS) or not readable:
            raise BundleError(
                f"the graph has the inputs {', '.join(inputs)} and the outputs {', '.join(outputs)}; "
                f"allowed: the inputs {OBS} and {MASK} (or {OBS} alone), and an output {' or '.join(OUTPUTS)}"
            )
        for name, found in inputs.items():
            _check_input(name, found)
        self.output = readable[0]
        self._inputs = tuple(inputs)
        self.n_obs: Any = inputs[OBS].shape[1]
        axes = (inputs[MASK] if MASK in inputs else outputs[self.output]).shape
        self.n_actions: Any = axes[-1] if axes else None

    def check_size(self, n_obs: int, n_actions: int) -> None:
        """Check the graph's sizes against those of an interface.

        Raises:
            BundleError: If they differ.
        """
        if (self.n_obs, self.n_actions) != (n_obs, n_actions):
            raise BundleError(
                f"the graph takes {self.n_obs} numbers and {self.n_actions} actions, "
                f"the interface has {n_obs} and {n_actions}"
            )

    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A), 0 where illegal.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.

        Raises:
            PolicyError: If the graph fails, or gives a row no usable numbers for its legal actions.
        """
        values = {OBS: obs, MASK: mask}
        try:
            (given,) = self._session.run([self.output], {name: values[name] for name in self._inputs})
        except Exception as error:  # its errors have no common base
            raise PolicyError(f"onnxruntime: {error}") from error
        return legal_only(given, mask) if self.output == PROBABILITIES else masked_softmax(given, mask)


class GraphPolicy(ProbabilityPolicy):
    """A graph as a policy.

    Args:
        graph: The graph.
        decision: As of `ProbabilityPolicy`, like the other arguments.
        owns: The half that the policy decides.
        reserves: The campaigns' flag under which it was trained.
        actions: Dials that it may use.
    """

    def __init__(
        self,
        graph: Graph,
        decision: Decision = "argmax",
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ) -> None:
        super().__init__(decision, owns=owns, reserves=reserves, actions=actions)
        self.graph = graph

    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A), 0 where illegal.

        Raises:
            PolicyError: If the graph gives no decision.
        """
        return self.graph.probabilities(obs, mask)


def legal_only(given: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Probabilities with 0 where the mask forbids, even if the graph does not mask them itself.

    Raises:
        PolicyError: If the shape is wrong, a legal number is negative or not finite, or all legal numbers of a row are
            0.
    """
    _check_shape(PROBABILITIES, given, mask)
    kept = np.where(mask, given, 0.0)
    total = kept.sum(axis=1)
    if not np.all(np.isfinite(total) & (total > 0.0)) or np.any(kept < 0.0):
        raise PolicyError("the probabilities of the legal actions are not finite, or all 0")
    return kept


def masked_softmax(logits: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Softmax of logits (B, A) over the legal actions of each row; 0 where illegal.

    Raises:
        PolicyError: If the shape is wrong, a legal logit is not finite, or a row has no legal action.
    """
    _check_shape(LOGITS, logits, mask)
    if not np.all(np.isfinite(logits) | ~mask):
        raise PolicyError("a logit of a legal action is not finite")
    if not mask.any(axis=1).all():
        raise PolicyError("a row has no legal action")
    kept = np.where(mask, logits, -np.inf)
    powers = np.exp(kept - kept.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _check_shape(name: str, given: np.ndarray, mask: np.ndarray) -> None:
    if given.shape != mask.shape:
        raise PolicyError(f"{name} of shape {given.shape}, not {mask.shape}")


def _session(content: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError("bundles run under onnxruntime: pip install 'ccenv[serve]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base
        raise BundleError(f"onnxruntime does not take the graph: {error}") from error


def _check_input(name: str, found: Any) -> None:
    """Check the type of an input, and that its first axis is free."""
    if found.type != TYPES[name]:
        raise BundleError(f"the graph's input {name} is a {found.type}; allowed: {TYPES[name]}")
    if len(found.shape) != 2 or isinstance(found.shape[0], int):
        raise BundleError(f"the graph's input {name} has the shape {found.shape}; allowed: 2 axes, the first one free")
