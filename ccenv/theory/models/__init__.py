"""Models of a contact centre that are solved exactly; the same object goes to the solver and to the simulator."""
