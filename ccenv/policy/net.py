"""A small network on the observation as a policy that the kernel runs."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ccenv.loops.futures import BASE
from ccenv.policy.in_kernel import Evaluator, KernelPolicy, address_of
from ccenv.scenarios.schema import Reserves
from ccenv.sim.kernel.jit import bounded, config
from ccenv.sim.kernel.pointers import array
from ccenv.sim.state.layout import Layout

ACTIVATIONS = ("relu", "tanh")
CLIP = np.float32(10.0)  # of standardised observations
ZERO, ONE, EIGHTH, SATURATED = (np.float32(x) for x in (0.0, 1.0, 0.125, 9.1))  # tanh(9.1) is 1 in float32
L0, L1, L2, M1, M2 = (np.float32(x) for x in (10395.0, 1260.0, 21.0, 4725.0, 210.0))  # of Lambert's fraction
N_MEMORY = 2
array_of: Any = (lambda pointer, n: pointer[:n]) if config.DISABLE_JIT else array


class NetPolicy(KernelPolicy):
    """A network of two hidden layers; it takes the legal action with the highest output, the first of equals.

    Observations are standardised, clipped to +-10, and pass two layers with an activation and a linear one. All numbers
    are float32. The kernel sums in the order of the inputs, and its tanh is exact to a few units in the last place.
    Other libraries sum in other orders. So an exported graph under onnxruntime takes the same action wherever the best
    two outputs differ by more than rounding (about 1e-6 of their size). Of outputs that are equal to the bit both take
    the first; outputs that are nearly equal may change places, and after a softmax they may be equal.

    Args:
        mean, scale: The input is (observation - mean) * scale, (K,).
        weights: Three matrices (inputs, outputs).
        biases: Three vectors.
        activation: `relu` or `tanh`.
        owns: The half that the policy decides.
        reserves: The campaigns' flag under which it was trained; None: any.
        actions: Dials that it may use.
        margin: Added to the output of the base's action, where the policy is asked over a base.

    Raises:
        ValueError: If the sizes do not fit or the activation is unknown.
    """

    def __init__(
        self,
        mean: np.ndarray,
        scale: np.ndarray,
        weights: Sequence[np.ndarray],
        biases: Sequence[np.ndarray],
        *,
        activation: str = "relu",
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
        margin: float = 0.0,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation = {activation!r}; allowed: {', '.join(ACTIVATIONS)}")
        if len(weights) != 3 or len(biases) != 3:
            raise ValueError(f"weights: {len(weights)} matrices, biases: {len(biases)} vectors; allowed: 3 of each")
        sizes = [len(mean), *(w.shape[1] for w in weights)]
        for k, (w, b, shape) in enumerate(zip(weights, biases, pairwise(sizes), strict=True)):
            if w.shape != shape or b.shape != shape[1:]:
                raise ValueError(f"weights[{k}] {w.shape}, biases[{k}] {b.shape}; allowed: {shape} and {shape[1:]}")
        self.kind = _record(tuple(sizes))
        self.record = np.zeros(1, self.kind)
        for name, value in zip(_NAMES, (mean, scale, *weights, *biases), strict=True):
            self.record[name][0] = value
        self.record["margin"] = margin
        self.activation, self.sizes = activation, tuple(sizes)
        self.n_obs, self.n_actions = sizes[0], sizes[-1]
        self.owns, self.reserves, self.actions = owns, reserves, actions

    @property
    def margin(self) -> float:
        """Preference for the base's action."""
        return float(self.record["margin"][0])

    def with_margin(self, margin: float) -> NetPolicy:
        """Return the same network with another preference for the base's action."""
        r = self.record[0]
        weights, biases = (r["w1"], r["w2"], r["w3"]), (r["b1"], r["b2"], r["b3"])
        return NetPolicy(
            r["shift"], r["scale"], weights, biases, activation=self.activation, owns=self.owns,
            reserves=self.reserves, actions=self.actions, margin=margin,
        )  # fmt: skip

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        make = functools.partial(_MAKERS[self.activation], self.sizes)
        address = address_of(make, self.kind, kinds, __file__, self.activation)
        memory = np.zeros(N_MEMORY)
        memory[0], memory[BASE] = N_MEMORY, -1.0
        return Evaluator(address, np.frombuffer(self.record.tobytes(), np.float64).copy(), memory)


_NAMES = ("shift", "scale", "w1", "w2", "w3", "b1", "b2", "b3")


@functools.cache
def _record(sizes: tuple[int, ...]) -> np.dtype:
    """Return the record of a network: parameters, and room for the values of its layers."""
    k, h1, h2, a = sizes
    shapes = ((k,), (k,), (k, h1), (h1, h2), (h2, a), (h1,), (h2,), (a,))
    fields = [(name, "f4", shape) for name, shape in zip(_NAMES, shapes, strict=True)]
    room = [("margin", "f4"), ("x", "f4", (k,)), ("y1", "f4", (h1,)), ("y2", "f4", (h2,)), ("out", "f4", (a,))]
    bare = np.dtype([*fields, *room])
    pad = -bare.itemsize % 8
    return np.dtype([*fields, *room, ("pad", "u1", (pad,))]) if pad else bare


@bounded
def _standardised(observed, params):
    for i in range(params.x.shape[0]):
        v = (observed[i] - params.shift[i]) * params.scale[i]
        params.x[i] = min(max(v, -CLIP), CLIP)


@bounded
def _layer(x, w, b, y):
    """Write b + x w to y; inputs of 0 are skipped, of which standardised observations and ReLU layers have many."""
    for j in range(y.shape[0]):
        y[j] = b[j]
    for i in range(x.shape[0]):
        v = x[i]
        if v != ZERO:
            for j in range(y.shape[0]):
                y[j] += v * w[i, j]


@bounded
def _relu(y):
    for j in range(y.shape[0]):
        y[j] = max(y[j], ZERO)


@bounded
def _tanh(y):
    """Replace y by tanh(y), to a few units in the last place; without a branch or a call, so that it is vectorised.

    Lambert's continued fraction of tanh(y / 8), and three times tanh(2x) = 2 tanh(x) / (1 + tanh(x)^2).
    """
    for j in range(y.shape[0]):
        x = min(max(y[j], -SATURATED), SATURATED) * EIGHTH
        s = x * x
        t = x * (L0 + s * (L1 + s * L2)) / (L0 + s * (M1 + s * (M2 + s)))
        t = (t + t) / (ONE + t * t)
        t = (t + t) / (ONE + t * t)
        y[j] = (t + t) / (ONE + t * t)


@bounded
def _best(mask, y, base, margin):
    """Return the legal action with the highest output, the first of equals; the base's action gains the margin."""
    if base >= 0:
        y[base] += margin
    best = -1
    for a in range(y.shape[0]):
        if mask[a] and (best < 0 or y[a] > y[best]):
            best = a
    return best


def _maker(activate: Any) -> Any:
    def make(sizes: tuple[int, ...]) -> Any:
        n_actions = sizes[-1]

        def decide(snap, mask, c, params, state, u):
            _standardised(snap.observed, params)
            _layer(params.x, params.w1, params.b1, params.y1)
            activate(params.y1)
            _layer(params.y1, params.w2, params.b2, params.y2)
            activate(params.y2)
            _layer(params.y2, params.w3, params.b3, params.out)
            base = int(array_of(state, N_MEMORY)[BASE])
            return np.int64(_best(array_of(mask, n_actions), params.out, base, params.margin))

        return decide

    return make


_MAKERS = {"relu": _maker(_relu), "tanh": _maker(_tanh)}
