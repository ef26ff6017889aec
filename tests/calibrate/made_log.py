"""Invented contacts in the shape of a log that has been read."""

import numpy as np

from experiments.calibrate.logs import CONTACT


def made(n: int, **columns: object) -> np.ndarray:
    """`n` contacts of type PS on 1 October, arriving at 10:00, served at once for 100 s, except for `columns`."""
    contacts = np.zeros(n, CONTACT)
    defaults = {"month": 10, "day": 1, "type": "PS", "arrival_s": 36_000.0, "service_s": 100.0}
    for name, value in {**defaults, **columns}.items():
        contacts[name] = value
    return contacts
