"""Any policy as one plain network, and as a tree of at most a few observed numbers, with what each of them loses.

Method: imitation of the policy's decisions on its own days, then on days on which the imitation acts and the policy
says what it would do there (DAgger; Ross, Gordon and Bagnell 2011). A policy that has a memory, or reads more than the
observation, cannot be asked there: it is imitated on its own days alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import torch

from agents.common.imitation import build, imitate, standardise
from agents.common.policy import MaskedActor, TorchPolicy
from agents.distill.actor import TreeActor
from agents.distill.grow import SMALLEST, grow_tree
from agents.distill.shown import Shown, show
from ccenv.comparison import Comparison, compare
from ccenv.kpis import Estimate
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.policy.tree import MOST_LEAVES, TreePolicy
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import policy_of

VALUE = "reward"


@dataclass(frozen=True)
class DistillSettings:
    """How a policy is distilled.

    Attributes:
        decisions: Decisions imitated in a round.
        days: Training days over which they are spread.
        rounds: Rounds; from the second one on the imitation acts.
        hidden: Widths of the network's two layers.
        passes: Passes over the decisions of all rounds so far.
        leaves: Most leaves of the tree, at most 64.
        fields: Most observed numbers that the tree reads.
        wander: Probability of a random action on days inside the kernel, so that other states are seen too.
        judged_days: Days on which all are compared.
        seed: Of days, weights and minibatches.

    Raises:
        ValueError: If a setting is not allowed.
    """

    decisions: int = 60_000
    days: int = 64
    rounds: int = 3
    hidden: tuple[int, int] = (64, 64)
    passes: int = 20
    leaves: int = 16
    fields: int = 6
    wander: float = 0.01
    judged_days: int = 256
    seed: int = 0

    def __post_init__(self) -> None:
        """Check each setting."""
        least = {"decisions": SMALLEST, "judged_days": 2, "seed": 0, "wander": 0.0}
        most = {"leaves": MOST_LEAVES, "wander": 1.0}
        for name in (field.name for field in fields(self)):
            low, high = least.get(name, 1), most.get(name, np.inf)
            for value in np.atleast_1d(getattr(self, name)):
                if not low <= value <= high:
                    allowed = f"{low:g} or more" if high == np.inf else f"{low:g} to {high:g}"
                    raise ValueError(f"{name} = {value:g}; allowed: {allowed}")
        if len(self.hidden) != 2:
            raise ValueError(f"hidden = {list(self.hidden)}; allowed: two widths")


class Kept(NamedTuple):
    """What an imitation of a policy keeps.

    Attributes:
        share: Gain of the imitation over the rules, in that of the policy, with its 95 % interval over days; None if
            the policy does not surely gain.
        loss: Reward of an episode that the imitation loses.
        agreement: Share of the imitated decisions in which it takes the same action.
    """

    share: Estimate | None
    loss: float
    agreement: float


class Distilled(NamedTuple):
    """What distillation gives.

    Attributes:
        network: A plain network, which the kernel runs and `agents.common.export.export_bundle` writes.
        tree: A tree; `tree.text(scenario)` says it in words, and `as_network(tree)` is exported like a network.
        kept: What `network` and `tree` keep, by name.
        comparison: `rules`, `policy`, `network` and `tree` on the same days; differences are to `policy`.
    """

    network: TorchPolicy
    tree: TreePolicy
    kept: Mapping[str, Kept]
    comparison: Comparison


def distill(
    policy: Any,
    scenario: Scenario,
    settings: DistillSettings | None = None,
    *,
    rules: Any = None,
    purpose: str = "evaluation",
) -> Distilled:
    """Distill a policy.

    Args:
        policy: What `simulate` takes: the folder of a bundle, a compiled policy, a policy in Python, a model, a
            function.
        scenario: The centre.
        settings: How; None: the defaults.
        rules: Rules over which the policy gains, as in `ccenv.compare`; None: the scenario's own.
        purpose: Purpose of the seeds of the days on which all are compared; nothing is fitted or chosen on them.

    Raises:
        ValueError: If the policy cannot decide in this scenario.
    """
    how, teacher = settings or DistillSettings(), policy_of(policy)
    network, seen = _network(teacher, scenario, how)
    tree, seen_by_tree = _tree(teacher, scenario, how, seen)
    entrants = {"rules": rules, "policy": teacher, "network": network, "tree": tree}
    compared = compare(scenario, entrants, seeds=seeds(purpose, how.judged_days), baseline="policy")
    reward = {name: np.asarray(table[VALUE], float) for name, table in compared.tables.items()}
    agreement = {"network": _agreement(network, seen), "tree": _agreement(tree, seen_by_tree)}
    kept = {name: kept_of(reward, name, agreement[name]) for name in agreement}
    return Distilled(network, tree, kept, compared)


def distill_tree(policy: Any, scenario: Scenario, settings: DistillSettings | None = None) -> tuple[TreePolicy, float]:
    """Return the tree alone, and the share of the imitated decisions in which it takes the policy's action.

    Args:
        policy: As in `distill`.
        scenario: The centre.
        settings: How; None: the defaults. Those of the network are not used.
    """
    tree, seen = _tree(policy_of(policy), scenario, settings or DistillSettings())
    return tree, _agreement(tree, seen)


def as_network(tree: TreePolicy) -> TorchPolicy:
    """Return a tree as a policy that `agents.common.export.export_bundle` writes."""
    return _beside(tree, TorchPolicy(TreeActor(tree), **_options(tree)))


def _options(policy: Any) -> dict[str, Any]:
    """Return what a policy decides, as its imitation is told."""
    options = {"owns": "blended", "reserves": None, "actions": "all"}
    return {name: getattr(policy, name, default) for name, default in options.items()}


def _beside(teacher: Any, student: Any) -> Any:
    """Return the imitation with the rules that the policy has for the other half, as `simulate` asks for them."""
    for name in ("routing", "pacing"):
        if getattr(teacher, name, None) is not None:
            setattr(student, name, getattr(teacher, name))
    return student


def _days(how: DistillSettings, number: int) -> np.ndarray:
    return seeds("training", how.days, skip=(how.seed * how.rounds + number) * how.days)


def _rounds(
    teacher: Any, scenario: Scenario, how: DistillSettings, fit: Callable[[Shown], Any], first: Shown | None = None
) -> tuple[Any, Shown]:
    """Fit an imitation round after round; returns it and all decisions, with the teacher's actions."""
    seen = first or show(teacher, scenario, _days(how, 0), how.decisions, how.seed, how.wander)
    student = _beside(teacher, fit(seen))
    for number in range(1, how.rounds if seen.repeats else 1):
        met = show(student, scenario, _days(how, number), how.decisions, how.seed + number, how.wander)
        n = len(met.actions)
        told, _ = teacher.act(met.obs, met.mask, None, np.full(n, 0.5), np.zeros(n, np.bool_))
        seen = Shown(
            np.concatenate([seen.obs, met.obs]), np.concatenate([seen.mask, met.mask]),
            np.concatenate([seen.actions, told]), True,
        )  # fmt: skip
        student = _beside(teacher, fit(seen))
    return student, seen


def _network(teacher: Any, scenario: Scenario, how: DistillSettings) -> tuple[TorchPolicy, Shown]:
    made: list[MaskedActor] = []

    def fit(seen: Shown) -> TorchPolicy:
        if not made:
            torch.manual_seed(how.seed)
            made.append(build(seen.obs.shape[1], how.hidden, seen.mask.shape[1]))
            standardise(made[0]).fit(seen.obs)
        imitate(made[0], seen.obs, seen.mask, seen.actions, how.passes, how.seed)
        return TorchPolicy(made[0], **_options(teacher))

    return _rounds(teacher, scenario, how, fit)


def _tree(
    teacher: Any, scenario: Scenario, how: DistillSettings, first: Shown | None = None
) -> tuple[TreePolicy, Shown]:
    """Grow the tree; `first`: decisions from which it begins, None: those of the teacher on its own days."""

    def fit(seen: Shown) -> TreePolicy:
        shape = {"leaves": how.leaves, "fields": how.fields}
        return grow_tree(seen.obs, seen.mask, seen.actions, **shape, **_options(teacher))

    return _rounds(teacher, scenario, how, fit, first)


def _agreement(student: Any, seen: Shown) -> float:
    n = len(seen.actions)
    taken, _ = student.act(seen.obs, seen.mask, None, np.full(n, 0.5), np.zeros(n, np.bool_))
    return float(np.mean(taken == seen.actions))


def kept_of(reward: Mapping[str, np.ndarray], name: str, agreement: float) -> Kept:
    """Return what an imitation keeps, from the reward of each day by name: `rules`, `policy` and its own."""
    gain, student = reward["policy"] - reward["rules"], reward[name] - reward["rules"]
    loss = float(np.mean(gain - student))
    if not ratio_estimate(gain).low > 0.0:
        return Kept(None, loss, agreement)
    return Kept(ratio_estimate(student, gain), loss, agreement)
