"""Code that all learners share. It imports no learner."""
