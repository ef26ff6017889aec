"""Commands that train, evaluate, compare and report. Only this package uses Hydra."""
