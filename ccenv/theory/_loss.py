"""Erlang's loss probability, from which the queues with a waiting room are built."""

__all__ = ["loss"]


def loss(n: int, load: float) -> tuple[float, float]:
    """Erlang B: the probabilities of being blocked and of being carried; their sum is 1, and neither cancels."""
    blocked, carried = 1.0, 0.0
    for k in range(1, n + 1):
        inflow = load * blocked
        blocked, carried = inflow / (k + inflow), k / (k + inflow)
    return blocked, carried
