"""Compiled loops over the simulator and the rules: what is called from Python.

One set is compiled for each size class.
"""
