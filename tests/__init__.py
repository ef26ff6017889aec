"""Tests of the environment, of the policies and of the commands."""
