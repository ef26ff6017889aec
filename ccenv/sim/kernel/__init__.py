"""Tools of the simulator: compilation, bit sets, random draws, distributions, event heap, contact records, log."""
