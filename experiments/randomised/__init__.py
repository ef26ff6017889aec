"""Trainings on ranges of parameters beside trainings on the centre as it is, judged where the centre differs."""
