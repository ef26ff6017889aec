"""A set network: it starts as the index policy, is blind to the order of queues and groups, and fits other centres."""

from __future__ import annotations

import pickle

import msgspec
import numpy as np
import pytest

import ccenv
from ccenv import Batch, IndexPolicy, SetPolicy, index_form, load_scenario, set_form
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.policy.index_form import ObservedColumns
from ccenv.policy.set_form import GROUP_FEATURES, N_GROUP, N_QUEUE, n_weights
from ccenv.run.config import run_config
from ccenv.sim.state.codes import DIAL, DIAL_RESERVED
from ccenv.sim.state.fields import OBSERVED
from tests.policy.made import InPython, random_set

DAYS = range(3)


def sampled(policy, scenario):
    """Observations, masks and actions of all decisions of a policy on a day, which wanders."""
    explorer = Explorer(run_config(scenario, owns="blended"), None, Actor(policy), n=1)
    kept = next(explorer.sample(np.arange(1), Sampling(1.0, 1.0, wander=0.1)))
    return kept.obs, kept.mask


def decided(policy, obs, mask):
    return policy.act(obs, mask, None, np.zeros(0), np.zeros(0))[0]


@pytest.fixture(scope="module")
def tiny():
    return load_scenario("tiny").with_reserves("either")


@pytest.fixture(scope="module")
def seen(tiny):
    return sampled(IndexPolicy(index_form(tiny).tables()), tiny)


@pytest.mark.parametrize("name", ["tiny", "n_design"])
def test_it_decides_in_the_kernel_as_in_python(name, tiny):
    scenario = tiny if name == "tiny" else load_scenario(name)
    policy = random_set(scenario, 1, reserves=scenario.reserves)

    tables = [ccenv.simulate(scenario, policy=each, seeds=DAYS) for each in (policy, InPython(policy))]

    assert tables[0].tobytes() == tables[1].tobytes()
    assert tables[0]["n_decisions"].min() > 100


@pytest.mark.parametrize(("name", "n"), [("tiny", 5), ("n_design", 3)])  # groups have other numbers of skills there
def test_its_defaults_are_those_of_the_index_policy(name, n, tiny):
    scenario = tiny if name == "tiny" else load_scenario(name)
    set_net, index = SetPolicy(set_form(scenario).tables()), IndexPolicy(index_form(scenario).tables())
    seen = sampled(index, scenario)

    actions = decided(set_net, *seen)

    assert np.array_equal(actions, decided(index, *seen))
    assert len(np.unique(actions)) >= n
    assert not np.array_equal(actions, decided(random_set(scenario, 1), *seen))


def turned(scenario):
    """The same centre with its queues, its groups and their skills in the opposite order."""
    data = msgspec.to_builtins(scenario.centre)
    for axis in ("queues", "groups"):
        data[axis] = dict(reversed(data[axis].items()))
    for group in data["groups"].values():
        group["skills"].reverse()
    return load_scenario(data)


def moved(obs, one, other):
    """Observations of a centre as another centre with the same names in another order shows them."""
    names = [
        {"": ("",), "Q": s.queues, "G": s.groups, "C": s.campaigns,
         "P": tuple((p.kind, s.by_axis[p.kind][p.index], s.groups[p.group]) for p in s.pairs)}
        for s in (one, other)
    ]  # fmt: skip
    here, there = ObservedColumns(one), ObservedColumns(other)
    found = np.full_like(obs, np.nan)
    for field in OBSERVED:
        for j, name in enumerate(names[0][field.axis]):
            for k in range(field.width):
                found[:, there.at(field.name, names[1][field.axis].index(name), k)[0]] = obs[
                    :, here.at(field.name, j, k)[0]
                ]
    assert not np.isnan(found).any()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_another_order_of_queues_and_groups_gives_the_same_actions(tiny, seen, seed):
    other = turned(tiny)
    names, others = ([action.name for action in each.catalogue] for each in (tiny, other))
    assert names != others
    mask = seen[1][:, [names.index(name) for name in others]]

    here, there = (
        decided(random_set(tiny, seed), *seen),
        decided(random_set(other, seed), moved(seen[0], tiny, other), mask),
    )

    assert [names[a] for a in here] == [others[a] for a in there]
    assert len(np.unique(here)) > 3


def test_the_weights_of_one_centre_fit_all():
    names = {set_form(load_scenario(name)).names for name in ("tiny", "x_design", "switching_load", "bank_blended")}
    assert len(names) == 1
    assert len(names.pop()) == n_weights(8)
    scenario = load_scenario("x_design")
    assert ccenv.simulate(scenario, policy=random_set(scenario, 1), seeds=range(1))["n_decisions"][0] > 100


def test_twice_the_centre_with_twice_the_contacts_looks_the_same(tiny, seen):
    double = load_scenario("tiny", **{"groups.first.staffing": [6, 6, 6, 4], "groups.blended.staffing": [4, 6, 6, 6]})
    columns, obs = ObservedColumns(tiny), seen[0][:500].astype(float)
    many = obs.copy()
    for field, n in (("queue_length", 2), ("idle", 2), ("finishes", 2), ("ringing", 1)):
        for j in range(n):
            for k in range(3 if field == "finishes" else 1):
                many[:, columns.at(field, j, k)[0]] *= 2.0
    rows = 2 * (N_QUEUE + N_GROUP)

    one, two = (set_form(each).bare.entities[: obs.shape[1], :rows] for each in (tiny, double))

    assert many @ two == pytest.approx(obs @ one)
    idle = 2 * N_QUEUE + [name for name, _, _ in GROUP_FEATURES].index("idle")
    assert np.ptp(obs @ one[:, idle]) > 1.0


def test_a_level_is_a_number_of_lines_and_the_dial_is_the_largest_below_it(tiny, seen):
    kinds = np.array([action.kind for action in tiny.catalogue])
    form = set_form(tiny)
    weights = form.defaults.copy()
    weights[form.names.index("u_queue:0")] = -50.0  # `one` of queues: no contact is ever assigned
    weights[[form.names.index(f"u_dial:{k}") for k in (1, 2)]] = 0.0
    weights[form.names.index("u_dial:0")] = 2.0 / np.sqrt(3.0)  # `one`: always two lines, of three advisors
    obs, mask = seen
    rows = mask[:, np.flatnonzero(kinds == DIAL)].all(axis=1) & mask[:, 0]

    actions = decided(SetPolicy(form.tables(weights)), obs[rows], mask[rows])

    assert {tiny.catalogue[a].name for a in actions} == {"dial:survey*2"}
    weights[form.names.index("u_dial:0")] = 0.9 / np.sqrt(3.0)
    assert set(decided(SetPolicy(form.tables(weights)), obs[rows], mask[rows])) == {0}
    weights[form.names.index("u_dial:0")], weights[form.names.index("reserved_order:0")] = 4.0 / np.sqrt(3.0), 9.0
    only = mask & np.isin(kinds, [DIAL, DIAL_RESERVED])
    rows = only[:, kinds == DIAL_RESERVED].all(axis=1)
    first = {tiny.catalogue[a].kind for a in decided(SetPolicy(form.tables(weights)), obs[rows], only[rows])}
    assert first == {DIAL_RESERVED}


def test_it_goes_to_another_process(tiny, seen):
    policy = random_set(tiny, 1)
    actions = decided(policy, *seen)
    sent = pickle.loads(pickle.dumps(policy))
    assert np.array_equal(decided(sent, *seen), actions)


def test_wrong_weights_and_widths_are_refused():
    scenario = load_scenario("tiny")
    with pytest.raises(ValueError, match=r"weights: \(2,\); allowed: \(422,\), one for each name"):
        set_form(scenario).tables(np.zeros(2))
    with pytest.raises(ValueError, match="hidden = 0; allowed: 1 or more"):
        set_form(scenario, 0)
    for hidden in (1, 3, 16):
        assert SetPolicy(set_form(scenario, hidden).tables()).places.hidden == hidden
    assert Batch(scenario, 1, autoreset="disabled").n_obs == SetPolicy(set_form(scenario).tables()).n_obs
