"""Adapters for learning libraries. Each module imports one library, which an extra installs.

`semi_markov` needs NumPy alone; `sb3` needs the extra `sb3`; `minari` writes and reads offline data sets and needs the
extra `minari`.
"""
