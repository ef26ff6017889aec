"""The command that tunes the opponents of each centre and writes their results."""
