"""The parts of the measurement, in running order."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.speed import cold
from experiments.speed.part import Part
from experiments.speed.settings import Settings

KERNEL, NATIVE = "experiments/speed/kernel.py", "experiments/speed/batch.py"
POLICY, CHILD = "experiments/speed/policy.py", "experiments/speed/child.py"


def unmeasured(settings: Settings) -> Sequence[dict[str, object]]:
    """One cell that depends neither on the rounds nor on the share."""
    return [{}]


PARTS: tuple[Part, ...] = (
    Part("peers", "Other engines", (KERNEL,)),
    Part("centre", "The whole centre", (KERNEL, "experiments/speed/peers")),
    Part("growth", "Growth", (KERNEL,)),
    Part("batch", "The native batch", (KERNEL, POLICY)),
    Part("single", "One environment", (POLICY,)),
    Part("vectors", "Vector environments", (POLICY,)),
    Part("copies", "Copies", (NATIVE, POLICY)),
    Part("memory", "Memory", inputs=unmeasured),
    Part("training", "Training", (NATIVE, POLICY, "agents")),
    Part("evaluation", "Evaluation"),
    Part("start", "Start", (CHILD,)),
    Part("stale", "Edited kernel files", (CHILD,), unmeasured),
    Part("cold", "Cold compile", (CHILD,), cold.inputs),
)
