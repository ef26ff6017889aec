"""Declarations: codes, sizes, counters, observation fields and the records made from them."""
