"""How a run is made: its configuration, its arrays, and the past that an episode opens with."""
