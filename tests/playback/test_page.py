"""The page: its data give back the counters of `simulate`, and in a browser it plays, pauses and shows them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccenv import replay, simulate
from ccenv.kpis import KpiTable
from ccenv.playback.choices import chosen
from ccenv.playback.page import content, unpacked
from ccenv.playback.recording import record
from ccenv.scenarios import load_scenario
from tests.env.short import short_day

RULES = {"LWT & <MAX0>": {"routing": "lwt", "pacing": "max0"}, "FIFO": {"routing": "fifo", "pacing": "progressive"}}
BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
SEED = 2**63 + 5  # larger than a number of JavaScript holds


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two runs of a short day."""
    return replay(short_day(), RULES, seed=SEED, path=tmp_path_factory.mktemp("page") / "day.html")


@pytest.fixture(scope="module")
def tables() -> dict[str, KpiTable]:
    """What `simulate` reports of them."""
    centre = short_day()
    return {name: simulate(centre, **rules, seeds=[SEED], reward=centre.reward) for name, rules in RULES.items()}


def last_state(data: dict[str, Any], run: dict[str, Any]) -> list[int]:
    """The state after all changes."""
    state = [0] * (data["places"]["reward"][0] + 1)
    for number, value in zip(run["number"], run["value"], strict=True):
        state[number] = value
    return state


def test_the_data_give_back_the_kpis_of_simulate(file: Path, tables: dict[str, KpiTable]) -> None:
    data = unpacked(file.read_text())
    assert [run["name"] for run in data["runs"]] == list(RULES) and data["seed"] == str(SEED)
    for run in data["runs"]:
        table, state = tables[run["name"]], last_state(data, run)
        for label, place in data["counters"].items():
            assert state[place] == table[f"n_{label}"][0], label
        for kpi in data["kpis"]:
            above, below = (sum(state[place] for place in kpi[side]) for side in ("above", "below"))
            assert (above / below if kpi["below"] else above) == table[kpi["column"]][0], kpi["column"]
        assert run["reward"] == table["reward"][0]
    assert tables["FIFO"]["reward"][0] != tables["LWT & <MAX0>"]["reward"][0]


def test_the_changes_give_back_every_state() -> None:
    centre = short_day()
    run = record(chosen(centre, ("lwt", "max0"), days=None, reward=None), 3)
    data = content(centre, {"one": run}, 3)
    (packed,) = data["runs"]
    state, at = np.zeros(run.states.shape[1], np.int64), 0
    for k, n in enumerate(packed["n"]):
        state[packed["number"][at : at + n]] = packed["value"][at : at + n]
        at += n
        np.testing.assert_array_equal(state, run.states[k])
    times = (data["start"] + np.cumsum(packed["times"])) / 10
    assert np.all(times >= run.times) and np.all(times < run.times + 0.1)
    for queue, waits in zip(packed["waits"], run.waits, strict=True):
        starts = (data["start"] + np.cumsum(queue["start"])) / 10
        np.testing.assert_allclose(starts, [wait.start for wait in waits], atol=0.1)
        ends = starts + np.array(queue["length"]) / 10
        np.testing.assert_allclose(ends, [wait.end for wait in waits], atol=0.1)


def test_the_changes_lie_within_the_day(file: Path) -> None:
    data = unpacked(file.read_text())
    for run in data["runs"]:
        times = data["start"] + np.cumsum(run["times"])
        assert np.all(np.diff(times) > 0) and data["start"] <= times[0] and times[-1] <= data["end"]
        assert sum(run["n"]) == len(run["number"]) == len(run["value"]) and len(run["n"]) == len(times)
        acted = data["start"] + np.cumsum(run["acted"])
        assert len(acted) == len(run["action"]) > 20 and np.all(np.diff(acted) >= 0) and acted[-1] <= data["end"]
        assert max(run["action"]) < len(data["actions"]) and 0 not in run["action"]
        for queue in run["waits"]:
            assert min(queue["length"], default=1) > 0
    assert data["end"] == max(data["start"] + sum(run["times"]) for run in data["runs"])


def test_the_page_needs_no_network_and_no_other_file(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"(https?:)?//[a-z]|\bsrc=|<link|@import|url\(", text.partition('<script id="data"')[0])
    assert "{{" not in text and "<title>tiny under LWT &amp; &lt;MAX0&gt; and FIFO</title>" in text
    assert not [path for path in file.parent.iterdir() if path != file]


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        ({}, "one or two"),
        ({name: {} for name in "abc"}, "one or two"),
        (["lwt"], "one or two"),
        ({"a": {"routing": "best"}}, "best"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_leaves_no_file(policies: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        replay(short_day(), policies, path=tmp_path / "day.html")
    assert not list(tmp_path.iterdir())


def test_the_name_of_a_policy_is_text_and_never_a_place_of_the_page(tmp_path: Path) -> None:
    name = "</title><script>{{data}} {{script}}"
    text = replay(short_day(), {name: None}, path=tmp_path / "day.html").read_text("utf-8")

    assert text.count("<script") == 2 and html.escape(name) in text
    assert unpacked(text)["runs"][0]["name"] == name


def test_a_large_centre_shows_its_busiest_first() -> None:
    from ccenv.playback.page import MOST_ROWS
    from ccenv.render.view import busiest

    weights = [k % 7 for k in range(40)]
    top = busiest(weights, MOST_ROWS)
    assert len(top) == MOST_ROWS and top == sorted(top)
    assert min(weights[k] for k in top) >= max(w for k, w in enumerate(weights) if k not in top)


@pytest.mark.slow
def test_a_day_of_the_bank_is_small(tmp_path: Path) -> None:
    path = replay(load_scenario("bank_blended"), {"rules": {}}, path=tmp_path / "day.html")
    assert 10_000 < path.stat().st_size < 1_000_000


#: A browser without a screen draws no frames while its clock runs ahead, so a timer calls for them.
FRAMES = "window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);"


def in_browser(page: Path, fragment: str = "", script: str = "") -> tuple[str, list[str]]:
    """The document after the page, and a script of the test, have run; and what the browser's console says."""
    if not BROWSER:
        pytest.skip("no Chromium or Chrome on the path")
    copy = page.with_name(f"tried_{abs(hash((fragment, script)))}.html")
    text = page.read_text().replace("<head>", f"<head><script>{FRAMES}</script>")
    copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"))
    options = "--headless --no-sandbox --disable-gpu --enable-logging=stderr --virtual-time-budget=20000 --dump-dom"
    profile = f"--user-data-dir={copy.with_suffix('')}"
    done = subprocess.run(
        [BROWSER, *options.split(), profile, f"{copy.as_uri()}{fragment}"], capture_output=True, text=True, timeout=120
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def shown(document: str) -> dict[str, dict[str, Any]]:
    """For each panel of the document its counters and its KPIs."""
    panels = {}
    for part in document.split('<section class="panel"')[1:]:
        attributes = dict(re.findall(r'data-([a-z]+)="([^"]*)"', part.partition(">")[0]))
        kpis = re.findall(r'data-kpi="([^"]*)" data-value="([^"]*)"', part)
        counters = json.loads(html.unescape(attributes["counters"]))
        panels[html.unescape(attributes["run"])] = {"counters": counters, "kpis": {k: float(v) for k, v in kpis}}
    return panels


def test_at_the_end_the_page_shows_the_counters_of_simulate(file: Path, tables: dict[str, KpiTable]) -> None:
    document, console = in_browser(file, "#at=end")
    assert console == [] and 'data-ready="true"' in document
    panels, kpis = shown(document), {kpi["label"]: kpi["column"] for kpi in unpacked(file.read_text())["kpis"]}
    assert list(panels) == list(RULES)
    for name, panel in panels.items():
        table = tables[name]
        assert panel["counters"] == {label: table[f"n_{label}"][0] for label in panel["counters"]}
        assert panel["kpis"] == {
            **{label: table[column][0] for label, column in kpis.items()},
            "reward": table["reward"][0],
        }
        assert len(panel["kpis"]) == 5 and panel["counters"]["offered"] > 0


PLAY = """
const report = {}, wait = (ms) => new Promise((done) => setTimeout(done, ms));
const look = () => ({ now: Number(document.body.dataset.now), label: document.getElementById("play").textContent,
  panels: [...document.querySelectorAll(".panel")].map((panel) => JSON.parse(panel.dataset.counters).offered) });
(async () => {
  while (document.body.dataset.ready !== "true") await wait(20);
  const button = document.getElementById("play"), speed = document.getElementById("speed");
  report.begin = look();
  button.click();
  await wait(1000);
  report.playing = look();
  button.click();
  report.paused = look();
  await wait(500);
  report.still = look();
  speed.value = "3600";
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
  await wait(3000);
  report.over = look();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  report.back = look();
  const slider = document.getElementById("position");
  slider.value = slider.min;
  slider.dispatchEvent(new Event("input"));
  report.scrubbed = look();
  document.body.dataset.report = JSON.stringify(report);
})();
"""


def test_it_plays_pauses_speeds_up_and_is_scrubbed(file: Path) -> None:
    document, console = in_browser(file, script=PLAY)
    assert console == []
    found = re.search(r'data-report="([^"]*)"', document)
    assert found is not None
    report, data = json.loads(html.unescape(found[1])), unpacked(file.read_text())
    assert report["begin"]["now"] == data["start"] and report["begin"]["label"] == "Play"
    assert data["start"] + 1_000 < report["playing"]["now"] < data["end"]  # five minutes in a second, in tenths
    assert report["playing"]["label"] == "Pause"
    assert report["playing"]["panels"][0] > report["begin"]["panels"][0]
    assert report["still"] == report["paused"] and report["paused"]["label"] == "Play"
    assert report["over"]["now"] == data["end"] and report["over"]["label"] == "Play"
    assert report["back"]["now"] == data["end"] - 600
    assert report["scrubbed"] == report["begin"]
