"""A simulated day, asked again through the service: all decisions equal."""

import asyncio

import numpy as np
import pytest
import torch
from httpx2 import ASGITransport, AsyncClient

from agents.common.export import export_bundle
from agents.common.policy import MaskedActor, TorchPolicy
from ccenv.batch import Batch
from ccenv.policy import RulePolicy
from ccenv.scenarios import load_scenario
from ccenv.serving import Decider, load_bundle, snapshot_values
from ccenv.serving.service import make_app
from tests.env.whole_centre import whole_centre
from tests.serving.helpers import PATIENT_S, StandIn, asked, client_of, golden

RULES = {
    "deterministic": (("lwt", {}), ("progressive_unreserved", {"reserve": 1})),
    "a coin for each decision": (("random", {}), ("no_dial", {})),
    "a coin for each event": (("fifo", {}), ("max0", {"k": 1.3, "c": 0.4})),
}


def batch_of(policy, n):
    return Batch(
        policy.scenario,
        n,
        owns=policy.owns,
        routing=policy.routing,
        pacing=policy.pacing,
        reserves=policy.reserves,
        autoreset="disabled",
    )


def replayed(served, batch, policy, seeds, every=1):
    """Run days under `policy`, and at one of `every` so many decisions of the first row ask the service of `served`.

    Returns:
        The row's actions, the service's answers, and the service's health at the end.
    """
    return asyncio.run(_replayed(Decider(served, PATIENT_S), batch, policy, seeds, every))


async def _replayed(decider, batch, policy, seeds, every):
    looks = batch.engine.snaps if getattr(policy, "needs_snapshot", False) else batch.obs
    batch.reset(np.asarray(seeds))
    state, remembered, done, answers = None, decider.interface["first_state"], [], []
    app = ASGITransport(make_app(decider))  # without a thread for each request, which a test client has
    async with AsyncClient(transport=app, base_url="http://service") as client:
        while not batch.engine.envs["done"][0]:
            actions, state = policy.act(looks, batch.mask, state, batch.u, batch.starts)
            if len(done) % every == 0:
                snapshot = snapshot_values(batch.scenario, batch.snapshot[0])
                question = {"snapshot": snapshot, "u": float(batch.u[0]), "state": remembered, "id": len(done)}
                response = await client.post("/v1/decide", json=question)
                answers.append(response.json())
                remembered = answers[-1]["state"]
            done.append(batch.catalogue[actions[0]].name)
            batch.step(actions)
        health = (await client.get("/v1/health")).json()
    decider.close()
    assert [answer["id"] for answer in answers] == list(range(0, len(done), every))
    return done, answers, health


@pytest.mark.parametrize("decision", ["argmax", "sample"])
@pytest.mark.parametrize("decisions", ["blended", "routing", "pacing"])
def test_a_day_replayed_gives_all_its_decisions(decisions, decision):
    policy = golden(owns=decisions, decision=decision)
    batch = batch_of(policy, 1)
    done, answers, health = replayed(policy, batch, policy, [3])
    assert len(done) > 50
    assert [answer["action"] for answer in answers] == done
    assert not any(answer["fallback"] for answer in answers)
    assert (health["decisions"], health["fallbacks"]) == (len(done), 0)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_a_day_of_rules_replayed_by_the_fallback_gives_all_its_decisions(rules):
    def broken(obs, mask):
        raise RuntimeError("out of order")

    policy = golden(StandIn(broken), *rules)
    batch = batch_of(policy, 1)
    rule = RulePolicy(batch.scenario, *rules)
    done, answers, health = replayed(policy, batch, rule, [4])
    assert len(done) > 50
    assert [answer["action"] for answer in answers] == done
    assert {answer["reason"] for answer in answers} == {"the policy failed: out of order"}
    assert {answer["probabilities"] for answer in answers} == {None}
    assert (health["decisions"], health["fallbacks"]) == (len(done), len(done))


def test_probabilities_are_those_of_the_graph_over_the_legal_actions():
    policy = golden()
    batch = batch_of(policy, 1)
    batch.reset(np.array([5]))
    expected = policy.graph.probabilities(batch.obs, batch.mask)[0]
    with client_of(policy) as client:
        question = asked(policy, snapshot=snapshot_values(batch.scenario, batch.snapshot[0]), u=float(batch.u[0]))
        answer = client.post("/v1/decide", json=question).json()
    legal = np.flatnonzero(batch.mask[0])
    assert answer["probabilities"] == {batch.catalogue[a].name: float(expected[a]) for a in legal}


@pytest.mark.slow
@pytest.mark.parametrize("name, n_decisions, every", [("bank_blended", 10_000, 7), ("whole_centre", 300, 1)])
def test_a_day_of_a_larger_centre_replayed_gives_its_decisions(tmp_path, name, n_decisions, every):
    scenario = whole_centre() if name == "whole_centre" else load_scenario(name).with_reserves(False)
    rules = {"routing": "lwt", "pacing": "progressive_unreserved"}
    batch = Batch(scenario, 3, reserves=False, autoreset="disabled", **rules)
    policy = TorchPolicy(_holding(batch), "sample", reserves=False)
    about = {"source_digest": "none", "seeds": "training", "steps": 0}
    bundle = load_bundle(export_bundle(tmp_path / "bundle", policy, scenario, provenance=about, days=2, **rules))
    done, answers, _ = replayed(bundle, batch, bundle, [7, 8, 9], every)
    asked = done[::every]
    assert len(done) > n_decisions
    assert len(set(asked)) > 8
    assert [answer["action"] for answer in answers] == asked
    assert not any(answer["fallback"] for answer in answers)


def _holding(batch):
    """A random network that mostly holds, as a policy with a review every few seconds does."""
    torch.manual_seed(6)
    actor = MaskedActor.build(batch.n_obs, (64, 64), batch.n_actions)
    with torch.no_grad():
        actor.head.bias[0] += 4.5
    return actor
