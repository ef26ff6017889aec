"""Compile a checked centre to the configuration record that the simulator reads."""
