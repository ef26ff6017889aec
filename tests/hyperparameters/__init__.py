"""Tests of the search of hyperparameters."""
