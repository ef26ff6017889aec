"""Events of the clock: opening, slots, modes, surges, shifts, midnight, closing."""
