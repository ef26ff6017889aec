"""What a policy sees, the information beside it, and how its probabilities become actions."""
