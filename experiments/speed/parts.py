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


def turns_and_compile(settings: Settings) -> Sequence[dict[str, object]]:
    """One cell that takes turns, and one that compiles; no second one if the settings exclude cold compilation."""
    turns: dict[str, object] = {"rounds": settings.rounds, "share": settings.share}
    return [turns, {"compile": "S"}] if settings.cold else [turns]


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
    Part("policies", "Policies in the kernel", (CHILD, "agents"), turns_and_compile),
    Part("evaluation", "Evaluation"),
    Part("start", "Start", (CHILD,)),
    Part("stale", "Edited kernel files", (CHILD,), unmeasured),
    Part("cold", "Cold compile", (CHILD,), cold.inputs),
)
