"""Links of a built site: each internal target exists, its anchor too."""

from __future__ import annotations

import html.parser
import posixpath
import urllib.parse
from pathlib import Path

SCHEMES = ("http:", "https:", "mailto:", "data:", "javascript:")


class _Reader(html.parser.HTMLParser):
    """Collects the anchors of a page, and the targets of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []
        self.drawn: list[str] = []  # what a browser loads to show the page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value for key, value in attrs if value}
        self.anchors |= {given[key] for key in ("id", "name") if key in given}
        self.targets += [given[key] for key in ("href", "src") if key in given]
        self.drawn += [given["src"]] if "src" in given else []
        self.drawn += [given["href"]] if tag == "link" and "stylesheet" in given.get("rel", "") else []


def dead(folder: Path) -> list[str]:
    """Return a line for each link of the site's pages that leads nowhere, and for each that needs a network to draw.

    Args:
        folder: The built site.
    """
    read = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    found = []
    for page, reader in read.items():
        here = page.relative_to(folder).as_posix()
        found += [f"{here}: {target}: needs a network" for target in reader.drawn if target.startswith("http")]
        for target in dict.fromkeys(reader.targets):
            if target.startswith(SCHEMES):
                continue
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            place = folder / posixpath.normpath(posixpath.join(posixpath.dirname(here), path.partition("?")[0]))
            to = page if not path else place / "index.html" if place.is_dir() else place
            if not to.exists():
                found.append(f"{here}: {target}: no such file")
            elif anchor and to in read and anchor not in read[to].anchors:
                found.append(f"{here}: {target}: no such anchor")
    return found


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    return reader
