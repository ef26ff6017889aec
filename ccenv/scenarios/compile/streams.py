"""Identifiers of random streams."""

from __future__ import annotations

import hashlib


def stream_id(name: str) -> int:
    """Return the number of a random stream: the first 8 bytes, little endian, of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
