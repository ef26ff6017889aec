"""A blended contact centre as a Markov decision process: routing and pacing."""

__version__ = "0.1.0"
