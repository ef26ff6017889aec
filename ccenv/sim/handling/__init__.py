"""A contact from waiting to its end: assignment, service, wrap-up, callbacks, redials and repeats."""
