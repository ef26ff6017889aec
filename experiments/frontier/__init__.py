"""Rules and policies compared within the same limits of abandonment and drops, over prices of a lost contact."""
