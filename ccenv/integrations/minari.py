"""Offline data sets in Minari's format (extra `minari`): masked, semi-Markov episodes of several policies.

An episode of T steps holds what `CentreEnv` returns:

| array | shape | contents |
|---|---|---|
| `observations` | (T + 1, K) float32 | observation 0 is that of `reset` |
| `actions` | (T,) int64 | legal actions |
| `rewards`, `terminations`, `truncations` | (T,) | results of the steps |
| `infos["action_mask"]` | (T + 1, A) int8 | entry k belongs to observation k |
| `infos["elapsed_s"]`, other keys of `info` | (T + 1,) | entry k + 1 belongs to step k |

`read_transitions` joins episodes to arrays with one row for each step.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import gymnasium
import msgspec
import numpy as np
from gymnasium.envs.registration import EnvSpec

import ccenv
from ccenv.batch import Batch
from ccenv.comparison.policies import policy_entrant
from ccenv.files.numbers import different, seed_numbers
from ccenv.policy import Policy, State
from ccenv.scenarios import Scenario
from ccenv.scenarios.catalogue import VERBS, Action
from ccenv.sim.state.codes import NIL
from ccenv.spaces.info import INFO
from ccenv.spaces.observation import observation_names

try:
    import minari
    from minari import EpisodeData, MinariDataset
    from minari.data_collector import EpisodeBuffer
    from minari.dataset.minari_dataset import parse_dataset_id
except ImportError as error:
    raise ImportError('data sets need the extra minari: pip install "ccenv[minari]"') from error

ROWS = 16  # episodes that are stepped together and held in memory


def write_dataset(
    dataset_id: str,
    scenario: Scenario | str | Mapping[str, Any],
    policies: Mapping[str, Any],
    seeds: Iterable[int],
    *,
    author: str,
    author_email: str,
    code_permalink: str,
    description: str = "",
    owns: str = "blended",
    reward: str | Mapping[str, Any] | None = None,
    days: int | None = None,
) -> MinariDataset:
    """Run each policy on each seed and write all episodes to a new data set on disk.

    The data set goes to Minari's folder, which the environment variable `MINARI_DATASETS_PATH` moves. It holds the
    whole scenario, so `dataset.recover_environment()` needs no file. Its metadata have an entry `ccenv`: scenario and
    digest, names of actions and observations, reward, versions, and each policy's mean return. The lowest and the
    highest mean return are Minari's reference scores. Each episode's metadata name its policy and its seed.

    Args:
        dataset_id: Minari's id: namespace, name and version, such as `ccenv/tiny-v0`.
        scenario: A scenario, or a source that `load_scenario` accepts.
        policies: Policies by name, each as in `ccenv.compare`: rules, a `Policy`, the folder of a bundle, a model or a
            function. All must fit `owns` and the scenario's flag `reserves`.
        seeds: Different whole numbers below 2**64: one episode of each policy for each.
        author: Author of the data set.
        author_email: Address of the author.
        code_permalink: Link to the version of the code that wrote the data set.
        description: Text that stands before the description of the arrays.
        owns: Decisions that the policies take: `routing`, `pacing` or `blended`. The scenario's rules take the others.
        reward: As in `CentreEnv`.
        days: As in `CentreEnv`.

    Returns:
        The data set.

    Raises:
        ValueError: If an argument is not allowed, or the data set exists already.
        IllegalActionError: If a policy takes an illegal action.

    Example:
        ```
        policies = {"fifo": ("fifo", "no_dial"), "mine": model}
        author = {"author": "A. Name", "author_email": "name@example.org", "code_permalink": "https://example.org/code"}
        dataset = write_dataset("ccenv/tiny-v0", "tiny", policies, range(8), **author)
        ```
    """
    parse_dataset_id(dataset_id)  # Minari itself makes the folder first, and leaves it
    keys = seed_numbers("seeds", seeds)
    different("seeds", keys)
    if not policies:
        raise ValueError("policies = {}; allowed: at least one policy")
    batch = Batch(scenario, min(ROWS, keys.size), owns=owns, reward=reward, days=days, autoreset="disabled")
    chosen = {name: _checked(name, policy, batch) for name, policy in policies.items()}
    dataset = minari.create_dataset_from_buffers(
        dataset_id,
        [],
        env=(spec := _env_spec(batch)),
        eval_env=spec,
        algorithm_name=", ".join(policies),
        author=author,
        author_email=author_email,
        code_permalink=code_permalink,
        description="\n\n".join(filter(None, (description, __doc__))),
        requirements=[f"{name}=={version(name)}" for name in ("ccenv", "gymnasium", "minari", "numpy")],
    )
    try:
        returns = {name: _write_policy(dataset, batch, name, policy, keys) for name, policy in chosen.items()}
    except BaseException:  # an interrupt too: a part of a data set would be taken for the whole
        shutil.rmtree(dataset.storage.data_path.parent)
        raise
    dataset.storage.update_metadata(
        {
            "ccenv": _facts(batch) | {"mean_return": returns},
            "ref_min_score": min(returns.values()),
            "ref_max_score": max(returns.values()),
            "num_episodes_average_score": int(keys.size),
        }
    )
    return minari.load_dataset(dataset_id)


def _checked(name: str, given: Any, batch: Batch) -> Policy:
    """Return an entry of `policies` as a policy whose decisions, dials and actions are those of the batch."""
    policy = policy_entrant(name, given, batch.scenario, owns=batch.run.owns)
    for key, here in (("owns", batch.run.owns), ("reserves", batch.scenario.reserves)):
        needed = getattr(policy, key, None)
        if needed not in (None, here):
            raise ValueError(f"policies: {name!r} needs {key} = {needed!r}; the data set has {key} = {here!r}")
    check = getattr(policy, "check_scenario", None)
    if check is not None:
        check(batch.scenario)
    return policy


def _env_spec(batch: Batch) -> EnvSpec:
    """Return the specification of the environment, with the whole scenario among its arguments."""
    run = batch.run
    spec = copy.deepcopy(gymnasium.spec(f"ccenv/{run.owns.capitalize()}-v0"))
    spec.kwargs |= {
        "scenario": msgspec.to_builtins(run.scenario.centre),
        "reward": copy.deepcopy(run.reward),
        "days": run.days,
    }
    return spec


def _facts(batch: Batch) -> dict[str, Any]:
    """Return the metadata that Minari has no key for."""
    run, scenario = batch.run, batch.scenario
    return {
        "version": ccenv.__version__,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "reward": scenario.reward if run.reward is None else run.reward,
        "owns": run.owns,
        "days": run.days,
        "actions": [_meaning(action, scenario) for action in batch.catalogue],
        "observations": list(observation_names(scenario)),
    }


def _meaning(action: Action, scenario: Scenario) -> dict[str, Any]:
    """Return the parts of an action: its name, what it does to which entities, and the lines that it dials."""
    kind = VERBS[action.kind]
    entities = scenario.queues if kind == "assign" else scenario.campaigns
    return {
        "name": action.name,
        "kind": kind,
        "entity": None if action.index == NIL else entities[action.index],
        "group": None if action.group == NIL else scenario.groups[action.group],
        "lines": action.n if kind == "dial" else 0,
    }


def _write_policy(dataset: MinariDataset, batch: Batch, name: str, policy: Policy, keys: np.ndarray) -> float:
    """Append the episodes of one policy. Returns their mean return."""
    returns = []
    for first in range(0, keys.size, ROWS):
        episodes = list(_episodes(batch, policy, keys[first : first + ROWS]))
        ids = np.arange(dataset.storage.total_episodes, dataset.storage.total_episodes + len(episodes))
        dataset.storage.update_episodes(episodes)
        dataset.storage.update_episode_metadata([{"policy": name}] * len(episodes), ids)
        returns += [float(np.sum(episode.rewards)) for episode in episodes]
    return float(np.mean(returns))


def _episodes(batch: Batch, policy: Policy, keys: np.ndarray) -> Iterator[EpisodeBuffer]:
    """Run an episode for each seed, together, and yield them."""
    batch.reset(np.resize(keys, batch.n))
    length = np.zeros(batch.n, np.int64)  # steps until the end; 0: not over
    seen, taken = [_now(batch)], []
    state: State = None
    while not np.all(length):
        looks = batch.engine.snaps if getattr(policy, "needs_snapshot", False) else batch.obs
        actions, state = policy.act(looks, batch.mask, state, batch.u, batch.starts)
        taken.append(np.array(actions, np.int64))
        batch.step(actions)
        seen.append(_now(batch))
        length[(length == 0) & (batch.terminated | batch.truncated)] = len(taken)
    columns = {key: np.stack([moment[key] for moment in seen]) for key in seen[0]}
    chosen = np.stack(taken)
    for b, seed in enumerate(keys.tolist()):
        end = length[b] + 1
        yield EpisodeBuffer(
            seed=seed,
            observations=columns["observations"][:end, b],
            actions=chosen[: length[b], b],
            rewards=columns["reward"][1:end, b],
            terminations=columns["terminated"][1:end, b],
            truncations=columns["truncated"][1:end, b],
            infos={key: columns[key][:end, b] for key in ("action_mask", *INFO)},
        )


def _now(batch: Batch) -> dict[str, np.ndarray]:
    """Copy what the batch shows, by name, each (B, ...)."""
    outs = batch.engine.outs
    shown: dict[str, np.ndarray] = {"observations": batch.obs, "action_mask": batch.engine.mask_bytes}
    shown |= {key: outs[key] for key in ("reward", "terminated", "truncated")}
    shown |= {key: outs[name] for key, name in INFO.items()}
    return {key: values.copy() for key, values in shown.items()}


@dataclass(frozen=True)
class Transitions:
    """Steps of episodes, one row for each of N steps.

    Attributes:
        observations: Observation before the step, (N, K) float32.
        masks: Legal actions before the step, (N, A) bool.
        actions: Action taken, (N,) int64.
        rewards: Reward of the step, (N,) float64.
        elapsed_s: Simulated seconds of the step, (N,) float64; a discount is exp(-elapsed_s / horizon_s).
        next_observations: Observation after the step, (N, K) float32.
        next_masks: Legal actions after the step, (N, A) bool; without meaning where the episode is over.
        terminated: Whether the step ended the last day, (N,) bool.
        truncated: Whether the step reached a time limit, (N,) bool.
        episode: Number of the episode in the data set, (N,) int64.
    """

    observations: np.ndarray
    masks: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    elapsed_s: np.ndarray
    next_observations: np.ndarray
    next_masks: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    episode: np.ndarray

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.actions)


def read_transitions(dataset: MinariDataset | str, policies: Collection[str] | None = None) -> Transitions:
    """Read the steps of a data set that `write_dataset` wrote.

    Args:
        dataset: The data set, or its id on this machine.
        policies: Names of the policies whose episodes are read; None: all.

    Raises:
        ValueError: If the data set has no policy of a given name.
    """
    data = minari.load_dataset(dataset) if isinstance(dataset, str) else dataset
    ids = np.asarray(data.episode_indices)
    if policies is not None:
        names = np.array([each["policy"] for each in data.storage.get_episode_metadata(ids)])
        unknown = sorted(set(policies) - set(names.tolist()))
        if unknown:
            raise ValueError(
                f"policies: {', '.join(unknown)} unknown; allowed: {', '.join(sorted(set(names.tolist())))}"
            )
        ids = ids[np.isin(names, list(policies))]
    parts = [_steps(episode) for episode in data.iterate_episodes(ids)]
    return Transitions(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})


def _steps(episode: EpisodeData) -> dict[str, np.ndarray]:
    """Return the fields of `Transitions` for one episode."""
    masks = episode.infos["action_mask"].astype(np.bool_)
    return {
        "observations": episode.observations[:-1],
        "masks": masks[:-1],
        "actions": episode.actions,
        "rewards": episode.rewards,
        "elapsed_s": episode.infos["elapsed_s"][1:],
        "next_observations": episode.observations[1:],
        "next_masks": masks[1:],
        "terminated": episode.terminations,
        "truncated": episode.truncations,
        "episode": np.full(len(episode), episode.id, np.int64),
    }
