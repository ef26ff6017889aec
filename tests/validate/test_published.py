"""The published blend centre on few days, and under another dialer."""

import copy

from experiments.validate import published
from experiments.validate.published import CENTRE, MEASURES, measure, section, verdict


def test_our_days_are_like_the_published_ones():
    found = measure(days=500)

    assert found["passed"]
    assert [row["measure"] for row in found["rows"]] == [each.name for each in MEASURES]
    assert "| connects dropped | 23.02 (0.24) |" in section(found)
    assert verdict(found).startswith("9 measures, largest absolute z")


def test_a_dialer_that_dials_half_as_many_lines_is_noticed(monkeypatch):
    other = copy.deepcopy(CENTRE)
    other["rules"]["pacing"]["params"]["kappa"] = 1.0
    monkeypatch.setattr(published, "CENTRE", other)

    assert not measure(days=500)["passed"]
