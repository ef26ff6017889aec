"""The compiled event-driven simulator: arrays in, arrays out. README.md beside this file says what happens when."""
