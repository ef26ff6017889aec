"""How a computation is configured, run in processes, kept and resumed."""
