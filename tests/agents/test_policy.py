"""A network as a policy, and as an ONNX graph."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from agents.common.export import OUTPUTS, onnx_content
from agents.common.policy import MaskedActor, Standardise, TorchPolicy
from ccenv.serving.graph import INPUTS

N_OBS, N_ACTIONS = 11, 6


@pytest.fixture
def actor():
    torch.manual_seed(1)
    return MaskedActor.build(N_OBS, (16, 16), N_ACTIONS)


def test_observations_are_divided_by_their_spread_or_by_0_02_and_clipped_at_10():
    layer = Standardise(3)
    layer.fit(np.array([[1.0, 5.0, 0.01], [3.0, 5.0, -0.01]], np.float32))  # means 2, 5, 0; spreads 1, 0, 0.01

    seen = layer(torch.tensor([[2.5, 5.1, 0.01], [11.5, 5.3, -0.18], [13.0, 4.7, 0.3]])).numpy()

    assert seen == pytest.approx(np.array([[0.5, 5.0, 0.5], [9.5, 10.0, -9.0], [10.0, -10.0, 10.0]]), abs=1e-4)


def looks(n, seed=0):
    rng = np.random.default_rng(seed)
    mask = rng.random((n, N_ACTIONS)) < 0.4
    mask[:, 0] = True
    return 3 * rng.normal(size=(n, N_OBS)).astype(np.float32), mask, rng.random(n)


def test_illegal_actions_have_no_probability(actor):
    obs, mask, _ = looks(200)
    probabilities = actor.probabilities(obs, mask)
    assert np.all(probabilities[~mask] == 0.0)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(200))


def test_argmax_takes_the_likeliest_legal_action(actor):
    obs, mask, u = looks(200)
    actions, state = TorchPolicy(actor).act(obs, mask, None, u, mask[:, 0])
    with torch.no_grad():
        logits = actor.head(actor.body(torch.from_numpy(obs))).numpy()
    assert np.array_equal(actions, np.where(mask, logits, -np.inf).argmax(axis=1))
    assert state is None


def test_sample_draws_by_the_coin(actor):
    obs, mask, _ = looks(1)
    n = 20_000
    u = (np.arange(n) + 0.5) / n
    actions, _ = TorchPolicy(actor, "sample").act(np.repeat(obs, n, 0), np.repeat(mask, n, 0), None, u, u > 2)
    assert np.all(np.diff(actions) >= 0)
    share = np.bincount(actions, minlength=N_ACTIONS) / n
    assert share == pytest.approx(actor.probabilities(obs, mask)[0], abs=1 / n + 1e-6)


def test_an_unknown_decision_is_refused(actor):
    with pytest.raises(ValueError, match="'greedy'; allowed are argmax and sample"):
        TorchPolicy(actor, "greedy")


@pytest.mark.slow
def test_the_exported_graph_equals_the_network(actor):
    content = onnx_content(actor)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [x.name for x in session.get_inputs()] == list(INPUTS)
    assert [x.name for x in session.get_outputs()] == list(OUTPUTS)
    for n in (1, 2, 1000):
        obs, mask, u = looks(n, seed=n)
        logits, probabilities = session.run(None, {"obs": obs, "mask": mask})
        expected = actor.probabilities(obs, mask)
        assert probabilities == pytest.approx(expected, abs=1e-6)  # rounding of float32
        assert np.all(probabilities[~mask] == 0.0)
        assert np.array_equal(logits.argmax(axis=1), TorchPolicy(actor).act(obs, mask, None, u, u > 2)[0])
    assert b".py" not in content
    assert not any(node.metadata_props or node.doc_string for node in onnx.load_from_string(content).graph.node)
