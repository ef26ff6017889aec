"""What rules and policies see: the snapshot, the action mask, the observation."""
