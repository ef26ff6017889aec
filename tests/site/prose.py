"""Code blocks of the pages written by hand."""

from __future__ import annotations

import re

from experiments.site.copied import prose

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = prose()


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language."""
    return [code for found, code in BLOCK.findall(PAGES[page]) if found == language]


def with_code() -> list[str]:
    """Pages with Python to run."""
    return [page for page in PAGES if blocks(page, "python")]
