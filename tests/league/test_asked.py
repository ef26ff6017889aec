"""Cells that ask seldom, show the past or show little; each is played by an entry in a process of its own."""

import io
import json

import msgspec
import numpy as np
import pytest

from ccenv.league import LeagueError, player, score, suite_of, table, verify, write_scores
from ccenv.league.asked import AT_ONCE, Asked, View
from ccenv.league.declared import Cell, cells_of, declared
from ccenv.league.entries import entries_of, entry_of, who_plays
from ccenv.league.seat import Seat, told_interface
from ccenv.seeds import seeds
from ccenv.sim.state.codes import DAY_S
from ccenv.supervisor import LinearSupervisor, SupervisedDays, supervise
from tests.serving.make_golden_bundle import FOLDER

DAYS = 3
NAMES = ("queue_length:a", "idle:b", "time_of_day_s")
TINY = suite_of("tiny").cell("tiny")
PACING = ("progressive_unreserved", {"reserve": 2.0})
EVENTS = "def policy(obs, mask):\n    return int(mask.argmax())\n"
READS = "policy.reads = ['queue_length:sales', 'idle:blended']\n"
SEES = """
import numpy as np

class Sees:
    {reads}
    def __init__(self, interface):
        self.clock = interface["observations"].index("time_of_day_s")

    def act(self, obs, mask, state, u, starts):
        return {returns}, state

policy = Sees
"""
BARE = """
class Policy:
    routing, pacing, settable = "lwt", ("progressive_unreserved", {}), None

    def steer(self, obs, state, starts):
        return obs[:, :1], state

policy = Policy()
"""
COUNTS = """
class Policy:
    routing, pacing, settable = "lwt", ("progressive_unreserved", {}), ["pacing.reserve"]

    def enter(self, observations, parameters):
        self.high = parameters[observations[-1]][1]

    def steer(self, obs, state, starts):
        state = 0 if state is None else state + 1
        return [[self.high + state + start] for start in starts], state

policy = Policy()
"""


@pytest.fixture(scope="module", autouse=True)
def cells():
    """A suite of few days whose cells ask in different ways."""
    asked = {
        "tiny": AT_ONCE,
        "tiny-2min": Asked(interval_s=120.0),
        "tiny-old": Asked(delay_s=30.0),
        "tiny-few": Asked(fields=2),
    }
    before = suite_of("tiny")
    made = {name: Cell(name, "tiny", "tiny", {}, {}, None, DAYS, each) for name, each in asked.items()}
    scales = dict.fromkeys(made, before.scales["tiny"])
    suite = msgspec.structs.replace(before, cells=made, scales=scales)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("scoring", "verifying", "board"):
            patch.setattr(f"ccenv.league.{module}.suite_of", lambda name: suite)
        yield suite


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory):
    """A linear policy that sets the reserve, and the folder by which it enters."""
    settable = ["pacing.reserve"]
    centre = SupervisedDays(TINY.centre(), 120.0, settable=settable, routing="lwt", pacing=PACING, n=1)
    policy = LinearSupervisor(
        "tiny", 120.0, ("lwt", {}), PACING, settable, centre.observations, centre.parameters, ["queue_length"], [0.0],
        [0.1], centre.start, [[0.5]],
    )  # fmt: skip
    return policy, str(policy.save(tmp_path_factory.mktemp("supervisor")))


def observed(*rows):
    """Observations of (queue, idle, time in seconds)."""
    return np.array([(queue, idle, time / DAY_S) for queue, idle, time in rows], np.float32)


STARTS, GOES_ON = np.ones(1, np.bool_), np.zeros(1, np.bool_)


def shown(view, *rows):
    """What is seen of each of some decisions of one row, by the number of its queue."""
    return [
        float(view.of(observed(row), STARTS if k == 0 else GOES_ON)[0, 0]) for k, row in enumerate(rows)
    ]  # fmt: skip


def test_the_latest_observation_of_the_age_is_seen():
    times = (100.0, 103.0, 106.0, 120.0, 131.0, 140.0, 180.0)

    assert shown(View(Asked(delay_s=30.0), NAMES, None), *((k, 0, t) for k, t in enumerate(times))) == [
        0, 0, 0, 0, 0, 2, 5
    ]  # fmt: skip
    assert shown(View(AT_ONCE, NAMES, None), (1, 0, 5.0), (2, 0, 6.0)) == [1, 2]


def test_an_episode_and_each_row_have_a_past_of_their_own():
    view = View(Asked(delay_s=5.0), NAMES, None)
    view.of(observed((1, 0, 10.0), (2, 0, 10.0)), np.ones(2, np.bool_))
    seen = view.of(observed((3, 0, 20.0), (4, 0, 20.0)), np.array([True, False]))

    assert seen[:, 0].tolist() == [3, 2]


def test_yesterday_is_older_than_this_morning():
    view = View(Asked(delay_s=60.0), NAMES, None)

    decisions = (1, 0, 49_990.0), (2, 0, 50_000.0), (3, 0, 30_000.0), (4, 0, 30_030.0), (5, 0, 30_070.0)

    assert shown(view, *decisions) == [1, 1, 2, 2, 3]


def test_what_is_not_read_is_not_seen():
    obs = observed((3, 4, 5.0))
    seen = View(Asked(fields=2), NAMES, ["idle:b"]).of(obs, STARTS)

    assert seen.tolist() == [[0, 4, 0]] and obs[0, 0] == 3


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ([], r"reads = \[\]; allowed: 1 to 2 numbers"),
        (NAMES, r"reads = .*; allowed: 1 to 2 numbers"),
        (["idle:c"], r"reads: 'idle:c'; allowed: a number of the observation; did you mean 'idle:b'"),
    ],
)
def test_reads_that_do_not_fit_are_refused(reads, said):
    with pytest.raises(LeagueError, match=said):
        View(Asked(fields=2), NAMES, reads)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(interval_s=0.0), r"cells.tiny.asked.interval_s = 0.0; allowed: a number of seconds above 0"),
        (Asked(delay_s=-1.0), r"cells.tiny.asked.delay_s = -1.0; allowed: 0 or more"),
        (Asked(fields=0), r"cells.tiny.asked.fields = 0; allowed: 1 or more"),
    ],
)
def test_a_cell_that_asks_wrongly_is_refused(asked, said):
    wrong = msgspec.structs.replace(declared()["tiny"].cells["tiny"], asked=asked)
    with pytest.raises(LeagueError, match=said):
        cells_of(msgspec.structs.replace(declared()["tiny"], cells={"tiny": wrong}))


def test_a_cell_that_asks_as_usual_has_the_digest_that_it_had():
    assert b"asked" not in msgspec.json.encode(TINY)
    assert b"asked" in msgspec.json.encode(suite_of("deployable").cell("bank_blended-15s"))


def entered(folder, text, name="entry.py"):
    (folder / name).write_text(text)
    return str(folder / name)


def test_neither_the_present_nor_what_is_not_read_reaches_the_process(tmp_path):
    text = SEES.format(
        reads="reads = ['queue_length:sales', 'time_of_day_s']",
        returns="np.rint(864_000 * obs[:, self.clock]).astype(int) + (obs != 0).sum(axis=1)",
    )
    names, asked = told_interface(TINY.centre())["observations"], Asked(delay_s=30.0, fields=2)
    answers = []
    with Seat(entry_of(entered(tmp_path, text), suite_of("tiny")), TINY.centre(), asked=asked) as seat:
        for k, time in enumerate((1_000, 1_010, 1_041)):
            obs = np.ones((1, len(names)), np.float32)
            obs[0, names.index("time_of_day_s")] = time / DAY_S
            mask = np.ones((1, len(TINY.centre().catalogue)), np.bool_)
            answers += seat.act(obs, mask, k or None, np.zeros(1), STARTS if k == 0 else GOES_ON)[0].tolist()

    assert answers == [10_002, 10_002, 10_102]


def test_a_supervisor_is_judged_beside_the_opponents_and_verified(supervisor, cells, tmp_path):
    policy, folder = supervisor
    scores = score(f"tiny-2min={folder}", "tiny", name="supervisor")
    found = scores.cells["tiny-2min"]
    days = seeds("evaluation", DAYS)
    here = supervise(TINY.centre(), policy, seeds=days, interval_s=120.0, reward=TINY.centre().reward)

    assert list(scores.cells) == ["tiny-2min"] and found.owns == "parameters"
    assert found.actors["policy"].value == here["reward"].tolist()
    assert set(found.actors) == {"policy", "P0", "P1", "P2"} and len(set(map(str, found.actors.values()))) > 2
    path = write_scores(tmp_path / "scores.json", scores)
    assert verify(path, share=1.0).first is None
    assert "3 days; parameters set every 120 s." in table([path])


def plays(source, asked):
    """Whether the process of an entry would play a cell that asks so."""
    return player.policy_of(entry_of(source, suite_of("tiny")).player, told_interface(TINY.centre(), asked)) is not None


def test_each_entry_plays_what_it_can(supervisor, cells, tmp_path):
    ways = [cell.asked for cell in cells.cells.values()]
    events = entered(tmp_path, EVENTS, "events.py")
    few = entered(tmp_path, EVENTS + READS, "few.py")

    assert [plays(supervisor[1], asked) for asked in ways] == [False, True, False, False]
    assert not plays(supervisor[1], Asked(interval_s=60.0))
    assert [plays(events, asked) for asked in ways] == [True, False, True, False]
    assert [plays(few, asked) for asked in ways] == [True, False, True, True]
    assert not any(plays(entered(tmp_path, BARE, "bare.py"), asked) for asked in ways if asked.interval_s is None)
    with pytest.raises(LeagueError, match=r"cell tiny-2min: parameters set every 120 s; allowed: a Python policy"):
        who_plays(entries_of([f"tiny-2min={FOLDER}"], cells), cells)
    assert set(who_plays(entries_of([FOLDER], cells), cells)) == {"tiny", "tiny-old"}


def test_a_supervisor_that_answers_wrongly_is_refused(tmp_path):
    told = {
        "entry": {"file": entered(tmp_path, BARE), "name": "policy"},
        "interface": told_interface(TINY.centre(), Asked(interval_s=120.0)),
    }
    parameters = {"observations": ["a", "b"], "parameters": {"b": [0, 1], "c": [0, 1]}}
    read, write = io.BytesIO(), io.BytesIO()
    player.send(read, player.ENTER, json.dumps(told).encode())
    player.send(read, player.PARAMETERS, json.dumps(parameters).encode())
    player.send(read, player.BEGIN, player.packed_rows(np.ones((3, 2), np.float32), np.ones(3, np.bool_)))
    read.seek(0)

    with pytest.raises(ValueError, match=r"steer gave shape \(3, 1\); allowed: finite numbers of shape \(3, 2\)"):
        player.play(read, write)


def test_the_parameters_of_a_supervisor_reach_it_and_its_memory_stays(tmp_path):
    entry = {"file": entered(tmp_path, COUNTS), "name": "policy"}
    told = {"entry": entry, "interface": told_interface(TINY.centre(), Asked(interval_s=120.0))}
    rows = player.packed_rows(np.ones((2, 3), np.float32), np.array([True, False]))
    read, write = io.BytesIO(), io.BytesIO()
    player.send(read, player.ENTER, json.dumps(told).encode())
    parameters = {"observations": ["a", "b", "c"], "parameters": {"c": [0.0, 4.0]}}
    player.send(read, player.PARAMETERS, json.dumps(parameters).encode())
    for kind in (player.BEGIN, player.GO_ON, player.BEGIN):
        player.send(read, kind, rows)
    read.seek(0)
    player.play(read, write)
    write.seek(0)

    ready = json.loads(player.receive(write)[1])
    assert (ready["plays"], ready["routing"], ready["settable"]) == (True, "lwt", ["pacing.reserve"])
    assert player.receive(write) == (player.READY, b"")
    answers = [np.frombuffer(player.receive(write)[1], "<f8").tolist() for _ in range(3)]
    assert answers == [[5.0, 4.0], [6.0, 5.0], [5.0, 4.0]]  # upper bound, calls, starts


def test_the_suite_deployable_asks_in_five_ways():
    suite = suite_of("deployable")
    ways = {cell.asked for cell in suite.cells.values()}

    assert ways == {
        Asked(interval_s=15.0), Asked(interval_s=60.0), Asked(delay_s=5.0), Asked(delay_s=30.0), Asked(fields=6)
    }  # fmt: skip
    assert len(suite.cells) == len(ways) * len({cell.scenario for cell in suite.cells.values()})
    library = suite_of("library").scales
    assert all(suite.scales[name] == library[cell.scenario] for name, cell in suite.cells.items())
