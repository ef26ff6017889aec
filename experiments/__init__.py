"""Entry points: the commands that train, evaluate, compare and report, and the only users of Hydra."""
