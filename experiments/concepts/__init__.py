"""Every concept of the simulated centre: its equation, its test, and a paired experiment that measures its effect."""
