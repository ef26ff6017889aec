"""Rules as a user writes them, in a module that can be imported."""
