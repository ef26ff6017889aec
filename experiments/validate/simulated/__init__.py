"""The simulator compared with exact values, under rules and under optimal policies."""
