"""ONNX graphs made node by node, as another library would export them."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def weights(n_obs, n_actions, seed=0):
    """Weights (K, A) and biases (A,) of a linear layer, float32; small, because nothing masks before the softmax."""
    rng = np.random.default_rng(seed)
    return 0.1 * rng.normal(size=(n_obs, n_actions)).astype(np.float32), rng.normal(size=n_actions).astype(np.float32)


def graph_of(
    n_obs,
    n_actions,
    *,
    output="logits",
    inputs=("obs", "mask"),
    rows="rows",
    obs_type=TensorProto.FLOAT,
    mask_type=TensorProto.BOOL,
    seed=0,
):
    """Content of a linear layer as an ONNX file: `logits` that nothing masks, or their `probabilities`, or `both`."""
    w, b = (numpy_helper.from_array(x, name) for x, name in zip(weights(n_obs, n_actions, seed), "wb", strict=True))
    nodes = [helper.make_node("Gemm", [inputs[0], "w", "b"], ["logits"])]
    if output != "logits":
        name = "probabilities" if output == "both" else output
        nodes.append(helper.make_node("Softmax", ["logits"], [name], axis=-1))
    outputs = ("logits", "probabilities") if output == "both" else (output,)
    types, sizes = (obs_type, mask_type), (n_obs, n_actions)
    if obs_type != TensorProto.FLOAT:
        nodes[0].input[0] = "number"
        nodes.insert(0, helper.make_node("Cast", [inputs[0]], ["number"], to=TensorProto.FLOAT))
    graph = helper.make_graph(
        nodes,
        "by_hand",
        [
            helper.make_tensor_value_info(name, kind, [rows, size])
            for name, kind, size in zip(inputs, types, sizes, strict=False)
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, n_actions]) for name in outputs],
        [w, b],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()
