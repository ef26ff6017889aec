"""Forks: the same visible state under a new key, with every hidden time drawn again."""
