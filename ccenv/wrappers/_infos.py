"""What a step of a vector environment tells about each row."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv


def restarts_in_step(env: VectorEnv) -> bool:
    """Return whether a row restarts in the step that ends its episode."""
    mode: Any = env.metadata.get("autoreset_mode")
    return mode is not None and AutoresetMode(mode) == AutoresetMode.SAME_STEP


def elapsed_of(infos: dict[str, Any]) -> np.ndarray:
    """Return the seconds of the step of each row, (B,), of its last one where the episode has ended."""
    elapsed_s: np.ndarray = np.asarray(infos["elapsed_s"], np.float64)
    if "final_info" in infos:
        return np.where(infos["_final_info"], infos["final_info"]["elapsed_s"], elapsed_s)
    return elapsed_s
