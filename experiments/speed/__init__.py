"""Measurement of speed in comparison with other ways to do the same: `python -m experiments.speed`."""
