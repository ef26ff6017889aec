"""The parts of the validation, in the order of the page."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from experiments.validate.faults import FAULTS_PART
from experiments.validate.part import Part, Report, Task
from experiments.validate.real_data import log_inputs
from experiments.validate.reference.part import REFERENCE
from experiments.validate.settings import Settings
from experiments.validate.simulated.part import SIMULATED

AGREES = "agrees"  # the bar of a part that has one


def measured(inputs: dict[str, Any]) -> dict[str, Any]:
    """Result of `measure` of the module named in the inputs."""
    result: dict[str, Any] = importlib.import_module(inputs["module"]).measure(**inputs["arguments"])
    return result


def no_inputs(settings: Settings) -> dict[str, Any]:
    """Inputs of a part whose cell depends on the sources alone."""
    return {"arguments": {}}


def module_part(
    name: str, title: str, seconds: float, *sources: str, inputs: Callable[[Settings], dict[str, Any]] = no_inputs
) -> Part:
    """A part that is one module of this package: `measure`, `verdict`, `section`, and optionally `bars` and `files`.

    The result of `measure` has `passed`. If that is None, `skipped` is the reason; otherwise `verdict` makes a short
    summary, and `bars` says which bars are met, where there is more than one.

    Args:
        name: Name of the module and of the part.
        title: Short title.
        seconds: Rough computing time [s].
        *sources: Further packages that the result depends on.
        inputs: Makes, from the settings, `arguments` of `measure` and the contents of files that the result depends on.
    """
    module = f"experiments.validate.{name}"

    def tasks(settings: Settings) -> Sequence[Task]:
        return [Task(name, measured, {"module": module, **inputs(settings)}, seconds)]

    def report(settings: Settings, results: Sequence[Any]) -> Report:
        part, (result,) = importlib.import_module(module), results
        files = part.files(result) if hasattr(part, "files") else {}
        if result["passed"] is None:
            return Report({}, [f"skipped: {result['skipped']}"], part.section(result), files)
        bars = part.bars(result) if hasattr(part, "bars") else {AGREES: result["passed"]}
        return Report(bars, [part.verdict(result)], part.section(result), files)

    return Part(name, title, (f"{module.replace('.', '/')}.py", *sources), tasks, report)


PARTS: tuple[Part, ...] = (
    SIMULATED,
    REFERENCE,
    module_part("peer", "Ciw, a simulator made by others", 200.0),
    module_part("published", "A published blend centre", 10.0),
    module_part(
        "real_data",
        "Real data: the bank by half hour",
        60.0,
        "experiments/calibrate",
        "experiments/validate/bank",
        inputs=log_inputs,
    ),
    module_part("common_numbers", "Common random numbers", 60.0),
    module_part("coverage", "Coverage of the intervals", 300.0),
    FAULTS_PART,
)
