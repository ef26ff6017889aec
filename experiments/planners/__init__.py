"""Planners: policies without training that need a simulator of the centre, or its forecast, at each decision."""
