import base64
import csv
import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from experiments.curves.committed import committed_curves
from experiments.reports.figures.style import Drawing
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
def images() -> dict[str, Drawing]:
    return drawings(results())


@pytest.fixture(scope="module")
def page(images: dict[str, Drawing]) -> Page:
    return Page(render(results(), images))


def drawn_here(page: Page) -> list[str]:
    """Addresses of the images of this run: without the committed learning curves, as far as there are any."""
    curves = committed_curves()
    return [each for each in page.addresses[1:] if curves is None or each != curves["image"]]


def test_page_needs_no_other_file_and_no_network(page: Page):
    assert len(drawn_here(page)) == 6
    assert page.addresses[0] == "manager.html"  # beside the page, if the benchmark has written it
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses[1:])
    assert not {"script", "link", "iframe"} & set(page.tags)


def test_images_are_drawings_that_load_nothing(images: dict[str, Drawing]):
    for image in images.values():
        text = image.svg.decode()
        assert text.rstrip().endswith("</svg>")
        assert re.findall(r'(?:href|src)="(?!#|data:image/png;base64,)', text) == []


def test_images_of_the_same_results_are_the_same_bytes(images: dict[str, Drawing]):
    assert drawings(results()) == images


def test_image_on_the_page_is_the_drawing(page: Page, images: dict[str, Drawing]):
    shown = [base64.b64decode(address.partition(",")[2]) for address in drawn_here(page)]

    assert shown == [image.svg for image in images.values()]


def test_each_figure_is_written_as_svg_png_and_csv(images: dict[str, Drawing], tmp_path: Path):
    for name, image in images.items():
        image.write(tmp_path / name)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.{suffix}" for name in images for suffix in ("svg", "png", "csv")
    )
    for name in images:
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        head, *lines = (tmp_path / f"{name}.csv").read_text().splitlines()
        assert lines and all(len(list(csv.reader([line]))[0]) == len(head.split(",")) for line in lines)


def test_csv_of_a_figure_holds_what_it_shows(images: dict[str, Drawing]):
    rows = {row["label"]: row for row in results().comparison["rows"]}

    for line in csv.DictReader(io.StringIO(images["differences"].csv)):
        expected = rows[line["label"]]["differences"].get("value", {"mean": None})["mean"]
        assert line["difference_mean"] == ("" if expected is None else f"{expected:.10g}")
    asked = sum(int(line["asked"]) for line in csv.DictReader(io.StringIO(images["policy_map"].csv)))
    assert asked == sum(np.sum(counts["asked"]) for look in results().watch["looks"] for counts in look["map"].values())


def test_figure_of_the_validations_is_there_where_there_are_two(images: dict[str, Drawing]):
    assert [line["difference"] for line in csv.DictReader(io.StringIO(images["validation"].csv))] == ["-1.5", "0.5"]
    without = drawings(dataclasses.replace(results(), validation=results().validation[:1]))
    assert list(without) == [name for name in images if name != "validation"]
    assert "during the training" not in render(dataclasses.replace(results(), validation=[]), without)


def test_page_gives_units_and_cpu_time(page: Page):
    assert "value per day; 1 = one contact lost" in page.text
    assert "tuning 120 s, training 54 s; 2.9 CPU min in all" in page.text
    assert "The training took 54 CPU seconds in 60 s of wall time." in page.text


def test_page_says_when_a_contact_is_held_back(page: Page):
    assert "Held back" in page.text and "Dialed first" in page.text
    assert "counted again at each event until the contact is assigned" in page.text


def test_every_caption_says_one_training_run(page: Page):
    captions = re.findall(r"Figure \d\. .*?One training run; the intervals are over days only\.", page.text)

    assert len(captions) == 6
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
