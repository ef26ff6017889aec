"""Tuning, training, evaluation and comparison of policies."""
