"""Policies kept by a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import torch

from agents.common.policy import TorchPolicy
from agents.registry import find_learner


def load_policy(file: Path | str, **options: Any) -> TorchPolicy:
    """Load a policy that a training kept.

    Args:
        file: One of `TrainingFolder.policies`.
        options: `decision`, as of `TorchPolicy`.
    """
    content = torch.load(file, weights_only=True)
    about = content["about"]
    kind = find_learner(about["learner"])
    settings: Any = msgspec.convert(about["settings"], kind.settings)
    actor = kind.build_actor(about["n_obs"], about["n_actions"], settings)
    actor.load_state_dict(content["weights"])
    return TorchPolicy(actor, owns=about["owns"], reserves=about["reserves"], actions=about["actions"], **options)
