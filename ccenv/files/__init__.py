"""Files: YAML as plain data, text and JSON, claims on paths, compiled code; checks of numbers, error messages."""
