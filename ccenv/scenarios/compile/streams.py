"""Streams of random numbers, by name."""

from __future__ import annotations

import hashlib


def stream_id(name: str) -> int:
    """Number of a stream of random numbers: the first 8 bytes, little endian, of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
