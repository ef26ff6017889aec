"""What a policy sees, and how its probabilities become actions."""
