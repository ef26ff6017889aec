"""Learners in several seeds beside the opponents of a centre, on the benchmark's centre and on showcases."""
