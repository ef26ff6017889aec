"""The bank's scenarios, calibrated from its call log: `python -m experiments.calibrate`."""
