"""Calibration of the bank's scenarios to its call log: `python -m experiments.calibrate`."""
