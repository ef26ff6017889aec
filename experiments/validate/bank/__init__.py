"""Comparison of the bank's calibrated centre with the days of its call log that no fit of it uses."""
