"""The solver and the formulas against the reference tables."""
