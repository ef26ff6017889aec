"""The same centre, M/M/n+M with wrap-up, in the kernel, in SimPy, in Ciw and in a plain `heapq` loop."""

from experiments.speed.peers.comparison import measure

__all__ = ["measure"]
