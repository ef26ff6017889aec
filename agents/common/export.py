"""A trained policy as an ONNX graph, and as a bundle."""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

import onnx
import torch

from agents.common.policy import Actor, TorchPolicy
from ccenv.scenarios import Scenario
from ccenv.serving.graph import INPUTS, LOGITS, PROBABILITIES
from ccenv.serving.write import write_bundle

# It warns of every operator of torchvision that it cannot register where torchvision is not installed.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
for name in ("onnxscript", "onnx_ir"):  # a line for each constant that they fold
    logging.getLogger(name).setLevel(logging.WARNING)

OUTPUTS = (LOGITS, PROBABILITIES)
LIBRARIES = ("torch", "onnx", "stable-baselines3", "sb3-contrib")


def export_bundle(
    folder: Path | str, policy: TorchPolicy, scenario: Scenario, *, provenance: dict[str, Any], **options: Any
) -> Path:
    """Write a policy as a bundle, and check in the survey that its graph gives the network's probabilities.

    Args:
        folder: Folder of the bundle.
        policy: The policy, with the half that it owns and the way in which it decides.
        scenario: The scenario of its training.
        provenance: As in `ccenv.serving.write_bundle`; threads and versions of the learning libraries are added.
        options: `routing`, `pacing`, `ranges`, `days` and `name`, as in `ccenv.serving.write_bundle`.

    Returns:
        The folder.

    Raises:
        ccenv.serving.BundleError: As in `ccenv.serving.write_bundle`.
    """
    made = {"threads": torch.get_num_threads(), "libraries": {library: version(library) for library in LIBRARIES}}
    return write_bundle(
        folder,
        onnx_content(policy.actor),
        scenario,
        provenance={**made, **provenance},
        owns=policy.owns,
        reserves=policy.reserves,
        actions=policy.actions,
        decision=policy.decision,
        expected=policy.probabilities,
        **options,
    )


def onnx_content(actor: Actor) -> bytes:
    """A network as the content of an ONNX file, without paths or other traces of the machine that made it.

    The graph takes `obs`, (B, K) float32, and `mask`, (B, A) bool. It gives `logits`, (B, A) float32, -1e8 where
    illegal, and `probabilities`, (B, A) float32, 0 where illegal. B is free.
    """
    example = torch.zeros(2, actor.n_obs), torch.ones((2, actor.n_actions), dtype=torch.bool)
    program = torch.onnx.export(
        actor.eval(),
        example,
        dynamo=True,
        external_data=False,
        input_names=INPUTS,
        output_names=OUTPUTS,
        dynamic_shapes={"obs": {0: torch.export.Dim("rows")}, "mask": {0: torch.export.Dim.AUTO}},
        verbose=False,
    )
    assert program is not None
    model = _stripped(program.model_proto)
    model.graph.name = actor.graph_name
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def _stripped(model: onnx.ModelProto) -> onnx.ModelProto:
    """Remove metadata: the exporter writes stack traces with paths of source files into every node."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    del graph.value_info[:]
    return model
