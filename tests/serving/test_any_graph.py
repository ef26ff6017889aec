"""A bundle of a graph that no learner of this checkout made."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto

import ccenv
from ccenv.batch import Batch
from ccenv.serving import BundleError, load_bundle, write_bundle
from ccenv.serving.errors import PolicyError
from ccenv.serving.graph import Graph, masked_softmax
from tests.serving.by_hand import graph_of, weights

ABOUT = {"source_digest": "by hand", "seeds": "training", "steps": 0}
K, A = 5, 4


@pytest.fixture(scope="module")
def batch():
    return Batch("tiny", 2, autoreset="disabled")


def looks(n, n_obs=K, n_actions=A):
    rng = np.random.default_rng(n)
    mask = rng.random((n, n_actions)) < 0.5
    mask[np.arange(n), rng.integers(n_actions, size=n)] = True
    return rng.normal(size=(n, n_obs)).astype(np.float32), mask


def softmax_of_the_legal(obs, mask, n_obs=K, n_actions=A):
    w, b = weights(n_obs, n_actions)
    powers = np.where(mask, np.exp((obs @ w + b).astype(float)), 0.0)
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("inputs", [("obs", "mask"), ("obs",)])
def test_logits_become_probabilities_of_the_legal_actions(inputs):
    graph, (obs, mask) = Graph(graph_of(K, A, inputs=inputs)), looks(50)

    found = graph.probabilities(obs, mask)

    assert (graph.output, graph.n_obs, graph.n_actions) == ("logits", K, A)
    assert found == pytest.approx(softmax_of_the_legal(obs, mask), abs=1e-6)
    assert np.all(found[~mask] == 0.0)


def test_probabilities_are_read_if_there_are_logits_too():
    assert Graph(graph_of(K, A, output="both")).output == "probabilities"


def test_softmax_by_hand_and_without_overflow():
    mask = np.array([[True, True, False], [True, False, True]])
    logits = np.array([[0.0, np.log(3.0), 900.0], [1000.0, np.nan, 1000.0]], np.float32)
    assert masked_softmax(logits, mask) == pytest.approx(np.array([[0.25, 0.75, 0.0], [0.5, 0.0, 0.5]]), abs=1e-7)


@pytest.mark.parametrize(
    ("logits", "mask", "message"),
    [
        ([[0.0, np.nan]], [[False, True]], "a logit of a legal action is not finite"),
        ([[0.0, np.inf]], [[True, True]], "a logit of a legal action is not finite"),
        ([[-np.inf, 0.0]], [[True, True]], "a logit of a legal action is not finite"),
        ([[0.0, 1.0]], [[False, False]], "a row has no legal action"),
        ([[0.0, 1.0, 2.0]], [[True, True]], r"logits of shape \(1, 3\), not \(1, 2\)"),
    ],
)
def test_logits_without_a_decision_are_refused(logits, mask, message):
    with pytest.raises(PolicyError, match=message):
        masked_softmax(np.array(logits, np.float32), np.array(mask))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"output": "values"},
            "inputs obs, mask and the outputs values; allowed: .* an output probabilities or logits",
        ),
        ({"inputs": ("x", "mask")}, r"inputs x, mask .*allowed: the inputs obs and mask \(or obs alone\)"),
        ({"rows": 1}, r"input obs has the shape \[1, 5\]; allowed: 2 axes, the first one free"),
        ({"obs_type": TensorProto.DOUBLE}, r"input obs is a tensor\(double\); allowed: tensor\(float\)"),
        ({"mask_type": TensorProto.FLOAT}, r"input mask is a tensor\(float\); allowed: tensor\(bool\)"),
    ],
)
def test_another_kind_of_graph_is_refused(options, message):
    with pytest.raises(BundleError, match=message):
        Graph(graph_of(K, A, **options))


@pytest.mark.parametrize("decision", ["argmax", "sample"])
@pytest.mark.parametrize(("output", "inputs"), [("logits", ("obs",)), ("probabilities", ("obs", "mask"))])
def test_a_bundle_of_any_graph_decides_as_the_graph(batch, tmp_path, output, inputs, decision):
    content = graph_of(batch.n_obs, batch.n_actions, output=output, inputs=inputs)
    file = tmp_path / "mine.onnx"
    file.write_bytes(content)

    folder = write_bundle(tmp_path / "bundle", file, batch.scenario, provenance=ABOUT, decision=decision, days=2)

    policy = load_bundle(folder)
    assert (folder / "policy.onnx").read_bytes() == content
    assert (policy.manifest.decision, policy.owns, policy.reserves) == (decision, "blended", None)
    assert policy.manifest.provenance.threads is None
    assert set(policy.manifest.provenance.libraries) == {"numpy", "numba", "onnxruntime"}
    assert len(policy.manifest.golden) > 2
    n = (batch.n_obs, batch.n_actions)
    obs, mask = looks(64, *n)
    expected = softmax_of_the_legal(obs, mask, *n)
    found = policy.probabilities(obs, mask)
    assert found / found.sum(axis=1, keepdims=True) == pytest.approx(expected, abs=1e-5)
    table = ccenv.simulate(batch.scenario, policy=folder, seeds=range(2))
    assert np.all(table["n_illegal_actions"] == 0)


def test_facts_of_the_caller_stand_beside_those_of_the_package(batch, tmp_path):
    content = graph_of(batch.n_obs, batch.n_actions)
    about = {**ABOUT, "threads": 3, "libraries": {"mine": "1.2"}, "details": {"a": 1}}

    folder = write_bundle(tmp_path / "bundle", content, batch.scenario, provenance=about, days=1)

    found = load_bundle(folder).manifest.provenance
    assert (found.threads, found.details, found.libraries["mine"]) == (3, {"a": 1}, "1.2")
    assert "numpy" in found.libraries


def test_a_graph_of_another_size_is_refused_before_the_survey(batch, tmp_path):
    with pytest.raises(BundleError, match=f"the graph takes 5 numbers and 4 actions, the interface has {batch.n_obs} "):
        write_bundle(tmp_path / "bundle", graph_of(K, A), batch.scenario, provenance=ABOUT, days=1)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_is_not_the_expected_function_is_refused(batch, tmp_path):
    other = Graph(graph_of(batch.n_obs, batch.n_actions, seed=1))
    content = graph_of(batch.n_obs, batch.n_actions)
    with pytest.raises(BundleError, match="the exported graph is not the network: a probability is off by"):
        write_bundle(tmp_path / "b", content, batch.scenario, provenance=ABOUT, days=1, expected=other.probabilities)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_without_preferences_is_refused(batch, tmp_path):
    model = onnx.load_from_string(graph_of(batch.n_obs, batch.n_actions))
    for part in model.graph.initializer:
        part.raw_data = bytes(len(part.raw_data))
    with pytest.raises(BundleError, match="the graph prefers no action"):
        write_bundle(tmp_path / "b", model.SerializeToString(), batch.scenario, provenance=ABOUT, days=1)


def test_neither_torch_nor_a_learner_is_imported():
    code = "import sys, ccenv.serving.write; print([m for m in ('torch', 'onnx', 'agents') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
