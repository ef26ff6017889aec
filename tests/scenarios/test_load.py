"""Sources, variants, overrides and the digest."""

import copy
import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml

from ccenv.batch import Batch
from ccenv.files.reading import read
from ccenv.scenarios import ScenarioError, list_scenarios, load_scenario
from ccenv.scenarios.check.reward_trap import RewardTrapWarning, check_reward
from ccenv.scenarios.files.library import LIBRARY, find
from ccenv.scenarios.files.overrides import changed_file
from ccenv.scenarios.files.sources import figures, unsourced, unused

TINY = read(find("tiny"))
# If this changes, scenarios mean something else than before, or nobody can tell: say so in the CHANGELOG.
TINY_DIGEST = "09072f6977195043b3293f1e3048b5f8aeb49055090c56b45a098d75a5e1dec3"


def write(folder: Path, data: dict) -> Path:
    path = folder / "centre.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return path


@pytest.mark.parametrize("name", list_scenarios())
def test_library_scenario_and_its_variants_load_and_say_where_figures_come_from(name):
    data = read(find(name))
    assert load_scenario(name).name == data["name"] == name
    for variant in data.get("variants", {}):
        load_scenario(name, variant=variant)
    assert unsourced(data) == []
    assert unused(data) == []


def test_name_path_mapping_and_scenario_give_the_same(tmp_path):
    by_name = load_scenario("tiny")
    path = write(tmp_path, TINY)
    others = [load_scenario(source) for source in (path, str(path), TINY, by_name, LIBRARY / "tiny.yaml")]
    assert {other.digest for other in others} == {by_name.digest}
    assert by_name.file == "tiny.yaml"


def test_the_callers_mapping_stays_as_it_is():
    data = copy.deepcopy(TINY)
    load_scenario(data, variant="steady_staff", **{"queues.sales.redial.p": 0.9})
    assert data == TINY


def test_digest_is_pinned():
    assert load_scenario("tiny").digest == TINY_DIGEST


@pytest.mark.parametrize(
    "same",
    [
        {"queues.sales.wrap_up_s": 20.0},
        {"description": "other words"},
        {"sources": {}},
        {"variants": {}},
        {"name": "other"},
        {"size_class": "M"},
        {"work_conserving": False},
        {"queues.support.patience_s": {"mean_s": 150, "dist": "exponential"}},
        {"campaigns.survey.drop_limit": 0.03},
    ],
)
def test_digest_ignores_prose_spelling_and_stated_defaults(same):
    assert load_scenario("tiny", **same).digest == TINY_DIGEST


@pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
@pytest.mark.parametrize(
    "other",
    [
        {"queues.sales.wrap_up_s": 20.5},
        {"work_conserving": True},
        {"campaigns.survey.drop_limit": 0.02},
        {"rules.pacing.params": {"reserve": 1}},
        {"reward": "bank_blended"},
        {"reward": {"preset": "hybrid", "abandoned": -0.31}},
        {"reward": {"sale_value": 1.0, "abandoned": {"sales": -7.0}}},
        {"queues.support.patience_s": {"dist": "constant", "value_s": 150}},
        {"groups.first.wage_per_hour": 19},
        {"queues": dict(reversed(TINY["queues"].items()))},
    ],
)
def test_digest_sees_every_value_and_the_order_of_queues(other):
    assert load_scenario("tiny").replace(**other).digest != TINY_DIGEST


def test_content_resolves_defaults_and_is_json():
    content = json.loads(json.dumps(load_scenario("tiny").content))
    queues = dict(content["queues"])
    assert [name for name, _ in content["queues"]] == ["sales", "support"]
    assert queues["support"]["redial"] == {"p": 0.0, "delay_s": 600.0, "max_times": 1}
    assert queues["sales"]["handle_s"] == {"dist": "lognormal", "mu": 5.0, "sigma": 0.6}
    assert not {"name", "description", "sources", "variants", "size_class"} & set(content)


def test_overrides_of_values_list_elements_and_keys_not_given():
    scenario = load_scenario(
        "tiny",
        **{"queues.support.redial.p": 0.5, "groups.first.staffing.3": 1, "campaigns.survey.ring_s": np.float64(7)},
    )
    assert scenario.centre.queues["support"].redial.p == 0.5
    assert scenario.centre.queues["support"].redial.max_times == 1
    assert scenario.centre.groups["first"].staffing == [3, 3, 3, 1]
    assert scenario.centre.campaigns["survey"].ring_s == 7.0


@pytest.mark.parametrize(
    ("n", "name"),
    [(0, "a.yaml"), (1, "a.yaml with k0"), (3, "a.yaml with k0, k1, k2"), (4, "a.yaml with k0, k1, k2, ...")],
)
def test_a_changed_file_is_named_with_three_keys(n, name):
    assert changed_file("a.yaml", dict.fromkeys((f"k{i}" for i in range(n)), 1)) == name


def test_numpy_arrays_are_lists():
    scenario = load_scenario("tiny", **{"groups.first.staffing": np.array([1, 2, 3, 4])})
    assert scenario.centre.groups["first"].staffing == [1, 2, 3, 4]


def test_an_override_can_add_a_queue_and_is_applied_in_order():
    scenario = load_scenario(
        "tiny",
        **{
            "queues.new": {"arrivals_per_hour": 1, "handle_s": 10},
            "queues.new.handle_s": 20,
            "groups.first.skills": ["sales", "support", "new"],
        },
    )
    assert scenario.queues == ("sales", "support", "new")
    assert scenario.centre.queues["new"].handle_s == 20


def test_variant_comes_before_overrides():
    scenario = load_scenario("tiny", variant="steady_staff", **{"groups.blended.staffing": 1})
    assert (scenario.centre.groups["first"].staffing, scenario.centre.groups["blended"].staffing) == (3, 1)
    again = load_scenario(load_scenario("tiny"), variant="steady_staff", **{"groups.blended.staffing": 1})
    assert again.digest == scenario.digest


def test_replace_equals_loading_with_the_override():
    changes = {"queues.sales.redial.p": 0.1}
    assert load_scenario("tiny").replace(**changes).digest == load_scenario("tiny", **changes).digest
    assert load_scenario("tiny").digest == TINY_DIGEST


def test_round_trip_through_plain_data():
    scenario = load_scenario("tiny")
    assert load_scenario(msgspec.to_builtins(scenario.centre)).digest == scenario.digest


def test_figures_without_a_source():
    data = {**TINY, "sources": {"queues.*": "x", "clock.*_s": "y", "trunks": "z", "queue.*": "typo"}}
    missing = unsourced(data)
    assert "day_level_cv" in missing
    assert "groups.first.staffing" in missing
    assert "variants.steady_staff.groups.first.staffing" in missing
    assert not [key for key in missing if key.startswith(("queues", "clock", "trunks"))]
    assert unused(data) == ["queue.*"]


def test_figures_are_numbers_and_lists_of_numbers():
    data = {"a": 1, "b": [1, 2], "c": {"d": 0.5, "e": "x", "f": True}, "g": [{"h": 1}, "x"], "i": None}
    assert list(figures(data)) == ["a", "b", "c.d", "g.0.h"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 0.001), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-2", -2), ("0", 0), ("true", True), ("~", None)],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path, text, value):
    (tmp_path / "x.yaml").write_text(f"a: {text}")
    found = read(tmp_path / "x.yaml")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["9:30", "no", "on", "010", "0x10", "1_000", "2024-01-01", ".inf", ".nan", "e5", "."])
def test_what_yaml_1_1_would_turn_into_something_else_is_text(tmp_path, text):
    (tmp_path / "x.yaml").write_text(f"a: {text}")
    assert read(tmp_path / "x.yaml")["a"] == text


STARVING = "reward = 'conversion': With this reward it pays to let inbound contacts give up and to dial instead:"


def test_a_reward_that_starves_inbound_is_warned_of_when_it_is_loaded(tmp_path):
    with pytest.warns(RewardTrapWarning) as caught:
        load_scenario(write(tmp_path, {**TINY, "reward": "conversion"}))
    (warning,) = caught
    assert str(warning.message).startswith(f"centre.yaml: {STARVING}\n  support and survey in blended: w_ab + ")
    assert warning.filename == __file__


def test_a_variant_or_an_override_that_starves_inbound_is_warned_of():
    with pytest.warns(RewardTrapWarning):
        load_scenario("tiny", reward="conversion")
    with pytest.warns(RewardTrapWarning):
        load_scenario({**TINY, "variants": {"x": {"reward": "conversion"}}}, variant="x")


def test_orders_keep_a_reward_out_of_the_trap():
    """An abandoned contact loses its order: 0.5 * 2 a piece against 0.25 * 205.4 / 116.7 = 0.44 from dialing."""
    weights = {"sales": 1.0, "orders": 2.0}
    sells = load_scenario("tiny", **{"queues.support.sale": {"p": 0.5}})
    transfers = sells.replace(**{"queues.support.transfer": {"p": 0.9, "to": "sales"}})
    assert check_reward(load_scenario("tiny"), weights) is not None
    assert check_reward(sells, weights) is None
    assert check_reward(transfers, weights) is not None
    classes = {"queues.support.sale.value": 1, "queues.support.customer.value_classes": [{"share": 0.5}]}
    weights = {"sales": 1.0, "expected_order_value": 0.5}
    assert check_reward(sells.replace(**classes), weights) is not None  # 0.25
    dear = {**classes, "queues.support.customer.value_classes": [{"share": 0.5, "value_factor": 3}]}
    assert check_reward(sells.replace(**dear), weights) is None  # 0.5


@pytest.mark.parametrize("name", ["bank_blended", "hybrid_small"])
def test_a_variant_may_be_named_after_a_colon(name):
    scenario = load_scenario(f"{name}:either")
    assert scenario.digest == load_scenario(name, variant="either").digest
    assert (scenario.reserves, load_scenario(name).reserves) == ("either", False)
    assert Batch(f"{name}:either", 1, pacing="no_dial").run.dials == "both"


def test_a_path_may_name_a_variant_and_may_hold_a_colon(tmp_path):
    data = {**TINY, "variants": {"x": {"trunks": 9}}}
    assert load_scenario(f"{write(tmp_path, data)}:x").centre.trunks == 9
    (tmp_path / "a:b").write_text(yaml.safe_dump(data))
    assert load_scenario(str(tmp_path / "a:b")).centre.trunks == TINY["trunks"]
    assert load_scenario(f"{tmp_path / 'a:b'}:x").centre.trunks == 9


@pytest.mark.parametrize(
    "name, words",
    [
        ("tiny:may", "tiny.yaml: variant = 'may': must be one of steady_staff"),
        ("tinny:steady_staff", "tinny: no such scenario"),
        (":steady_staff", "no such scenario"),
        ("tiny:", "tiny.yaml: variant = '': must be one of steady_staff"),
    ],
)
def test_unknown_name_or_variant_around_a_colon(name, words):
    with pytest.raises(ScenarioError, match=words):
        load_scenario(name)


def test_unknown_variant():
    words = "tiny.yaml: variant = 'may': must be one of steady_staff"
    with pytest.raises(ScenarioError, match=re.escape(words)):
        load_scenario("tiny", variant="may")
