"""Pairs and actions of `tiny`, and what depends on the `reserves` flag."""

import pytest

from ccenv.scenarios import load_scenario
from ccenv.sim.state.codes import ASSIGN, DIAL, DIAL_RESERVED, HOLD


def test_names_are_in_file_order():
    scenario = load_scenario("tiny")
    assert (scenario.queues, scenario.groups, scenario.campaigns) == (
        ("sales", "support"),
        ("first", "blended"),
        ("survey",),
    )


def test_pairs_are_queues_then_groups_then_campaigns():
    assert load_scenario("tiny").pairs == (("queue", 0, 0), ("queue", 1, 0), ("queue", 1, 1), ("campaign", 0, 1))


def test_catalogue_with_and_without_reserves():
    scenario = load_scenario("tiny")
    inbound = [
        (HOLD, -1, -1, 0, "hold"),
        (ASSIGN, 0, 0, 1, "assign:sales>first"),
        (ASSIGN, 1, 0, 1, "assign:support>first"),
        (ASSIGN, 1, 1, 1, "assign:support>blended"),
    ]
    ladder = [(DIAL, 0, -1, n, f"dial:survey*{n}") for n in (1, 2, 4)]
    assert list(scenario.catalogue) == inbound + ladder
    reserving = scenario.with_reserves(True)
    assert list(reserving.catalogue) == [*inbound, (DIAL_RESERVED, 0, 1, 1, "dial:survey>blended")]
    assert reserving.with_reserves(True) is reserving
    assert reserving.with_reserves(False).digest == scenario.digest
    either = scenario.with_reserves("either")
    assert list(either.catalogue) == inbound + ladder + [(DIAL_RESERVED, 0, 1, 1, "dial:survey>blended")]
    assert (scenario.reserves, reserving.reserves, either.reserves) == (False, True, "either")
    with pytest.raises(ValueError, match="reserves = 'both'; allowed: True, False, 'either'"):
        scenario.with_reserves("both")


def test_catalogue_of_two_campaigns_goes_campaign_by_campaign():
    scenario = load_scenario(
        "tiny",
        **{
            "campaigns.second": {"p_answer": 0.2, "ring_s": 9, "handle_s": 60, "reserves": True},
            "groups.first.skills": ["sales", "support", "second"],
            "groups.blended.skills": ["second", "support", "survey"],
        },
    )
    assert [action.name for action in scenario.catalogue[-3:]] == [
        "dial:survey*4",
        "dial:second>first",
        "dial:second>blended",
    ]
    assert scenario.pairs[-3:] == (("campaign", 0, 1), ("campaign", 1, 0), ("campaign", 1, 1))
    assert scenario.reserves is None


@pytest.mark.parametrize(("staffing", "size"), [(3, "S"), (62, "M"), (400, "L")])
def test_the_smallest_size_class_that_fits(staffing, size):
    assert load_scenario("tiny", **{"groups.first.staffing": staffing}).size.name == size


def test_the_size_class_asked_for():
    assert load_scenario("tiny", size_class="M").size.name == "M"
