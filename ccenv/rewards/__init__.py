"""Rewards: weighted sums of the simulator's counters, their presets, and the check for worthless actions."""
