"""Links: of copied pages to pages of the site, and the check of a built site."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.site.copied import relinked
from experiments.site.links import dead


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("[spec](../../ccenv/sim/README.md)", "[spec](../specification.md)"),
        ("[spec](../../ccenv/sim/README.md#attempts)", "[spec](../specification.md#attempts)"),
        ("[the test](../../tests/test_oracle.py)", "the test (`tests/test_oracle.py`)"),
        ("[`x`](../../tests/test_oracle.py)", "`x`"),
        ("[out](https://example.org/a)", "[out](https://example.org/a)"),
        ("![drawing](calibration.svg)", "![drawing](calibration.svg)"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_become_names(text: str, there: str):
    assert relinked(text, "experiments/results/concepts.md", "results/concepts") == there


def test_dead_links_and_anchors_are_found(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text('<a href="a/b.html#there">x</a><a href="https://example.org">y</a>')
    (tmp_path / "a" / "b.html").write_text('<p id="there"><a href="../index.html">x</a>')
    assert dead(tmp_path) == []

    (tmp_path / "a" / "b.html").write_text(
        '<p id="here"><a href="../gone.html">x</a><img src="no.svg"><script src="https://example.org/a.js"></script>'
    )
    assert dead(tmp_path) == [
        "a/b.html: https://example.org/a.js: needs a network",
        "a/b.html: ../gone.html: no such file",
        "a/b.html: no.svg: no such file",
        "index.html: a/b.html#there: no such anchor",
    ]
