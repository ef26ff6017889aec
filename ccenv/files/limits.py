"""Limits of what a scenario may hold. They are far above any scenario in use, and keep hostile files cheap."""

LARGEST = 1e15
"""Largest number: far above any meaningful time, rate, count or value, far below overflow."""
MOST_BYTES = 4 * 2**20
"""Largest file [bytes]."""
MOST_IN_FILE = 300_000
"""Most values of a file, keys excluded; reading them takes about a second. A mapping may hold more."""
MOST_VALUES = 1_500_000
"""Most values of a mapping, keys excluded. The largest size class holds about a million recorded arrivals."""
MOST_ALIASED = 200_000
"""Most values that stand in a document by way of an alias."""
MOST_DEPTH = 50
"""Most lists and mappings in one another."""
MOST_TEXT = 2**16
"""Longest text [characters]."""
