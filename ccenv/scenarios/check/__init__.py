"""Checks of a decoded scenario. Each raises `ScenarioError` with the key, the value and what is allowed."""
