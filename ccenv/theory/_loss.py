"""Erlang's loss probability, shared by the formulas for queues with a waiting room."""

__all__ = ["loss"]


def loss(n: int, load: float) -> tuple[float, float]:
    """Erlang B: probabilities of being blocked and of being carried.

    They sum to 1. Both come from the recursion itself, so neither loses precision by a subtraction.
    """
    blocked, carried = 1.0, 0.0
    for k in range(1, n + 1):
        inflow = load * blocked
        blocked, carried = inflow / (k + inflow), k / (k + inflow)
    return blocked, carried
