"""Malformed scenarios: each is refused with words that name file, key, value and what is allowed."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.files.reading import read
from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.files.library import find

TINY = read(find("tiny"))
PIECES = "queues.sales.patience_s"
STEADY = {
    "clock": {"kind": "steady", "horizon_s": 5000},
    "queues.sales.arrivals_per_hour": 10,
    "groups.first.staffing": 2,
    "groups.blended.staffing": 2,
    "campaigns.survey.p_answer": 0.2,
    "campaigns.survey.dial_from_s": 0,
    "campaigns.survey.dial_until_s": 86400,
}
FROM = ("campaigns.survey.dial_from_s", 39600)

DISTS = "one of never, constant, exponential, uniform, lognormal, piecewise_hazard, erlang"
PROBABILITY = "must be a number at least 0 and at most 1"
NUMBER = "must be a number at least 0"
HUGE = "must be a number between -1e+15 and 1e+15"
LADDER = "must start with 1 and increase"
NAMES = "may hold letters, digits, _ and - only"
LAST_0 = {"dist": "piecewise_hazard", "from_s": [0, 9], "hazard_per_s": [1, 0]}
QUEUE = {"arrivals_per_hour": 1, "handle_s": 1}
CAMPAIGN = {"p_answer": 0.1, "handle_s": 1}
MISSING = object()

# what is changed, words of the message, then key and value named by it if they are not those of the last change
CASES = [
    # keys of earlier versions
    ({"day_level_law": "gamma"}, "this key is now called day_level_dist"),
    ({"campaigns.survey.law": {"max_per_24h": 3}}, "this key is now called calling_rules"),
    (
        {"queues.sales.handle_s": {"law": "constant", "value_s": 9}},
        "this key is now called dist",
        *("queues.sales.handle_s.law", "constant"),
    ),
    (
        {"queues.sales.handle_s": {"dist": "constant", "value_s": 9, "law": "constant"}},
        "this key is now called dist",
        *("queues.sales.handle_s.law", "constant"),
    ),
    # keys and types
    ({"colour": 1}, "unknown key; allowed here: name, description, clock,"),
    ({"queues.sales.patience": 9}, "unknown key; did you mean 'patience_s'"),
    ({"queues.sales.redial.times": 9}, "unknown key; did you mean 'max_times'?; allowed here: p, delay_s, max_times"),
    ({"queues.new": {"handle_s": 9}}, f"is missing; {NUMBER} or a list", "queues.new.arrivals_per_hour", MISSING),
    ({"queues.sales.handle_s": "fast"}, f"{NUMBER} or a distribution, {DISTS}"),
    ({"queues.sales.handle_s": None}, NUMBER),
    ({"queues.sales.handle_s": -3}, NUMBER),
    ({"queues.sales.handle_s": math.nan}, HUGE),
    ({"queues.sales.arrivals_per_hour.1": math.inf}, HUGE),
    ({"queues.sales.arrivals_per_hour.1": -1}, NUMBER),
    ({"campaigns.survey.leads": 10**16}, HUGE),
    ({"day_level_cv": 1e200}, HUGE),
    ({"queues": []}, "must be a mapping"),
    ({"rules.routing": "fifo"}, "must be a mapping"),
    ({"description": 5}, "must be text"),
    ({"trunks": True}, "must be a whole number at least 1 or null"),
    ({"trunks": 0}, "must be a whole number at least 1 or null"),
    ({"work_conserving": 1}, "must be true or false"),
    ({"clock.kind": "dya"}, "must be one of 'day', 'steady'"),
    ({"groups.first.staffing": 2.5}, "must be a whole number at least 0 or a list of a whole number at least 0 each"),
    ({"groups.first.skills": []}, "must be a list from 1 long of text each"),
    ({"queues.sales.redial.max_times": -1}, "must be a whole number at least 0"),
    ({"rules.routing.params.x": object}, "must be text, a number, true, false, null, a list or a mapping"),
    ({"queues.sales": {1: 2}}, "a key must be text", "queues.sales.1", 1),
    # probabilities
    ({"queues.sales.priority.p": -0.1}, PROBABILITY),
    ({"campaigns.survey.p_answer.2": 1.5}, PROBABILITY),
    ({"campaigns.survey.p_sale": 2}, f"{PROBABILITY} or a list from 1 to 16 long"),
    (
        {"campaigns.survey.p_answer.1": 0.75},
        "p_answer + p_machine + p_busy + p_invalid is 1.05 in slot 1; must be at most 1",
        *("campaigns.survey.p_answer", 0.75),
    ),
    ({"campaigns.survey.contact_number": [0.5, 0.4]}, "the shares sum to 0.9; must sum to 1"),
    ({"campaigns.survey.p_sale": [0.1] * 4}, "has 4 values; contact_number has shares for 3 only"),
    # distributions
    ({"queues.sales.handle_s.dist": "lognorm"}, "weibull, empirical; did you mean 'lognormal'"),
    ({f"{PIECES}.dist": ["never"]}, f"must be {DISTS}"),
    ({PIECES: {"mean_s": 3}}, f"must be {DISTS}", f"{PIECES}.dist", None),
    ({PIECES: {"dist": "lognormal", "mu": 1}}, "is missing; must be a number above 0", f"{PIECES}.sigma", MISSING),
    ({"queues.sales.handle_s.mu": 300}, "makes a mean above 1e8 s"),
    (
        {"queues.sales.handle_s": {"dist": "never"}},
        "only patience_s, drop_after_s, hang_up_s and tolerance_s may be endless",
        "queues.sales.handle_s.dist",
        "never",
    ),
    ({f"{PIECES}.from_s": [0, 30, 30]}, "must start with 0 and increase"),
    ({f"{PIECES}.from_s": [1, 30, 40]}, "must start with 0 and increase"),
    ({f"{PIECES}.hazard_per_s": [0.1, 0.2]}, "has 2 values; from_s has 3"),
    ({f"{PIECES}.from_s": list(range(17))}, "must be a list from 1 to 16 long of a number at least 0 each"),
    ({"queues.sales.wrap_up_s": LAST_0}, "must be above 0, else", "queues.sales.wrap_up_s.hazard_per_s", [1, 0]),
    ({"campaigns.survey.ring_s.low_s": 25}, "must be below high_s = 25"),
    # skills, names, staffing
    ({"groups.first.skills.1": "suport"}, "the queues and campaigns: sales, support, survey; did you mean 'support'"),
    ({"groups.first.skills.1": "sales"}, "stands twice"),
    ({"groups.first.skills": ["support"]}, "no group has it among its skills", "queues.sales", "sales"),
    ({"groups.blended.skills": ["support"]}, "no group has it among its skills", "campaigns.survey", "survey"),
    ({"groups.first.staffing": [0, 0, 0, 0]}, "the group is never staffed; at least one slot must be above 0"),
    (
        {"groups.first.handle_s": {"survey": 5}},
        "must be a queue among the group's skills: sales, support",
        *("groups.first.handle_s.survey", "survey"),
    ),
    ({"groups": {}}, "needs at least one group"),
    ({"campaigns": {}, "queues": {}}, "needs at least one queue or campaign"),
    ({"queues": {"a>b": QUEUE}}, f"a name {NAMES}", "queues.a>b", "a>b"),
    ({"name": "tiny centre"}, NAMES),
    ({"campaigns": {"sales": CAMPAIGN}}, "is also a queue", "campaigns.sales", "sales"),
    # profiles and clock
    (
        {"queues.sales.arrivals_per_hour": [1, 2, 3]},
        "has 3 values; expected 4, one for each slot (32400 s to 39600 s in slots of 1800 s), or a plain number",
    ),
    ({"groups.first.staffing": [1] * 5}, "has 5 values; expected 4"),
    ({"campaigns.survey.p_answer": [0.1] * 3}, "has 3 values; expected 4"),
    ({"clock.slot_s": 600}, "has 4 values; expected 12", "queues.sales.arrivals_per_hour", [24, 36, 30, 18]),
    ({"clock.slot_s": 0}, "must be a number above 0"),
    ({"clock.slot_s": 1e-4}, "makes more than a million slots"),
    ({"clock.close_s": 32400}, "must be after clock.open_s = 32400"),
    (
        {"clock.overtime_s": 86400},
        "closing and overtime_s = 86400 must be over by the next opening, 118800 s",
        *("clock.close_s", 39600),
    ),
    ({"clock.horizon_s": 5}, "has no meaning where clock.kind is day"),
    ({**STEADY, "clock.open_s": 5}, "has no meaning where clock.kind is steady"),
    (
        {**STEADY, "groups.first.staffing": [1, 2]},
        "has 2 values; expected 1, one for each slot (a steady scenario)",
        *("groups.first.staffing", [1, 2]),
    ),
    # dialing
    ({"campaigns.survey.dial_ladder": [1, 4, 2]}, LADDER),
    ({"campaigns.survey.dial_ladder": [2, 4]}, LADDER),
    ({"campaigns.survey.dial_ladder": [1, 65_537]}, "must end at 65536 lines or below"),
    ({"campaigns.survey.leads": "many"}, "must be a whole number at least 0 or one of 'unlimited'"),
    ({"campaigns.survey.dial_until_s": 33300}, "must differ from dial_from_s ="),
    ({"campaigns.survey.dial_from_s": 39600, "campaigns.survey.dial_until_s": 40000}, "could never be dialed", *FROM),
    ({**STEADY, "campaigns.survey.dial_until_s": 100}, "a steady scenario has no time of day"),
    # capacity
    (
        {"groups.first.staffing": 100, "size_class": "S"},
        "is too small for the table advisors (needs 103, has 64); choose M",
    ),
    (
        {"groups.first.staffing": 20_000},
        "size class XL is too small for the table advisors (needs 20003, has 10000); no size class is larger",
        *("size_class", MISSING),
    ),
    ({"groups.first.staffing": 5000, "size_class": "L"}, "(needs 5003, has 1024); choose XL"),
    ({"size_class": "XXL"}, "must be one of 'S', 'M', 'L', 'XL' or null"),
    # overrides themselves
    (
        {"queues.sale.handle_s": 3},
        "one of the queues: sales, support; did you mean 'sales'",
        "queues.sale.handle_s",
        "sale",
    ),
    ({"groups.first.staffing.4": 3}, "must be an index of the list, 0 to 3", "groups.first.staffing.4", "4"),
    ({"groups.first.staffing.-1": 3}, "must be an index of the list, 0 to 3", "groups.first.staffing.-1", "-1"),
    ({"groups.first.skills.2.p": 3}, "must be an index of the list, 0 to 1", "groups.first.skills.2.p", "2"),
    (
        {"queues.support.handle_s.mean_s": 3},
        "queues.support.handle_s is a plain value here and has no keys",
        *("queues.support.handle_s.mean_s", 200),
    ),
    ({"variants.a": 3}, "must be a mapping"),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{list(changes)[-1]}-{words[:30]}" for changes, words, *_ in CASES])
def test_refused_with_file_key_value_and_what_is_allowed(case):
    changes, words, *named = case
    key, value = named or list(changes.items())[-1]
    with pytest.raises(ScenarioError) as caught:
        load_scenario("tiny", **changes)
    error, message = caught.value, str(caught.value)
    assert error.key == key
    if value is MISSING:
        assert f": {key}: " in message
    else:
        assert error.value == value or repr(error.value) == repr(value)
        assert f": {key} = " in message
    assert words in message
    assert message.startswith("tiny.yaml with ")
    assert isinstance(error, ValueError)


def test_the_steady_base_of_the_cases_is_valid():
    load_scenario("tiny", **STEADY)


def keys(value, before=()):
    """Every dotted key of plain data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield ".".join([*before, str(name)])
        yield from keys(item, [*before, str(name)])


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["never", "sales"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["dist", "p", "a"]), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.WorthlessGoalsWarning")
@settings(max_examples=400)
@given(st.sampled_from([k for k in keys(TINY) if not k.startswith(("sources", "variants"))]), JUNK)
def test_any_value_anywhere_is_accepted_or_refused_with_its_key(key, value):
    """A warning about the reward is an answer, too: it is not the subject here."""
    try:
        scenario = load_scenario(TINY, **{key: value})
    except ScenarioError as error:
        assert str(error).startswith(f"mapping with {key}: ")
        assert error.key
    else:
        assert np.isfinite(scenario.config()["finish"]).all()


FILES = [
    (b"a: 1\nb: 2\na: 3\n", "bad.yaml: a: line 3, column 1: the key 'a' stands twice"),
    (b"queues:\n  q: {handle_s: 1, handle_s: 2}\n", "line 2, column 20: the key 'handle_s' stands twice"),
    (b"a: [1, 2\nb: 3\n", "bad.yaml: not valid YAML: line 2"),
    (
        b"a: !!python/object:os.system {}\n",
        "bad.yaml: not valid YAML: line 1, column 4: could not determine a constructor",
    ),
    (b"", "bad.yaml: is empty; must be a mapping of keys to values"),
    (b"- a\n", "bad.yaml: must be a mapping of keys to values, is list"),
    (b"a: \xff\n", "bad.yaml: cannot be read as UTF-8 text"),
    (b"[1, 2]: 3\n", "line 1, column 1: a key must be text"),
    (b"a: &x {b: *x}\n", "bad.yaml: line 1, column 11: the document contains itself"),
    (b"name: x\n", "bad.yaml: description: is missing; must be text"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_files_that_are_no_scenarios(tmp_path, content, words):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("tin", "tin: no such scenario; the library has "),
        ("tin", "did you mean 'tiny'?"),
        ("a/b", "a/b: there is no such file"),
        ("none.yaml", "none.yaml: there is no such file"),
        ("x" * 5000, "cannot be read as a file"),
        (5, "mapping: must be a mapping of keys to values, is int"),
    ],
)
def test_sources_that_are_none(source, words):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(source)
    assert words in str(caught.value)


def test_the_error_carries_its_parts_and_survives_pickling():
    with pytest.raises(ScenarioError) as caught:
        load_scenario("tiny", **{"trunks": 0})
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.file, error.key, error.value) == ("tiny.yaml with trunks", "trunks", 0)
    assert str(error) == str(caught.value)
