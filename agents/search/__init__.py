"""Direct policy search over index policies."""
