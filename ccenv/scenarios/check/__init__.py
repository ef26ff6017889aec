"""Checks of a decoded scenario. Each yields problems: key, value and what is allowed."""
