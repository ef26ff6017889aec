"""Golden rollouts: what each registered environment does, step by step, as committed numbers."""
