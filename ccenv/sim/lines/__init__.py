"""Telephone lines: dialing, ringing, and connects that wait for an advisor."""
