"""Figures of the reports, one module each: functions from plain results to a drawing."""
