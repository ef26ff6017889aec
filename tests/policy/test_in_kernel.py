"""A compiled policy decides inside the kernel as it does in Python, and as rules do where it follows them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import ccenv
from ccenv.batch import Batch
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.policy.index import features, scores
from ccenv.run.config import run_config
from ccenv.spaces.observation import observation_names
from tests.policy.made import InPython, random_index, random_net

DAYS = range(3)


@pytest.fixture(scope="module")
def batch():
    return Batch("tiny", 2, autoreset="disabled")


def assert_equal(policy, scenario, **options):
    """In the kernel and in Python, all KPIs of the same days are equal to the bit."""
    table = ccenv.simulate(scenario, policy=policy, seeds=DAYS, **options)
    other = ccenv.simulate(scenario, policy=InPython(policy), seeds=DAYS, **options)
    assert table.tobytes() == other.tobytes()
    return table


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_network_decides_in_the_kernel_as_in_python(batch, activation):
    table = assert_equal(random_net(batch.n_obs, batch.n_actions, activation, seed=2), "tiny")

    assert table["n_decisions"].min() > 100


@pytest.mark.parametrize("owns", ["routing", "pacing"])
def test_rules_decide_the_other_half(batch, owns):
    assert_equal(random_net(batch.n_obs, batch.n_actions, seed=3, owns=owns), "tiny")


@pytest.mark.parametrize("seed", range(3))
def test_an_index_policy_decides_in_the_kernel_as_in_python(seed):
    scenario = ccenv.load_scenario("tiny").with_reserves("either")

    table = assert_equal(random_index(scenario, seed, reserves="either"), scenario)

    assert table["n_attempts"].max() > 0


@pytest.mark.parametrize("kind", ["network", "index"])
def test_a_policy_goes_to_another_process(batch, kind):
    policy = random_net(batch.n_obs, batch.n_actions) if kind == "network" else random_index(batch.scenario)
    batch.reset(np.arange(2))
    asked = batch.obs, batch.mask, None, batch.u, batch.starts
    actions = policy.act(*asked)[0]

    sent = pickle.loads(pickle.dumps(policy))

    assert sent._asked is None, "an address is valid in its own process alone"
    assert np.array_equal(sent.act(*asked)[0], actions)


def test_arrays_of_another_size_are_refused(batch):
    net = random_net(batch.n_obs, batch.n_actions)
    with pytest.raises(ValueError, match=r"obs: \(1, 3\), mask: \(1, \d+\); allowed: \(B, \d+\) and \(B, \d+\)"):
        net.act(np.zeros((1, 3), np.float32), batch.mask[:1], None, batch.u[:1], batch.starts[:1])


def test_the_formulas_of_an_index_policy_are_those_of_the_kernel():
    scenario = ccenv.load_scenario("tiny").with_reserves("either")
    policy = random_index(scenario, 2, reserves="either")
    explorer = Explorer(run_config(scenario, owns="blended"), None, Actor(policy), n=1)
    kept = next(explorer.sample(np.arange(1), Sampling(1.0, 1.0)))

    phi = features(policy.layout, kept.obs.astype(float), lambda parts: np.concatenate(parts, axis=1))
    values = scores(policy.layout, phi @ policy.tables.matrix.T, lambda parts: np.concatenate(parts, axis=1))

    assert np.array_equal(np.where(kept.mask, values, -np.inf).argmax(axis=1), kept.own)
    assert len(np.unique(kept.own)) > 3


def test_the_reserve_counts_contacts_in_service_with_advisors_that_dial():
    scenario = ccenv.load_scenario("tiny")
    form, names = ccenv.index_form(scenario), observation_names(scenario)
    weights = np.zeros(len(form.names))
    weights[form.names.index("survey:reserve:in_service")] = 1.0
    changed = form.tables(weights).matrix - form.tables(0.0 * weights).matrix
    rows, columns = np.nonzero(changed)
    serving = [f"in_service:{queue}>{group}" for queue, group in shared_pairs(scenario)]
    assert [names[k] for k in columns] == serving and len(set(rows)) == 1


def shared_pairs(scenario):
    """Pairs of queue and group whose group works for the campaign, too."""
    dial = {p.group for p in scenario.pairs if p.kind == "campaign"}
    return [(scenario.queues[p.index], scenario.groups[p.group]) for p in scenario.pairs
            if p.kind == "queue" and p.group in dial]  # fmt: skip


def test_a_centre_without_campaigns_has_an_index_policy_too():
    scenario = ccenv.load_scenario("n_design")
    assert_equal(random_index(scenario, 1), scenario)


def test_rules_that_act_through_the_policys_half_are_the_rules():
    scenario = ccenv.load_scenario("tiny")
    run, rules = (run_config(scenario, owns=owns) for owns in ("blended", "rules"))

    values = Explorer(run, rules, Actor(), n=2).values(np.arange(3))

    table = ccenv.simulate(scenario, seeds=DAYS, reward=scenario.reward)
    assert values == pytest.approx(table["reward"], rel=1e-9)


def test_a_large_margin_leaves_the_base_as_it_is(batch):
    rules = run_config(batch.scenario, owns="rules")
    net = random_net(batch.n_obs, batch.n_actions)
    base = random_net(batch.n_obs, batch.n_actions, seed=9)

    def values(actor):
        return Explorer(batch.run, rules, actor, n=3).values(np.arange(3))

    far = net.with_margin(1e6)
    assert np.array_equal(values(Actor(far, over=True)), values(Actor()))
    assert np.array_equal(values(Actor(far, base, over=True)), values(Actor(base)))
    assert not np.array_equal(values(Actor(net, over=True)), values(Actor()))


def test_decisions_are_kept_with_what_the_policy_saw(batch):
    net = random_net(batch.n_obs, batch.n_actions, seed=2)
    explorer = Explorer(batch.run, None, Actor(net), n=2)

    parts = list(explorer.sample(np.arange(3), Sampling(1.0, 1.0), room=64))

    assert [len(part.own) for part in parts[:-1]][:3] == [64, 64, 64]
    obs, mask, own, run = (np.concatenate([getattr(p, name) for p in parts]) for name in ("obs", "mask", "own", "run"))
    assert len(own) == explorer.decisions
    assert np.array_equal(net.act(obs, mask, None, np.zeros(0), np.zeros(0))[0], own)
    assert sorted(set(run)) == [0, 1, 2]


def test_a_full_table_continues_in_a_larger_class(monkeypatch, batch):
    from ccenv.policy import exploring

    net, made = random_net(batch.n_obs, batch.n_actions, seed=2), []
    explorer = Explorer(batch.run, None, Actor(net), n=2)
    expected = explorer.values(np.arange(2))
    real = exploring.loops.explore_rows

    def once_full(*arguments):
        if not made:
            made.append(1)
            explorer.engine.envs["failure"][0] = 1
            return 0
        return real(*arguments)

    monkeypatch.setattr(exploring.loops, "explore_rows", once_full)
    monkeypatch.setattr(exploring, "larger", lambda run, error: run)
    assert np.array_equal(explorer.values(np.arange(2)), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "gelu"}, "activation = 'gelu'; allowed: relu, tanh"),
        ({"biases": 2}, r"weights: 3 matrices, biases: 2 vectors; allowed: 3 of each"),
        ({"shape": True}, r"weights\[1\] \(4, 9\), biases\[1\] \(5,\); allowed: \(4, 9\) and \(9,\)"),
    ],
)
def test_a_network_of_another_form_is_refused(change, message):
    net = random_net(7, 3, hidden=(4, 5))
    record = net.record[0]
    weights, biases = [record["w1"], record["w2"], record["w3"]], [record["b1"], record["b2"], record["b3"]]
    if change.get("shape"):
        weights[1] = np.zeros((4, 9), np.float32)
    with pytest.raises(ValueError, match=message):
        ccenv.NetPolicy(
            record["shift"], record["scale"], weights, biases[: change.get("biases", 3)],
            activation=change.get("activation", "relu"),
        )  # fmt: skip


def test_as_many_weights_as_names_are_wanted():
    form = ccenv.index_form(ccenv.load_scenario("tiny"))
    with pytest.raises(ValueError, match=r"weights: \(2,\); allowed: \(\d+,\), one for each name"):
        form.tables(np.zeros(2))
