"""Declarations: codes, size classes, counters, snapshot fields, and the NumPy record types built from them."""
