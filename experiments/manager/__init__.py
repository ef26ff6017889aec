"""A page for the manager of a centre: what an exported control does to service, dialing and people."""
