"""A trained policy as an ONNX graph."""

from __future__ import annotations

import logging
from pathlib import Path

import onnx
import torch

from agents.common.policy import MaskedActor, TorchPolicy
from ccenv.files.writing import write_atomically
from ccenv.serving.manifest import INPUTS, OUTPUT

# It warns of every operator of torchvision that it cannot register where torchvision is not installed.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)

OUTPUTS = ("logits", OUTPUT)


def export_onnx(policy: TorchPolicy | MaskedActor, path: Path | str) -> Path:
    """Write the network of a policy as one file without traces of where it was made.

    The graph takes `obs`, (B, K) float32, and `mask`, (B, A) bool, and gives `logits`, (B, A) float32, -1e8 where
    illegal, and `probabilities`, (B, A) float32, 0 where illegal; B is free.

    Args:
        policy: A policy, or its network.
        path: File to write.

    Returns:
        The file.
    """
    actor = policy.actor if isinstance(policy, TorchPolicy) else policy
    weights = list(actor.parameters())
    n_obs, n_actions = weights[0].shape[1], len(weights[-1])
    example = torch.zeros(2, n_obs), torch.ones((2, n_actions), dtype=torch.bool)
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
    onnx.checker.check_model(model, full_check=True)
    write_atomically(Path(path), lambda p: p.write_bytes(model.SerializeToString()))
    return Path(path)


def _stripped(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without metadata: the exporter writes stack traces with the paths of source files into every node."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    del graph.value_info[:]
    return model
