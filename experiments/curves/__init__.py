"""Learning curves: value of learners against CPU time, from scratch and from tuned rules."""
