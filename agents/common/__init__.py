"""What learners share: checkpoints, warm start, selection, export."""
