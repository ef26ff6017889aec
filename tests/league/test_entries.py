"""Entries by the texts that name them, and their processes."""

import io
import json
import sys

import numpy as np
import pytest

from ccenv.league import LeagueError, player, score, suite_of
from ccenv.league.entries import entries_of, entry_of, who_plays
from ccenv.league.seat import Seat, told_interface
from ccenv.scenarios import load_scenario
from tests.serving.make_golden_bundle import FOLDER

TINY = suite_of("tiny")
FIRST = "def policy(obs, mask):\n    return int(mask.argmax())\n"


def written(path, text=FIRST):
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/nowhere/bundle", "names nothing that is there; allowed: the folder of a bundle, an .onnx file"),
        ("/nowhere/graph.onnx", "there is no such file"),
        ("no_such_module_at_all:policy", "Python finds no module no_such_module_at_all"),
        ("headline=/nowhere", "cell of the suite tiny = 'headline'; allowed: tiny"),
    ],
)
def test_a_source_that_is_not_there_is_named(source, said):
    with pytest.raises(LeagueError, match=said):
        entry_of(source, TINY)


def test_no_source_is_refused():
    with pytest.raises(LeagueError, match="allowed: one or more of"):
        score([], "tiny")


def test_a_leader_runs_on_confirmation_days_alone(tmp_path):
    with pytest.raises(LeagueError, match="confirm = False; allowed: a leader runs on confirmation days"):
        score(written(tmp_path / "first.py"), "tiny", leader=["other.py"])


def test_a_digest_covers_all_files_of_an_entry(tmp_path):
    (tmp_path / "mine").mkdir()
    written(tmp_path / "mine" / "policy.py")
    (tmp_path / "mine" / "weights.txt").write_text("1")
    one = entry_of(str(tmp_path / "mine"), TINY)
    (tmp_path / "mine" / "weights.txt").write_text("2")

    assert (one.kind, one.player["name"]) == ("python", "policy")
    assert entry_of(str(tmp_path / "mine"), TINY).digest != one.digest


def test_a_module_is_found_and_not_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    written(tmp_path / "mine_of_this_test.py", "raise RuntimeError\n")
    entry = entry_of("mine_of_this_test:policy", TINY)

    assert entry.player == {"module": "mine_of_this_test", "name": "policy"}
    assert "mine_of_this_test" not in sys.modules


def test_an_entry_for_one_cell_plays_it_first(tmp_path):
    path = written(tmp_path / "first.py")
    entries = entries_of([path, f"tiny={path}"], TINY)

    assert who_plays(entries, TINY) == {"tiny": 1}


def test_a_bundle_of_another_interface_is_named():
    with pytest.raises(LeagueError, match=r"source = 'n_design=.*does not fit the cell n_design: queue"):
        who_plays(entries_of([f"n_design={FOLDER}"], suite_of("headline")), suite_of("headline"))
    with pytest.raises(LeagueError, match="no source fits a cell of the suite headline"):
        who_plays(entries_of([FOLDER], suite_of("headline")), suite_of("headline"))


def test_a_graph_fits_by_its_sizes():
    graph = entry_of(str(FOLDER / "policy.onnx"), TINY)

    assert graph.kind == "graph"
    assert "the graph takes" in graph.misfit(load_scenario("n_design"))


def served(entry, frames, centre=None):
    """What the process of an entry answers to frames, as (kind, content)."""
    told = {"entry": entry, "interface": told_interface(centre or TINY.cell("tiny").centre())}
    read, write = io.BytesIO(), io.BytesIO()
    for kind, content in [(player.ENTER, json.dumps(told).encode()), *frames]:
        player.send(read, kind, content)
    read.seek(0)
    player.play(read, write)
    write.seek(0)
    answers = []
    while (answer := player.receive(write))[0]:
        answers.append(answer)
    return answers


def rows(n=2):
    centre = TINY.cell("tiny").centre()
    n_obs, n_actions = len(told_interface(centre)["observations"]), len(centre.catalogue)
    rng = np.random.default_rng(0)
    return rng.random((n, n_obs), np.float32), rng.random((n, n_actions)) < 0.5, rng.random(n), np.arange(n) == 0


def test_what_is_sent_is_what_is_received():
    sent = rows(3)

    for before, after in zip(sent, player.unpacked(player.packed(*sent), *(x.shape[1] for x in sent[:2])), strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)


def test_the_memory_of_a_policy_stays_in_its_process(tmp_path):
    text = """
import numpy as np

class Counts:
    def __init__(self, interface):
        self.n = len(interface["actions"])

    def act(self, obs, mask, state, u, starts):
        state = np.zeros(len(u), int) if state is None else state + 1
        return state, state

policy = Counts
"""
    entry = {"file": written(tmp_path / "counts.py", text), "name": "policy"}
    content = player.packed(*rows())

    answers = served(entry, [(player.BEGIN, content), (player.GO_ON, content), (player.BEGIN, content)])

    assert [np.frombuffer(answer, "<i8").tolist() for _, answer in answers[1:]] == [[0, 0], [1, 1], [0, 0]]


def test_a_policy_may_leave_a_centre_out(tmp_path):
    entry = {"file": written(tmp_path / "none.py", "def policy(interface):\n    return None\n"), "name": "policy"}

    assert json.loads(served(entry, [])[0][1])["plays"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "has no 'policy'"),
        ("policy = 3\n", "policy = 3; allowed"),
        ("class policy:\n    def __init__(self, interface): pass\n", "allowed"),
    ],
)
def test_what_is_no_policy_is_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        served({"file": written(tmp_path / "bad.py", text), "name": "policy"}, [])


def test_actions_that_are_no_whole_numbers_are_refused(tmp_path):
    text = "class P:\n    def act(self, obs, mask, state, u, starts):\n        return u, state\npolicy = P()\n"

    with pytest.raises(ValueError, match=r"act gave float64 of shape \(2,\); allowed: whole numbers"):
        served(
            {"file": written(tmp_path / "real.py", text), "name": "policy"}, [(player.BEGIN, player.packed(*rows()))]
        )


def test_a_policy_that_fails_is_named_and_its_process_ends(tmp_path):
    entry = entry_of(written(tmp_path / "bad.py", "raise KeyError('weights')\n"), TINY)

    with pytest.raises(LeagueError, match=r"bad.py: the policy failed: KeyError: 'weights'"):
        Seat(entry, TINY.cell("tiny").centre())


def test_a_late_policy_is_named_and_its_process_ends(tmp_path):
    entry = entry_of(written(tmp_path / "late.py", "import time\ntime.sleep(60)\n"), TINY)

    with pytest.raises(LeagueError, match=r"late.py: no answer in 0.1 s"):
        Seat(entry, TINY.cell("tiny").centre(), answer_s=0.1)
