"""Policies that are made: tuned rules, learners, and their export to a bundle."""
