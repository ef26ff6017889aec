"""Tests of the speed measurement: compared things are the same, and a missed bar is reported. No time is asserted."""
