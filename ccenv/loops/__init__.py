"""Compiled loops over the simulator and the rules: the entry points that Python calls.

Each entry is compiled once per size class.
"""
