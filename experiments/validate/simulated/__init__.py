"""The simulator against exact values, under rules and under optimal policies."""
