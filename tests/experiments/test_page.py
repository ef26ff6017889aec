import base64
import re
from html.parser import HTMLParser

import pytest

from experiments.reports.page import drawings, render
from tests.experiments.made import BEST, LEARNED, results


class Page(HTMLParser):
    """Addresses and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " "


@pytest.fixture(scope="module")
def images() -> dict[str, bytes]:
    return drawings(results())


@pytest.fixture(scope="module")
def page(images: dict[str, bytes]) -> Page:
    return Page(render(results(), images))


def test_page_needs_no_other_file_and_no_network(page: Page):
    assert len(page.addresses) == 5
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)
    assert not {"script", "link", "iframe"} & set(page.tags)


def test_images_are_drawings_that_load_nothing(images: dict[str, bytes]):
    for image in images.values():
        text = image.decode()
        assert text.rstrip().endswith("</svg>")
        assert re.findall(r'(?:href|src)="(?!#|data:image/png;base64,)', text) == []


def test_images_of_the_same_results_are_the_same_bytes(images: dict[str, bytes]):
    assert drawings(results()) == images


def test_image_on_the_page_is_the_drawing(page: Page, images: dict[str, bytes]):
    shown = [base64.b64decode(address.partition(",")[2]) for address in page.addresses]

    assert shown == list(images.values())


def test_every_caption_says_one_training_run(page: Page):
    captions = re.findall(r"Figure \d\. .*?One training run; the intervals are over days only\.", page.text)

    assert len(captions) == 5
    assert "Table 1. All policies on the same 6 unseen days" in page.text


def test_page_shows_policies_flags_and_intervals(page: Page):
    rows = results().comparison["rows"]

    assert BEST.pacing.label in page.text
    assert LEARNED.pacing.label in page.text
    assert [row["dials"] for row in rows] == ["unreserved", "unreserved", "reserved"]
    assert (page.text.count(" unreserved "), page.text.count(" reserved ")) == (2, 2)  # once in a caption


def test_text_from_a_scenario_is_escaped(page: Page):
    assert "A <small> centre." in page.text
    assert "small" not in page.tags
