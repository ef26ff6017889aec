"""Learners: training from a rule, checkpoints, choice of a checkpoint, export to a bundle."""
