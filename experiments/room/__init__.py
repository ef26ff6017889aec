"""How much room there is above the rules of each centre: exact optima, bounds and planners."""
