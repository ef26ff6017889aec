"""Forks: copies of a state that keep what is visible and redraw what is hidden, under a new key."""
