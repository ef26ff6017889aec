"""Generators of large centres of the library."""
