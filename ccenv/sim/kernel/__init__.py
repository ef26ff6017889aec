"""Tools of the simulator: compilation, bit sets, random draws, distributions, the event heap, records of contacts."""
