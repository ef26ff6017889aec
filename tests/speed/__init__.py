"""Tests of the measurement of speed: what is compared is the same, and a missed bar is seen. No time is asserted."""
