"""Scenario files: the library, overrides, handle times, decoding into the schema, and sources of figures."""
