"""How fast it is, measured side by side with other ways to do the same: `python -m experiments.speed`."""
