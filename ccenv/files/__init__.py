"""Files: read YAML as plain data, write text and JSON, and the error that names file, key and value."""
