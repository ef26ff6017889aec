"""Events of the clock: opening, slots, modes, surges, roster, closing, the end of the day; and stored states."""
