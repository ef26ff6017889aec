"""Tests of the transfer of set networks."""
