"""Simulator, rules and decision processes against what is known exactly: `python -m experiments.validate`."""
