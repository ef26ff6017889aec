"""From a checked scenario to the configuration record that the simulator reads."""
