"""Learners against the frozen opponents: replicates of whole pipelines, verdicts of the suite, and the page."""
