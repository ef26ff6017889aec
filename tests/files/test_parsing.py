"""Hostile and odd files of every kind are refused at once, by name."""

import os
import random
import signal
import socket
from collections import OrderedDict, UserDict, UserList, UserString, deque
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

import numpy as np
import pytest

from ccenv.files.errors import MOST_PROBLEMS
from ccenv.files.parsing import parse
from ccenv.files.reading import plain_mapping, read
from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.files.library import find

TINY = find("tiny").read_text(encoding="utf-8")
MOST_CPU_S = 60  # the largest file takes about 1; one that is expanded takes hours


def bomb(levels, opening="[", closing="]", part="{value}"):
    lines = ["a0: &a0 1"]
    for level in range(1, levels + 1):
        parts = ", ".join(part.format(n=n, value=f"*a{level - 1}") for n in range(10))
        lines.append(f"a{level}: &a{level} {opening}{parts}{closing}")
    return "\n".join(lines)


def merges(levels):
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{k}: &a{k} {{<<: [*a{k - 1}, *a{k - 1}], k{k}: *a{k - 1}}}" for k in range(1, levels)]
    return "\n".join(lines)


HOSTILE = {
    "lists of aliases": (bomb(9), "the aliases must stand for at most 200,000 values"),
    "six levels": (bomb(6), "the aliases must stand for at most 200,000 values"),
    "mappings of aliases": (bomb(9, "{", "}", "k{n}: {value}"), "the aliases must stand for at most 200,000 values"),
    "merged aliases": (merges(60), "the aliases must stand for at most 200,000 values"),
    "deep lists": ("a: " + "[" * 100_000, "must have at most 50 levels of lists and mappings"),
    "deep mappings": ("{a: " * 100_000, "must have at most 50 levels"),
    "deep blocks": ("- " * 100_000, "must have at most 50 levels"),
    "deep lines": ("".join(" " * n + "a:\n" for n in range(2_000)), "line 51, column 51: must have at most 50 levels"),
    "deep aliases": (
        "a0: &a0 [1]\n" + "\n".join(f"a{k}: &a{k} [*a{k - 1}]" for k in range(1, 99)),
        "at most 50 levels",
    ),
    "long text": ("name: " + "x" * 3_000_000, "must have at most 65,536 characters"),
    "long number": ("trunks: " + "9" * 1_000_000, "must be a number between"),
    "large file": ("a: 1\n" * 1_000_000, "is too large; must have at most 4,194,304 bytes"),
    "many values": ("a: [" + "1," * 400_000 + "]", "must have at most 300,000 values"),
    "many repeated keys": ("a: 1\n" * 400_000, "line 2, column 1: the key 'a' stands twice"),
    "many unknown keys": ("".join(f"arivals{n}: 1\n" for n in range(50_000)), "arivals0 = 1: unknown key"),
    "binary": (random.Random(1).randbytes(4_000), "is a binary file"),
    "zeros": (b"\0" * 4_000, "is a binary file"),
    "utf-16": (TINY.encode("utf-16"), "cannot be read as UTF-8 text: line 1: byte 0xff"),
    "latin-1": ("a: 1\nname: caf\xe9\n".encode("latin-1"), "cannot be read as UTF-8 text: line 2: byte 0xe9"),
    "control": ("a: b\nc: \x07\n", "not valid YAML: line 2: character 0x07 is not allowed"),
    "tab": ("name:\n\tx: 1\n", "line 2, column 1: found character that cannot start any token; indent with spaces"),
    "two documents": (TINY + "---\n" + TINY, "a second document begins; a file holds one"),
    "empty": ("", "is empty; must be a mapping of keys to values"),
    "comment": ("# nothing\n", "is empty; must be a mapping"),
    "list": ("- 1\n", "must be a mapping of keys to values, is list"),
    "text": ("hello\n", "must be a mapping of keys to values, is str"),
    "number": ("7\n", "must be a mapping of keys to values, is int"),
    "repeated key": (TINY + "name: x\n", "the key 'name' stands twice"),
    "repeated inner key": (
        "clock: {kind: day, kind: day}",
        "clock.kind: line 1, column 20: the key 'kind' stands twice",
    ),
    "repeated merge": ("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", "the key '<<' stands twice"),
    "merge of text": ("b: {<<: x}\n", "b.<< = 'x': line 1, column 9: must be a mapping or a list of mappings"),
    "number as key": ("1: 2\n", "a key must be text: write it in quotes"),
    "null as key": ("~: 2\n", "a key must be text"),
    "list as key": ("[1, 2]: 3\n", "line 1, column 1: a key must be text"),
    "alias as key": ("a: &a [1]\n*a : 3\n", "a key must be text, is a list"),
    "no anchor": ("a: *x\n", "found undefined alias 'x'"),
    "itself": ("a: &a [1, *a]\n", "the document contains itself"),
    "object": ("a: !!python/object/apply:os.system ['x']\n", "could not determine a constructor for the tag"),
    "own tag": ("a: !mine 1\n", "could not determine a constructor for the tag '!mine'; allowed: !!str, !!bool"),
    "wrong tag": ("a: !!int 3.5\n", "is not of the type !!int"),
    "infinite": ("trunks: .inf\n", "trunks = '.inf': must be a whole number"),
    "beyond floats": ("day_level_cv: 1e400\n", "day_level_cv = inf: must be a number between"),
    "not a number": ("day_level_cv: .nan\n", "day_level_cv = '.nan': must be a number"),
    "number as text": ("day_level_cv: '0.1'\n", "day_level_cv = '0.1': must be a number"),
}


@pytest.fixture
def bounded():
    """Fail the test after `MOST_CPU_S` of CPU time of this process, whatever else the machine does."""

    def stop(number, frame):
        pytest.fail(f"not refused within {MOST_CPU_S} CPU seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_time_by_name(bounded, tmp_path, kind):
    content, words = HOSTILE[kind]
    path = tmp_path / "bad.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith("bad.yaml: ")
    assert len(str(caught.value)) < 20_000
    assert len(caught.value.problems) <= MOST_PROBLEMS


def test_what_is_no_file_is_never_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    monkeypatch.chdir(tmp_path)
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket.yaml")
    try:
        for source, words in (
            (tmp_path / "pipe.yaml", "pipe.yaml: is a pipe; must be a YAML file"),
            (tmp_path / "folder.yaml", "folder.yaml: is a folder"),
            (str(tmp_path), "is a folder"),
            ("./", "is a folder"),
            (tmp_path / "socket.yaml", "socket.yaml: is a socket"),
            ("/dev/zero", "zero: is a device"),
            ("/dev/null", "null: is a device"),
            (tmp_path / "loop.yaml", "there is no such file"),
            (tmp_path / "none.yaml", "there is no such file"),
            ("folder.yaml/x.yaml", "there is no such file"),
            ("a\0b.yaml", "there is no such file"),
            ("~nobody-here/x.yaml", "cannot be read as a file"),
            ("", "no such scenario"),
        ):
            with pytest.raises(ScenarioError) as caught:
                load_scenario(source)
            assert words in str(caught.value)
    finally:
        server.close()


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    path = tmp_path / "mine.yaml"
    path.write_text(TINY, encoding="utf-8")

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ScenarioError, match=r"^mine.yaml: cannot be read as a file: Permission denied$"):
        load_scenario(path)


def test_home_stands_for_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.yaml").write_text(TINY, encoding="utf-8")
    assert load_scenario("~/mine.yaml").digest == load_scenario("tiny").digest


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: "---\n" + t])
def test_odd_but_sound_files_are_read(tmp_path, change):
    path = tmp_path / "tiny.yaml"
    path.write_bytes(change(TINY).encode())
    assert read(path) == read(find("tiny"))


def test_anchors_and_merge_keys_are_expanded():
    text = """
    base: &base {a: 1, b: [1, 2]}
    more: &more {b: 3, c: 4}
    one: {<<: *base, d: 5}
    own wins: {b: 0, <<: *base}
    first wins: {<<: [*base, *more]}
    inline: {<<: {x: 1}, y: 2}
    quoted: {"<<": 1}
    list: [*base, *base]
    &key name: *key
    """
    data, problems = parse(text)
    assert problems == []
    base = {"a": 1, "b": [1, 2]}
    assert data["one"] == {**base, "d": 5}
    assert data["own wins"] == {"a": 1, "b": 0}
    assert data["first wins"] == {**base, "c": 4}
    assert data["inline"] == {"x": 1, "y": 2}
    assert data["quoted"] == {"<<": 1}
    assert data["name"] == "name"
    data["list"][0]["b"].append(3)
    assert data["list"][1] == data["base"] == base


def test_scalars_are_those_of_yaml_1_2():
    text = "[no, 9:30, 1e-3, .5, 1., 0x10, 007, 1_000, true, null, ~, '1', -0, +5, !!str 1, !!float 1, 2001-01-01]"
    values, _ = parse(text)
    assert values == [
        *("no", "9:30", 0.001, 0.5, 1.0, "0x10", "007", "1_000", True, None, None, "1", 0, 5, "1", 1.0, "2001-01-01")
    ]
    assert [type(value) for value in values[12:16]] == [int, int, str, float]


class Kind(str, Enum):  # noqa: UP042  # unlike StrEnum, its `str` is not its text
    DAY = "day"


def test_mappings_and_sequences_of_any_kind_are_taken():
    data = {
        "mappings": [MappingProxyType({"a": 1}), UserDict(a=1), OrderedDict(a=1)],
        "sequences": [(1, 2), deque([1, 2]), UserList([1, 2]), range(1, 3), np.array([1, 2], np.int8)],
        "numbers": [np.float32(0.5), np.array(0.5), Decimal("0.5")],
        "text": [np.str_("x"), UserString("x")],
        "words": Kind.DAY,
        "flags": [np.True_, np.array([True])],
    }
    assert plain_mapping(UserDict(data), "mapping") == {
        "mappings": [{"a": 1}] * 3,
        "sequences": [[1, 2]] * len(data["sequences"]),
        "numbers": [0.5] * 3,
        "text": ["x", "x"],
        "words": "day",
        "flags": [True, [True]],
    }
    assert type(plain_mapping({"a": Kind.DAY}, "mapping")["a"]) is str


def test_a_series_of_pandas_is_taken():
    pandas = pytest.importorskip("pandas")
    assert plain_mapping({"a": pandas.Series([1, 2])}, "mapping") == {"a": [1, 2]}


def test_containers_of_omegaconf_are_taken():
    omegaconf = pytest.importorskip("omegaconf")
    data = read(find("tiny"))
    assert load_scenario(omegaconf.OmegaConf.create(data)).digest == load_scenario(data).digest
    with pytest.raises(ScenarioError, match="mapping: cannot be read: "):
        load_scenario(omegaconf.OmegaConf.create({**data, "trunks": "${nowhere}"}))


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def shared(levels):
    value = [1.0] * 10
    for _ in range(levels):
        value = [value] * 10
    return value


ITSELF: list = []
ITSELF.append(ITSELF)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (shared(8), "must stand for at most 200,000 values"),
        (shared(5), "must stand for at most 200,000 values"),
        (nested(100_000), "stands in more than 50 lists and mappings"),
        (ITSELF, "the document contains itself"),
        ([1] * 2_000_000, "must have at most 1,500,000 values"),
        (10**5_000, "must be a number between -1e+15 and 1e+15"),
        (float("nan"), "name = nan: must be a number between"),
        (Decimal("inf"), "must be a number between"),
        ({1, 2}, "must be text, a number, true, false, null, a list or a mapping"),
        (b"x", "must be text, a number"),
        (1j, "must be text, a number"),
        (np.datetime64("2001-01-01"), "must be text, a number"),
        ("x" * 100_000, "must have at most 65,536 characters"),
        ({1: 2}, "name.1 = 1: a key must be text: write it in quotes"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 99 else type(value).__name__,
)
def test_a_hostile_value_is_refused_in_bounded_time(bounded, value, words):
    with pytest.raises(ScenarioError) as caught:
        load_scenario({"name": value})
    assert words in str(caught.value)
