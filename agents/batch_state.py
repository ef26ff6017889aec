"""Copies of the rows of a batch: to start copies at different times of the day, and to go on after an interruption."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

#: Arrays of the engine that the future of a row depends on, or that show its present.
ARRAYS = ("words", "flat", "masks", "obs", "outs")

State = dict[str, np.ndarray]


def clone(batch: Any, rows: np.ndarray | None = None) -> State:
    """Copy rows of a batch; None: all of them."""
    chosen = np.arange(batch.n) if rows is None else rows
    return {name: getattr(batch.engine, name)[chosen].copy() for name in ARRAYS}


def put(state: State, part: State, rows: np.ndarray) -> None:
    """Overwrite rows of a copy."""
    for name in ARRAYS:
        state[name][rows] = part[name]


def restore(batch: Any, state: State) -> None:
    """Set all rows of a batch to a copy of a batch like it.

    Raises:
        ValueError: If the copy was made of another kind of batch.
    """
    for name in ARRAYS:
        array = getattr(batch.engine, name)
        if array.shape != state[name].shape or array.dtype != state[name].dtype:
            raise ValueError(
                f"the copy is of another batch: {name} is {state[name].shape}, the batch has {array.shape}"
            )
        array[:] = state[name]


def as_tensors(state: State) -> dict[str, torch.Tensor]:
    """The bytes of a copy, as a checkpoint keeps them."""
    return {
        name: torch.from_numpy(np.ascontiguousarray(array).reshape(-1).view(np.uint8)) for name, array in state.items()
    }


def restore_tensors(batch: Any, tensors: dict[str, torch.Tensor]) -> None:
    """Set all rows of a batch to the bytes of a copy.

    Raises:
        ValueError: If the copy was made of another kind of batch.
    """
    state: State = {}
    for name in ARRAYS:
        array = getattr(batch.engine, name)
        data = tensors[name].numpy()
        if data.nbytes != array.nbytes:
            raise ValueError(f"the copy is of another batch: {name} has {data.nbytes} bytes, the batch {array.nbytes}")
        state[name] = data.view(array.dtype).reshape(array.shape)
    restore(batch, state)
