"""Case studies: one question each, answered by paired runs, with assumptions varied over their ranges."""
