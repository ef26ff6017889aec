"""Outbound lists: leads, retries, lawful times, outcomes of attempts, goals, and dropped shares."""
