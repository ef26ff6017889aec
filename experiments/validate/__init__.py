"""Validation of the simulator, rules and decision processes against exact results: `python -m experiments.validate`."""
