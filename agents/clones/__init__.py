"""Rollout policy iteration with paired futures."""
