"""Proximal policy optimisation with action masks and semi-Markov returns."""
