"""Masked PPO on event-level steps: sb3-contrib's `MaskablePPO` with semi-Markov advantages, on a `Batch`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecEnv
from torch import nn

from agents.common.optimise import descend
from agents.common.policy import MaskedActor, Standardise
from agents.ppo.rollout_buffer import SemiMarkovRolloutBuffer
from agents.ppo.update import Losses, LossWeights, explained_variance, losses, mean_losses
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales
from ccenv.spaces.coins import choose


@dataclass(frozen=True)
class PPOSettings:
    """Settings of PPO; the defaults solve the cases whose optimum is known.

    Attributes:
        steps: Decisions of each row in a rollout, at the start.
        growth: Pairs (share of the training, factor): from this share on, rollouts and minibatches are larger by the
            factor.
        batch_size: Decisions in a minibatch, at the start.
        epochs: Passes over each rollout.
        learning_rate: Rate at the start; it falls linearly to 0.
        clip: The probability ratio is clipped to 1 +- this.
        value_weight: Weight of the value loss.
        entropy: Weight of the entropy at the start; it falls linearly to 0.
        entropy_until: Share of the training after which it is 0.
        target_kl: The epochs on a rollout stop when the divergence exceeds 1.5 times this; None: never.
        hidden: Widths of the tanh layers of actor and critic, which share no layer.
    """

    steps: int = 64
    growth: tuple[tuple[float, int], ...] = ((0.5, 2), (0.75, 4))
    batch_size: int = 4096
    epochs: int = 4
    learning_rate: float = 1e-3
    clip: float = 0.2
    value_weight: float = 0.5
    entropy: float = 0.02
    entropy_until: float = 0.8
    target_kl: float | None = None
    hidden: tuple[int, ...] = (64, 64)

    def factor(self, done: float) -> int:
        """Factor of rollouts and minibatches when the share `done` of the training is over."""
        return max([1, *(factor for start, factor in self.growth if done >= start)])


class SemiMarkovMaskablePPO(MaskablePPO):
    """PPO whose discount and credit trace depend on elapsed time.

    `learn` works as in Stable-Baselines3; `iterate` does one rollout and its update, for another training loop. The
    batch's coins and the buffer's generator are the only randomness after the start, so a run can stop and resume.

    Args:
        policy: Policy class or alias of sb3-contrib.
        env: A `CentreVecEnv`, not wrapped.
        scales: Time constants and reward scale.
        settings: Settings of PPO.
        seed: Seed of the first weights and of the order of minibatches.
        device: Not used: networks of this size are fastest on the CPU, where the batch is.
        _init_setup_model: As in Stable-Baselines3.
    """

    rollout_buffer: SemiMarkovRolloutBuffer

    def __init__(
        self,
        policy: Any = "MlpPolicy",
        env: Any = None,
        *,
        scales: TimeScales | None = None,
        settings: PPOSettings | None = None,
        seed: int | None = None,
        device: str = "cpu",
        _init_setup_model: bool = True,
    ):
        self.settings = settings = settings or PPOSettings()
        self.seconds = {"env": 0.0, "collect": 0.0, "update": 0.0}
        self.figures: dict[str, float] = {}
        super().__init__(
            policy,
            env,
            learning_rate=LinearSchedule(settings.learning_rate, 0.0, 1.0),
            n_steps=settings.steps,
            batch_size=settings.batch_size,
            n_epochs=settings.epochs,
            clip_range=settings.clip,
            ent_coef=settings.entropy,
            vf_coef=settings.value_weight,
            target_kl=settings.target_kl,
            rollout_buffer_class=SemiMarkovRolloutBuffer,
            rollout_buffer_kwargs={"scales": scales, "seed": seed or 0},
            policy_kwargs={"net_arch": {"pi": list(settings.hidden), "vf": list(settings.hidden)}},
            seed=seed,
            device="cpu",
            _init_setup_model=_init_setup_model,
        )

    def _setup_model(self) -> None:
        super()._setup_model()
        nets = self.policy.mlp_extractor
        n_obs = int(self.observation_space.shape[0])  # type: ignore[index]
        nets.policy_net = nn.Sequential(Standardise(n_obs), *nets.policy_net)
        nets.value_net = nn.Sequential(Standardise(n_obs), *nets.value_net)

    def standardise(self, obs: np.ndarray) -> None:
        """Set the standardising first layers of actor and critic from observations, (N, K)."""
        for net in (self.policy.mlp_extractor.policy_net, self.policy.mlp_extractor.value_net):
            first = net[0]
            assert isinstance(first, Standardise)
            first.fit(obs)

    @property
    def actor(self) -> MaskedActor:
        """The network that acts; it shares its weights with `policy`."""
        return MaskedActor(self.policy.mlp_extractor.policy_net, self.policy.action_net)

    @property
    def critic(self) -> nn.Module:
        """The network of values, (B, K) to (B, 1); it shares its weights with `policy`."""
        return nn.Sequential(self.policy.mlp_extractor.value_net, self.policy.value_net)

    @torch.inference_mode()
    def values(self, obs: np.ndarray) -> np.ndarray:
        """Values of observations (..., K), in scaled rewards: (...) float32."""
        return self.critic(torch.from_numpy(obs)).squeeze(-1).numpy()

    def collect_rollouts(
        self,
        env: VecEnv,
        callback: BaseCallback,
        rollout_buffer: RolloutBuffer,
        n_rollout_steps: int,
        use_masking: bool = True,
    ) -> bool:
        """Fill the buffer from the batch, whose coins draw the actions. Returns False if the callback stops it."""
        if not isinstance(env, CentreVecEnv):
            raise TypeError(f"the learner reads the batch: it needs a CentreVecEnv, not wrapped, and was given {env}")
        assert isinstance(rollout_buffer, SemiMarkovRolloutBuffer)
        assert use_masking, "illegal actions are always masked"
        rollout_buffer.resize(n_rollout_steps)
        self.batch_size = self.settings.batch_size * max(1, n_rollout_steps // self.settings.steps)
        self.policy.set_training_mode(False)
        callback.on_rollout_start()
        start = time.perf_counter()
        actor = self.actor
        for _ in range(n_rollout_steps):
            self._decide(actor, env.batch, rollout_buffer)
            self.num_timesteps += env.num_envs
            if not callback.on_step():
                return False
        rollout_buffer.values[:] = self.values(rollout_buffer.observations)
        final = rollout_buffer.final.obs
        final_values = self.values(np.concatenate(final)) if final else np.empty(0)
        rollout_buffer.finish(self.values(env.batch.obs), final_values)
        self.seconds["collect"] += time.perf_counter() - start
        callback.on_rollout_end()
        return True

    def _decide(self, actor: MaskedActor, batch: Any, buffer: SemiMarkovRolloutBuffer) -> None:
        """One decision in every row."""
        probabilities = actor.probabilities(batch.obs, batch.mask)
        actions = choose(probabilities, batch.u)
        chosen = probabilities[np.arange(len(actions)), actions]
        start = time.perf_counter()
        buffer.before(batch, actions, np.log(chosen))
        batch.step(actions)
        buffer.after(batch)
        self.seconds["env"] += time.perf_counter() - start

    def train(self) -> None:
        """Update the networks from the rollout and store its figures in `figures`."""
        start = time.perf_counter()
        self.policy.set_training_mode(True)
        self._update_learning_rate(self.policy.optimizer)
        actor, critic = self.actor, self.critic
        done: list[Losses] = []
        for _ in range(self.n_epochs):
            if not self._epoch(actor, critic, done):
                break
        buffer = self.rollout_buffer
        explained = explained_variance(buffer.values, buffer.returns)
        self.figures = {**mean_losses(done), "explained_variance": explained}
        for name, value in self.figures.items():
            self.logger.record(f"train/{name}", value)
        self.seconds["update"] += time.perf_counter() - start

    def _epoch(self, actor: MaskedActor, critic: nn.Module, done: list[Losses]) -> bool:
        """One pass over the rollout; False if the divergence from the old policy is too large."""
        weights = LossWeights(self.settings.clip, self.ent_coef, self.vf_coef)
        for data in self.rollout_buffer.get(self.batch_size):
            part = losses(actor, critic, data, weights.clip)
            done.append(Losses(*(term.detach() for term in part)))
            if self.target_kl is not None and part.approx_kl > 1.5 * self.target_kl:
                return False
            descend(self.policy.optimizer, part.total(weights), self.max_grad_norm)
        self._n_updates += 1
        return True

    def iterate(self, done: float) -> None:
        """Do one rollout and its update, with the settings for the share `done` of the training.

        The environment must have been reset or restored.
        """
        if not hasattr(self, "_logger"):
            self.set_logger(Logger(folder=None, output_formats=[]))
        self.set_progress(done)
        assert self.env is not None
        self.collect_rollouts(self.env, self._init_callback(None), self.rollout_buffer, self.n_steps)
        self.train()

    def set_progress(self, done: float) -> None:
        """Set learning rate, entropy weight and rollout length for the share `done` of the training, in [0, 1]."""
        self._current_progress_remaining = 1.0 - done
        self.ent_coef = self.settings.entropy * max(0.0, 1.0 - done / self.settings.entropy_until)
        self.n_steps = self.settings.steps * self.settings.factor(done)

    def _update_current_progress_remaining(self, num_timesteps: int, total_timesteps: int) -> None:
        self.set_progress(min(1.0, num_timesteps / total_timesteps))
