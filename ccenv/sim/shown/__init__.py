"""Snapshot, action mask and observation: the view of the centre that rules and policies get."""
