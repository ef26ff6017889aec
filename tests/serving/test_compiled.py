"""Bundles of plain networks, index policies and trees run in the kernel, and take the actions of onnxruntime there."""

from __future__ import annotations

from functools import cache

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import ccenv
from ccenv import Batch, NetPolicy, load_scenario
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.run.config import run_config
from ccenv.serving import load_bundle
from ccenv.serving.compiled import compiled_graph
from ccenv.serving.graph import Graph
from ccenv.serving.onnx_file import read_onnx
from tests.policy.made import InPython, random_index, random_net, random_set

ROUNDING = 1e-5  # of the size of the outputs


@cache
def tiny_centre():
    return load_scenario("tiny").with_reserves("either")


def plain(net, *, body=None, clip=10.0, alpha=1.0, chooser="mask", head=("Where", "Softmax")):
    """The graph of a network, written by hand; the rest as a learner would not export it."""
    r = net.record[0]
    act = {"relu": "Relu", "tanh": "Tanh"}[net.activation]
    names = body or ("Sub", "Mul", "Clip", "Gemm", act, "Gemm", act, "Gemm")
    low, high, none = np.float32(-clip), np.float32(clip), np.float32(-1e8)
    constants = {"low": low, "high": high, "none": none, "m": r["shift"], "s": r["scale"]}
    constants |= {f"w{k}": r[f"w{k}"].T for k in (1, 2, 3)} | {f"b{k}": r[f"b{k}"] for k in (1, 2, 3)}
    given = iter((["m"], ["s"], ["low", "high"], ["w1", "b1"], [], ["w2", "b2"], [], ["w3", "b3"]))
    nodes, before = [], "obs"
    for k, name in enumerate(names):
        options = {"transB": 1, "alpha": alpha} if name == "Gemm" else {}
        nodes.append(helper.make_node(name, [before, *next(given)], [f"v{k}"], **options))
        before = f"v{k}"
    outputs = {("Where", "Softmax"): ("logits", "probabilities"), ("Where",): ("logits",), (): ()}[head]
    for name, output in zip(head, outputs, strict=True):
        nodes.append(helper.make_node(name, ["mask" if chooser == "mask" else chooser, before, "none"], [output])
                     if name == "Where" else helper.make_node(name, [before], [output], axis=-1))  # fmt: skip
        before = output
    if not head:
        nodes[-1].output[0] = "logits"
    n_obs, n_actions = net.sizes[0], net.sizes[-1]
    inputs = [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["rows", n_obs]),
              helper.make_tensor_value_info("mask", TensorProto.BOOL, ["rows", n_actions])]  # fmt: skip
    last = [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, ["rows", n_actions])]
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "by hand", inputs, last, kept)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def sampled(policy, scenario=None, days=2):
    """Observations, masks and actions of all decisions of a policy on some days inside the kernel."""
    run = run_config(scenario or tiny_centre(), owns="blended")
    parts = list(Explorer(run, None, Actor(policy), n=2).sample(np.arange(days), Sampling(1.0, 1.0)))
    return tuple(np.concatenate([getattr(part, name) for part in parts]) for name in ("obs", "mask", "own"))


def assert_same_actions(content, policy, scenario=None):
    """The kernel's actions are those of onnxruntime wherever its best two probabilities differ by more than rounding"""
    obs, mask, own = sampled(policy, scenario)
    found = Graph(content).probabilities(obs, mask)
    logits = np.sort(np.log(np.where(mask, np.maximum(found, 1e-30), 1e-30)), axis=1)
    clear = logits[:, -1] - logits[:, -2] > ROUNDING * np.maximum(1.0, np.abs(logits[:, -1]))
    assert len(own) > 300
    assert clear.mean() > 0.99
    assert len(np.unique(own)) > 3
    assert np.array_equal(found.argmax(axis=1)[clear], own[clear])


@pytest.fixture(scope="module")
def sizes():
    batch = Batch(tiny_centre(), 1, autoreset="disabled")
    return batch.n_obs, batch.n_actions


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("head", [("Where", "Softmax"), ("Where",), ()])
def test_a_plain_network_is_found_by_its_operations(activation, head):
    net = random_net(7, 3, activation, hidden=(4, 5), owns="routing")

    found = compiled_graph(plain(net, head=head), tiny_centre(), owns="routing")

    assert isinstance(found, NetPolicy)
    assert (found.activation, found.owns) == (activation, "routing")
    assert found.record.tobytes() == net.record.tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"clip": 5.0},
        {"alpha": 0.5},
        {"chooser": "other"},
        {"body": ("Sub", "Mul", "Clip", "Gemm", "Relu", "Gemm", "Tanh", "Gemm")},
        {"body": ("Sub", "Mul", "Clip", "Gemm", "Sigmoid", "Gemm", "Sigmoid", "Gemm")},
        {"body": ("Add", "Mul", "Clip", "Gemm", "Relu", "Gemm", "Relu", "Gemm")},
    ],
)
def test_a_graph_of_another_form_stays_with_onnxruntime(change, monkeypatch):
    net = random_net(7, 3, hidden=(4, 5))
    if "chooser" in change:
        monkeypatch.setattr(onnx.checker, "check_model", lambda _: None)
    assert compiled_graph(plain(net, **change), tiny_centre()) is None


def test_the_reader_reads_what_the_package_reads():
    content = plain(random_net(7, 3, "tanh", hidden=(4, 5)))
    graph = onnx.load_from_string(content).graph

    found = read_onnx(content)

    assert found.name == graph.name
    assert [(n.operator, n.inputs, n.outputs) for n in found.nodes] == [
        (n.op_type, list(n.input), list(n.output)) for n in graph.node
    ]
    assert found.nodes[3].attributes == {"transB": 1, "alpha": 1.0}
    assert found.constants.keys() == {x.name for x in graph.initializer}
    for x in graph.initializer:
        assert np.array_equal(found.constants[x.name], numpy_helper.to_array(x))


def test_numbers_in_other_places_of_a_tensor_are_read_too():
    kept = [
        helper.make_tensor("floats", TensorProto.FLOAT, (2, 2), [1.0, -2.0, 3.5, 0.0]),
        helper.make_tensor("ints", TensorProto.INT64, (3,), [-1, 0, 2**40]),
        helper.make_tensor("doubles", TensorProto.DOUBLE, (2,), [1.0, -0.1]),
        helper.make_tensor("halves", TensorProto.FLOAT16, (1,), [1.0]),
    ]
    graph = helper.make_graph([], "only constants", [], [], kept)

    found = read_onnx(helper.make_model(graph).SerializeToString()).constants

    assert found["floats"].tolist() == [[1.0, -2.0], [3.5, 0.0]]
    assert found["ints"].tolist() == [-1, 0, 2**40]
    assert found["doubles"].tolist() == [1.0, -0.1]
    assert found.keys() == {"floats", "ints", "doubles"}


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_a_file_that_is_cut_off_is_refused(cut):
    with pytest.raises(ValueError, match="the content is not an ONNX file"):
        read_onnx(plain(random_net(7, 3, hidden=(4, 5)))[:-cut])


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_kernel_takes_the_actions_of_onnxruntime(activation, sizes):
    net = random_net(*sizes, activation, seed=5, hidden=(64, 64))
    assert_same_actions(plain(net), net)


def test_of_equal_outputs_both_take_the_first(sizes):
    net = random_net(*sizes, seed=5, hidden=(64, 64))
    net.record["w3"][0, :, :] = net.record["w3"][0, :, :1]
    net.record["b3"] = 0.0

    obs, mask, own = sampled(net)

    assert np.array_equal(own, mask.argmax(axis=1))
    assert np.array_equal(Graph(plain(net)).probabilities(obs, mask).argmax(axis=1), own)


@pytest.mark.slow  # torch exports five graphs
@pytest.mark.parametrize("kind", ["relu", "tanh", "index", "set", "tree"])
def test_an_exported_bundle_runs_in_the_kernel(kind, sizes, tmp_path, monkeypatch):
    folder, network = exported(kind, sizes, tmp_path)
    bundle = load_bundle(folder)
    compiled = bundle.compiled()
    assert type(compiled) is type(network)
    assert_same_actions(bundle.graph.content, compiled)

    with_onnxruntime = ccenv.simulate(tiny_centre(), policy=InPython(bundle), seeds=range(3))
    monkeypatch.setattr("ccenv.simulation.rollout", None)  # what steps through Python
    table = ccenv.simulate(tiny_centre(), policy=folder, seeds=range(3))

    assert table.tobytes() == with_onnxruntime.tobytes()
    if kind == "set":
        assert np.array_equal(compiled.tables.weights, network.tables.weights)
        assert compiled_graph(bundle.graph.content, load_scenario("tiny", **{"groups.first.staffing": 5})) is None
    bundle.decision = "sample"
    assert bundle.compiled() is None


def grown(n_obs, n_actions):
    """A tree that imitates a random network."""
    from agents.distill.grow import grow_tree

    obs, mask, own = sampled(random_net(n_obs, n_actions, seed=5))
    return grow_tree(obs, mask, own, leaves=9, fields=6, reserves="either")


def exported(kind, sizes, folder):
    """A bundle of random weights, and the same policy for the kernel."""
    import torch

    from agents.common.export import export_bundle
    from agents.common.imitation import build
    from agents.common.policy import MaskedActor, TorchPolicy
    from agents.distill.actor import TreeActor
    from agents.search.actor import IndexActor
    from agents.search.set_actor import SetActor

    torch.manual_seed(3)
    torch.set_num_threads(1)
    if kind == "tree":
        actor = TreeActor(grown(*sizes))
    elif kind == "index":
        actor = IndexActor(*sizes, random_index(tiny_centre(), 4).tables)
    elif kind == "set":
        actor = SetActor(*sizes, random_set(tiny_centre(), 1).tables)
    else:
        actor = (
            build(sizes[0], (64, 64), sizes[1]) if kind == "relu" else MaskedActor.build(sizes[0], (64, 64), sizes[1])
        )
        with torch.no_grad():
            for values in actor.parameters():
                values.mul_(4.0)
    policy = TorchPolicy(actor, reserves="either")
    about = {"source_digest": "none: the weights are random", "seeds": "training", "steps": 0}
    return export_bundle(folder / kind, policy, tiny_centre(), provenance=about, days=2), policy.compiled()
