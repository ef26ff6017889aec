"""An ONNX graph under onnxruntime, in one thread."""

from __future__ import annotations

import numpy as np

from ccenv.serving.errors import BundleError, PolicyError
from ccenv.serving.manifest import INPUTS, OUTPUT


class Graph:
    """A graph from observations and masks to probabilities.

    A row's result does not depend on the other rows of the call: a decision is the same alone and in a batch.

    Args:
        content: The ONNX file.

    Raises:
        BundleError: If it is not a graph of this kind.
        ImportError: If the extra `serve` is not installed.
    """

    def __init__(self, content: bytes) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ImportError("bundles run under onnxruntime: pip install 'ccenv[serve]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no common base
            raise BundleError(f"onnxruntime does not take the graph: {error}") from error
        inputs = {x.name: x for x in self._session.get_inputs()}
        if set(inputs) != set(INPUTS) or OUTPUT not in {x.name for x in self._session.get_outputs()}:
            raise BundleError(f"the graph must have the inputs {' and '.join(INPUTS)} and the output {OUTPUT}")
        self.n_obs, self.n_actions = (inputs[name].shape[1] for name in INPUTS)

    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A), 0 where illegal.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.

        Raises:
            PolicyError: If the graph fails, or a row has no finite or no positive sum over its legal actions.
        """
        try:
            (given,) = self._session.run([OUTPUT], {INPUTS[0]: obs, INPUTS[1]: mask})
        except Exception as error:  # its errors have no common base
            raise PolicyError(f"onnxruntime: {error}") from error
        return legal_only(given, mask)


def legal_only(given: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What a graph gave, 0 where the mask forbids, whatever the graph does itself.

    Raises:
        PolicyError: If a shape is wrong, a number negative or not finite, or nothing legal is left in a row.
    """
    if given.shape != mask.shape:
        raise PolicyError(f"probabilities of shape {given.shape}, not {mask.shape}")
    kept = np.where(mask, given, 0.0)
    total = kept.sum(axis=1)
    if not np.all(np.isfinite(total) & (total > 0.0)) or np.any(kept < 0.0):
        raise PolicyError("the probabilities of the legal actions are not finite, or all 0")
    return kept
