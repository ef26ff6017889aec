"""Copies of the rows of a batch: to start copies at different times of the day, and to go on after an interruption."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

State = tuple[np.ndarray, ...]  # what `Batch.clone` gives


def put(state: State, part: State, rows: np.ndarray) -> None:
    """Overwrite rows of a copy by a copy of those rows."""
    for array, new in zip(state, part, strict=True):
        array[rows] = new


def as_tensors(state: State) -> list[torch.Tensor]:
    """The bytes of a copy, as a checkpoint keeps them."""
    return [torch.from_numpy(np.ascontiguousarray(array).reshape(-1).view(np.uint8)) for array in state]


def restore_tensors(batch: Any, tensors: list[torch.Tensor]) -> None:
    """Set all rows of a batch to the bytes of a copy.

    Raises:
        ValueError: If the copy was made of another kind of batch.
    """
    like = batch.clone()
    sizes, expected = [tensor.numel() for tensor in tensors], [array.nbytes for array in like]
    if sizes != expected:
        raise ValueError(f"the copy is of another batch: its arrays have {sizes} bytes, those of the batch {expected}")
    batch.restore(
        tuple(t.numpy().view(array.dtype).reshape(array.shape) for t, array in zip(tensors, like, strict=True))
    )
