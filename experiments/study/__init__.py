"""What is computed: tuning, learning, evaluation, comparison."""
