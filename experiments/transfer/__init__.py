"""Set networks in other centres than that of their training."""
