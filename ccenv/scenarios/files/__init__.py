"""Scenario files: reading, overriding, decoding, and the errors they raise."""
