"""Advisors: their states and traits, the idle ones in order, and who can serve what."""
