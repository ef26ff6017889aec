"""Saved rows of a batch: they start the rows of a training at different times of the day, and continue a killed one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

State = tuple[np.ndarray, ...]  # as `Batch.clone` returns it


def put(state: State, part: State, rows: np.ndarray) -> None:
    """Replace some rows of a saved state.

    Args:
        state: Saved state of all rows; changed in place.
        part: Saved state of the rows `rows`.
        rows: Indices of those rows.
    """
    for array, new in zip(state, part, strict=True):
        array[rows] = new


def as_tensors(state: State) -> list[torch.Tensor]:
    """Bytes of a saved state as tensors, for a checkpoint."""
    return [torch.from_numpy(np.ascontiguousarray(array).reshape(-1).view(np.uint8)) for array in state]


def restore_tensors(batch: Any, tensors: list[torch.Tensor]) -> None:
    """Restore all rows of a batch from the tensors of `as_tensors`.

    Raises:
        ValueError: If they were made from another kind of batch.
    """
    like = batch.clone()
    sizes, expected = [tensor.numel() for tensor in tensors], [array.nbytes for array in like]
    if sizes != expected:
        raise ValueError(f"the copy is of another batch: its arrays have {sizes} bytes, those of the batch {expected}")
    batch.restore(
        tuple(t.numpy().view(array.dtype).reshape(array.shape) for t, array in zip(tensors, like, strict=True))
    )
