"""Scenario files: the library, overrides, decoding into the schema, and sources of figures."""
