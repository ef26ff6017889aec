"""Rewards: weighted sums of the simulator's counters, and their presets."""
