"""Distillation: trees by hand and grown, a teacher whose rule is a tree, and what is said to be kept."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import ccenv
from agents.distill import DistillSettings, as_network, distill, distill_tree, method
from agents.distill.grow import grow_tree
from agents.distill.shown import show
from ccenv import FunctionPolicy, RulePolicy, TreePolicy, load_scenario
from ccenv.kpis.bootstrap import Bound, ratio_estimate
from ccenv.seeds import seeds
from ccenv.sim.state.codes import HOLD
from ccenv.spaces.observation import observation_names
from tests.policy.made import InPython, random_net

A = 7  # actions of tiny
QUICK = DistillSettings(
    decisions=600, days=3, rounds=2, hidden=(8, 8), passes=3, leaves=6, fields=3, judged_days=4, seed=1
)


@functools.cache
def tiny():
    centre = load_scenario("tiny")
    assert len(centre.catalogue) == A
    return centre


def known(n=3000, seed=0):
    """Decisions by three of eight numbers; action 2 is seldom legal, and then always taken."""
    rng = np.random.default_rng(seed)
    obs = rng.random((n, 8)).astype(np.float32)
    mask = np.ones((n, 3), bool)
    mask[:, 2] = rng.random(n) < 0.1
    actions = np.where(mask[:, 2], 2, (obs[:, 1] > 0.5) ^ (obs[:, 4] > 0.3))
    return obs, mask, actions


def act(tree, obs, mask):
    return tree.act(obs, mask, None, np.zeros(0), np.zeros(0))[0]


def test_a_grown_tree_takes_the_same_actions_on_other_decisions():
    tree = grow_tree(*known(), leaves=4, fields=2)
    obs, mask, actions = known(seed=1)

    assert tree.fields == [1, 4]
    assert np.mean(act(tree, obs, mask) == actions) > 0.96


def test_it_reads_no_more_numbers_and_has_no_more_leaves_than_allowed():
    obs, mask, _ = known()
    noisy = np.random.default_rng(5).integers(2, size=len(obs))
    tree = grow_tree(obs, mask, noisy, leaves=9, fields=2)

    assert len(tree.orders) == 9
    assert len(tree.fields) == 2


def test_a_leaf_needs_no_question_about_what_is_legal():
    obs, mask, _ = known()
    tree = grow_tree(obs, mask, np.where(mask[:, 2], 2, 0), leaves=8, fields=8)

    assert len(tree.orders) == 1
    assert tree.orders[0].tolist()[:2] == [2, 0]


def by_hand(**options):
    """Above one contact in line of the first queue assign, else dial, else hold."""
    column = observation_names(tiny()).index(
        next(name for name in observation_names(tiny()) if name.startswith("queue_length"))
    )
    dials = [a for a, action in enumerate(tiny().catalogue) if action.name.startswith("dial")]
    rest = [a for a in range(A) if a not in (HOLD, *dials)]
    orders = [[*dials, HOLD, *rest], [*rest, HOLD, *dials]]
    return TreePolicy(len(observation_names(tiny())), [column], [0.02], [-1], [-2], orders, **options)


def test_a_tree_decides_in_the_kernel_as_in_python():
    tree = by_hand()

    table = ccenv.simulate(tiny(), policy=tree, seeds=range(3))

    assert table.tobytes() == ccenv.simulate(tiny(), policy=InPython(tree), seeds=range(3)).tobytes()
    assert table["n_attempts"].min() > 0


def test_a_tree_in_words():
    lines = by_hand().text(tiny()).splitlines()

    assert lines[0].startswith("queue_length:")
    assert lines[1].startswith("  first legal of: dial:")
    assert lines[2] == "else:"
    assert lines[3].startswith("  first legal of: assign:")
    assert lines[3].endswith("hold")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [999]}, r"columns: 999; allowed: columns from 0, below \d+"),
        ({"orders": [list(range(A))]}, "orders: 1 leaves, 1 questions; allowed: one leaf more"),
        ({"orders": [[0] * A, [0] * A]}, r"orders: allowed: all of the \d+ actions in each, once"),
        ({"above": [-1]}, r"below, above: \[-1, -1\]; allowed: each question but the first, and each leaf, once"),
        (
            {
                "columns": [0] * 3,
                "thresholds": [0.0] * 3,
                "below": [-1, 2, 1],
                "above": [-2, -3, -4],
                "orders": [list(range(A))] * 4,
            },
            r"below\[2\] = 1; allowed: a question leads to later ones, or to a leaf",
        ),
    ],
)
def test_what_is_no_tree_is_refused(change, message):
    tree = by_hand()
    given = {name: getattr(tree, name) for name in ("columns", "thresholds", "below", "above", "orders")} | change
    with pytest.raises(ValueError, match=message):
        TreePolicy(len(observation_names(tiny())), **given)


def test_a_policy_in_python_shows_what_it_shows_in_the_kernel():
    net = random_net(len(observation_names(tiny())), A, seed=2)
    inside = show(net, tiny(), np.arange(2), 10**6, 0)
    outside = show(InPython(net), tiny(), np.arange(2), 10**6, 0)

    def in_order(shown):
        parts = np.column_stack([shown.obs, shown.mask, shown.actions])
        return parts[np.lexsort(parts.T)]

    assert np.array_equal(in_order(inside), in_order(outside))
    assert inside.repeats
    assert outside.repeats
    assert len(show(InPython(net), tiny(), np.arange(2), 50, 0).actions) == 50
    assert not show(RulePolicy(tiny()), tiny(), np.arange(1), 50, 0).repeats


def random_tree(n_obs, n_actions, leaves, seed=0):
    """A tree whose questions split random leaves, at thresholds that random numbers are below and above."""
    rng = np.random.default_rng(seed)
    obs = rng.random((4000, n_obs)).astype(np.float32)
    mask = rng.random((4000, n_actions)) < 0.7
    mask[:, HOLD] = True
    own = np.array([rng.choice(np.flatnonzero(row)) for row in mask])
    return grow_tree(obs, mask, own, leaves=leaves, fields=n_obs), obs, mask


@pytest.mark.parametrize("leaves", [1, 2, 13])
def test_a_tree_as_a_network_takes_the_same_actions(leaves):
    tree, obs, mask = random_tree(6, 5, leaves)
    obs[:500, :] = np.resize(tree.thresholds if leaves > 1 else np.zeros(1, np.float32), (500, 6))  # on the thresholds

    network = as_network(tree)

    assert len(tree.orders) == leaves
    assert np.array_equal(network.probabilities(obs, mask).argmax(axis=1), act(tree, obs, mask))
    assert network.probabilities(obs, mask).max(axis=1).min() > 0.999


@pytest.mark.parametrize("leaves", [2, 13])
def test_a_tree_is_found_again_by_its_paths(leaves):
    tree, _, _ = random_tree(6, 5, leaves)
    found = TreePolicy.from_paths(6, tree.columns, tree.thresholds, tree.paths(), tree.orders)

    assert (found.below.tolist(), found.above.tolist()) == (tree.below.tolist(), tree.above.tolist())
    paths = tree.paths()
    paths[0] = -paths[0, ::-1]
    if leaves > 2:
        with pytest.raises(ValueError, match="allowed: each question but the first, and each leaf, once"):
            TreePolicy.from_paths(6, tree.columns, tree.thresholds, paths, tree.orders)


@pytest.mark.parametrize("kind", ["compiled", "function", "rules"])
def test_any_policy_is_distilled(kind):
    def first_legal(obs, mask):
        return mask.argmax()

    teacher = {
        "compiled": by_hand(),
        "function": FunctionPolicy(first_legal, owns="pacing"),
        "rules": RulePolicy(tiny()),
    }
    found = distill(teacher[kind], tiny(), QUICK, rules=("fifo", "no_dial"))
    tables = found.comparison.tables

    assert list(tables) == ["rules", "policy", "network", "tree"]
    assert found.tree.owns == found.network.owns == ("pacing" if kind == "function" else "blended")
    assert len(found.tree.fields) <= 3
    assert tables["tree"]["seed"].tolist() == seeds("evaluation", QUICK.judged_days).tolist()
    assert tables["rules"]["n_attempts"].max() == 0
    loss = -found.comparison["tree", "reward"].difference.value
    assert found.kept["tree"].loss == pytest.approx(loss)
    if kind == "compiled":
        assert found.kept["tree"].agreement > 0.95
        assert tables["tree"]["n_attempts"].sum() > 0


def test_a_tree_alone_imitates_as_well():
    tree, agreement = distill_tree(by_hand(), tiny(), QUICK)

    assert len(tree.orders) <= QUICK.leaves
    assert agreement > 0.95


def test_later_rounds_hold_decisions_of_days_on_which_the_imitation_acts():
    """One leaf cannot imitate a teacher of two, so its own days differ, and the teacher is asked there."""
    asked = []

    class Teacher(TreePolicy):
        def act(self, obs, mask, state, u, starts):
            asked.append(len(obs))
            return super().act(obs, mask, state, u, starts)

    tree = by_hand()
    teacher = Teacher(tree.n_obs, tree.columns, tree.thresholds, tree.below, tree.above, tree.orders)
    _, seen = method._tree(teacher, tiny(), DistillSettings(decisions=300, days=2, rounds=3, leaves=1))

    assert len(asked) == 2
    assert min(asked) > 100
    assert np.array_equal(act(tree, seen.obs, seen.mask), seen.actions)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"leaves": 65}, "leaves = 65; allowed: 1 to 64"),
        ({"fields": 0}, "fields = 0; allowed: 1 or more"),
        ({"wander": 1.5}, "wander = 1.5; allowed: 0 to 1"),
        ({"hidden": (8, 0)}, "hidden = 0; allowed: 1 or more"),
        ({"hidden": (8,)}, r"hidden = \[8\]; allowed: two widths"),
        ({"judged_days": 1}, "judged_days = 1; allowed: 2 or more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        DistillSettings(**given)


def test_what_is_kept_by_hand():
    rules, gain = np.array([1.0, 3.0, 2.0, 4.0]), np.array([2.0, 4.0, 2.0, 4.0])
    reward = {"rules": rules, "policy": rules + gain, "tree": rules + 0.25 * gain}

    kept = method.kept_of(reward, "tree", 0.5)

    assert (kept.share.value, kept.loss, kept.agreement) == (0.25, 2.25, 0.5)
    assert isinstance(kept.share, Bound) and kept.share.low < 0.25 < kept.share.high  # equal on all days: no interval
    others = {**reward, "tree": rules + np.array([0.5, 1.0, 1.0, 0.5])}
    share = method.kept_of(others, "tree", 0.5).share
    assert share == ratio_estimate(others["tree"] - rules, gain) and share.low < share.value < share.high


@pytest.mark.parametrize("gain", [np.full(4, -1.0), np.array([-5.0, 6.0, -5.0, 6.0])])
def test_no_share_is_kept_of_a_gain_that_is_not_sure(gain):
    reward = {"rules": np.zeros(4), "policy": gain, "tree": np.ones(4)}

    kept = method.kept_of(reward, "tree", 0.5)

    assert kept.share is None
    assert kept.loss == gain.mean() - 1.0
