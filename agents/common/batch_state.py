"""Saved rows of a batch: they start the rows of a training at different times of the day, and continue a killed one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

State = tuple[np.ndarray, ...]  # as `Batch.clone` returns it


def put(state: State, part: State, rows: np.ndarray) -> State:
    """Replace some rows of a saved state.

    Args:
        state: Saved state of all rows; may be changed in place.
        part: Saved state of the rows `rows`.
        rows: Indices of those rows.

    Returns:
        The state with the new rows. An array gets as many columns as the wider of the two: recorded actions grow.

    Raises:
        ValueError: If the batch has gone over to another size class between the two.
    """
    if state[0].shape[1:] != part[0].shape[1:]:
        raise ValueError("the batch has gone over to another size class since the state was saved")
    wide = tuple(_widened(array, new) for array, new in zip(state, part, strict=True))
    for array, new in zip(wide, part, strict=True):
        if array.ndim == 2:
            array[rows, : new.shape[1]] = new
        else:
            array[rows] = new
    return wide


def _widened(array: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the array with at least as many columns as the other; new ones are 0."""
    if array.ndim != 2 or array.shape[1] >= other.shape[1]:
        return array
    return np.pad(array, ((0, 0), (0, other.shape[1] - array.shape[1])))


def as_tensors(state: State) -> list[torch.Tensor]:
    """Bytes of a saved state as tensors, for a checkpoint."""
    return [torch.from_numpy(np.ascontiguousarray(array).reshape(-1).view(np.uint8)) for array in state]


def restore_tensors(batch: Any, tensors: list[torch.Tensor]) -> None:
    """Restore all rows of a batch from the tensors of `as_tensors`.

    Raises:
        ValueError: If they were made from another kind of batch.
    """
    if hasattr(batch, "fit_copy"):
        batch.fit_copy([tensor.numel() for tensor in tensors])
    like = batch.clone()
    sizes, expected = [tensor.numel() for tensor in tensors], [array.nbytes for array in like]
    if sizes != expected:
        raise ValueError(f"the copy is of another batch: its arrays have {sizes} bytes, those of the batch {expected}")
    batch.restore(
        tuple(t.numpy().view(array.dtype).reshape(array.shape) for t, array in zip(tensors, like, strict=True))
    )
