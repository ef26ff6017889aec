"""One step of an optimiser with a bounded gradient."""

from __future__ import annotations

import torch
from torch import nn


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor, max_norm: float) -> None:
    """Do one step of the optimiser on a loss; the gradient's norm is clipped to `max_norm`."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()
