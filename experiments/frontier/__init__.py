"""Rules and policies compared at equal abandonment and drops, over prices of a lost contact."""
