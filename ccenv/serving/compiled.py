"""Policies of graphs that the kernel can run: plain networks, index policies, set networks, and decision trees.

A plain network is `Standardise` and two layers with one activation, as the learners of a checkout export them. It is
found by its operations. The graph of an index policy has the name `INDEX_GRAPH`, which its exporter sets, and holds the
matrix of the policy; the rest follows from the scenario. The graph of a set network has the name `SET_GRAPH`, and holds
each part of its weights by name, and the matrix of the centre's features. The graph of a tree has the name `TREE_GRAPH`
and its own operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.policy import IndexPolicy, NetPolicy, SetPolicy, TreePolicy, index_form, set_form
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.policy.net import CLIP
from ccenv.policy.set_form import part_shapes
from ccenv.scenarios import Scenario
from ccenv.serving.graph import LOGITS, MASK, OBS, PROBABILITIES
from ccenv.serving.onnx_file import Content, Node, read_onnx
from ccenv.spaces.observation import observation_names

INDEX_GRAPH, SET_GRAPH, TREE_GRAPH = "index_policy", "set_network", "decision_tree"
BODY = ("Sub", "Mul", "Clip", "Gemm", "", "Gemm", "", "Gemm")  # "": the activation
TREE = ("Gather", "LessOrEqual", "Cast", "MatMul", "Sub", "Relu", "MatMul", "Where", "Softmax")
TREE_CONSTANTS = (0, 1, 3, 6)  # operations with columns, thresholds, paths to the leaves, and logits of the leaves
HEADS = (("Where", "Softmax"), ("Where",), ())
ACTIVATIONS = {"Relu": "relu", "Tanh": "tanh"}
PLAIN = {"alpha": 1.0, "beta": 1.0, "transA": 0}  # a matrix product and a sum, and nothing more


def compiled_graph(content: bytes, scenario: Scenario, **options: Any) -> CompiledPolicy | None:
    """Return the policy of a graph as the kernel can run it; None if it is of another form.

    Args:
        content: The ONNX file.
        scenario: The centre for which it was made.
        options: `owns`, `reserves` and `actions` of the policy.
    """
    graph = read_onnx(content)
    if graph.name == INDEX_GRAPH:
        return _index(graph, scenario, options)
    if graph.name == SET_GRAPH:
        return _set(graph, scenario, options)
    if graph.name == TREE_GRAPH:
        return _tree(graph, len(observation_names(scenario)), options)
    return _net(graph, options)


def _index(graph: Content, scenario: Scenario, options: dict[str, Any]) -> IndexPolicy | None:
    """Return the index policy whose matrix, transposed, is the only constant of its shape."""
    tables = index_form(scenario).tables()
    found = [x for x in graph.constants.values() if x.shape == tables.matrix.shape[::-1] and x.dtype == np.float32]
    if len(found) != 1 or np.any(found[0].T[~tables.pattern]):
        return None
    return IndexPolicy(tables._replace(matrix=found[0].T.astype(np.float64)), **options)


def _set(graph: Content, scenario: Scenario, options: dict[str, Any]) -> SetPolicy | None:
    """Return the set network whose weights are constants of the graph; None if its features are not the centre's."""
    parts = graph.constants
    shapes = part_shapes(len(parts.get("b_first", "")))
    if any(parts[name].shape != shape if name in parts else True for name, shape in shapes.items()):
        return None
    form = set_form(scenario, *shapes["b_first"])
    if not np.array_equal(parts.get("entities", ()), form.bare.entities):
        return None
    return SetPolicy(form.tables(np.concatenate([parts[name].ravel() for name in shapes])), **options)


def _tree(graph: Content, n_obs: int, options: dict[str, Any]) -> TreePolicy | None:
    """Return the tree of a graph as `agents.distill.actor` exports it."""
    if tuple(node.operator for node in graph.nodes) != TREE or not _is_chain(graph.nodes):
        return None
    try:
        columns, thresholds, paths, logits = (graph.constants[graph.nodes[k].inputs[1]] for k in TREE_CONSTANTS)
        orders = np.argsort(-logits, axis=1, kind="stable")
        return TreePolicy.from_paths(n_obs, columns, thresholds, paths, orders, **options)
    except (KeyError, ValueError):
        return None


def _net(graph: Content, options: dict[str, Any]) -> NetPolicy | None:
    """Return the plain network that the operations of a graph are."""
    nodes, constants = graph.nodes, graph.constants
    body, head = nodes[: len(BODY)], nodes[len(BODY) :]
    if not _is_plain(body, head) or not _is_chain(nodes):
        return None
    shift, scale, clip, one, activation, two, _, three = body
    layers = [_layer(node, constants) for node in (one, two, three)]
    if None in layers or not _clips(clip, constants):
        return None
    mean, factor = constants.get(shift.inputs[1]), constants.get(scale.inputs[1])
    if mean is None or factor is None:
        return None
    kept: list[Any] = layers
    return NetPolicy(
        mean, factor, [w for w, _ in kept], [b for _, b in kept],
        activation=ACTIVATIONS[activation.operator], **options,
    )  # fmt: skip


def _is_plain(body: list[Node], head: list[Node]) -> bool:
    """Return whether these are the operations of a plain network, and its output is one that `Graph` reads."""
    if tuple(node.operator for node in head) not in HEADS or len(body) < len(BODY):
        return False
    activations = {node.operator for node, operator in zip(body, BODY, strict=True) if not operator}
    others = all(node.operator == operator for node, operator in zip(body, BODY, strict=True) if operator)
    output = PROBABILITIES if len(head) == 2 else LOGITS
    return others and len(activations) == 1 and activations <= set(ACTIVATIONS) and _last(body, head) == output


def _last(body: list[Node], head: list[Node]) -> str:
    return (head or body)[-1].outputs[0]


def _is_chain(nodes: list[Node]) -> bool:
    """Return whether each operation takes what the one before gives; `Where` chooses by the mask."""
    before = OBS
    for node in nodes:
        given = node.inputs[1:2] if node.operator == "Where" else node.inputs[:1]
        if given != [before] or (node.operator == "Where" and node.inputs[0] != MASK):
            return False
        before = node.outputs[0]
    return True


def _layer(node: Node, constants: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return weights (inputs, outputs) and biases of a layer; an absent bias is 0."""
    weights = constants.get(node.inputs[1])
    if weights is None or any(node.attributes.get(name, value) != value for name, value in PLAIN.items()):
        return None
    weights = weights.T if node.attributes.get("transB", 0) else weights
    biases = constants.get(node.inputs[2]) if len(node.inputs) > 2 else np.zeros(weights.shape[1], np.float32)
    return None if biases is None else (weights, biases)


def _clips(node: Node, constants: dict[str, np.ndarray]) -> bool:
    limits = [constants.get(name) for name in node.inputs[1:]]
    return len(limits) == 2 and limits[0] == -CLIP and limits[1] == CLIP
