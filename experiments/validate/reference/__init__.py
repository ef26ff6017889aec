"""Solver and formulas compared with the reference tables."""
