"""The library: every key and distribution is used, no reward trap, lists fit, solvable centres equal their models."""

from functools import cache
from itertools import product

import msgspec
import numpy as np
import pytest

from ccenv.files.reading import read
from ccenv.rewards.terms import load_preset
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.scenarios.check.reward_trap import check_reward
from ccenv.scenarios.compile.campaigns import keeps
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.compile.times import times
from ccenv.scenarios.files.library import find
from ccenv.scenarios.schema import Campaign, Centre, Dist, Segment
from ccenv.theory.models import NDesign, SwitchingBlending, SwitchingPacing
from experiments.calibrate.write_yaml import dump
from experiments.centres import hybrid_large
from tests.oracle.schema_use import unused_schema_keys

# Keys that no centre of the library gives, with the reason.
NEVER_USED = {
    "queues.*.trace_s": "the log is not ours to give away; experiments.replay reads it where it is",
    "clock.weekly": "no source of the library gives a profile of a week",
    "clock.start_date": "the library's days have no date, so its zones are numbers",
    "clock.zone": "as above",
    "campaigns.*.segments.*.zone": "as above",
    "goals_unpaid": "every centre of the library pays for its goals, but for the one that is made for tests",
}


# The centres of the library, all but the one that is made for tests.
NAMES = [name for name in list_scenarios() if name != "tiny"]


@cache
def variants_of(name: str) -> dict[str, Scenario]:
    """A scenario of the library and its variants, by the variant's name; None for the scenario as it is."""
    return {variant: load_scenario(name, variant=variant) for variant in (None, *read(find(name)).get("variants", {}))}


@cache
def library() -> list[Centre]:
    """All centres of the library with their variants."""
    return [scenario.centre for name in NAMES for scenario in variants_of(name).values()]


@pytest.mark.parametrize("name", NAMES)
def test_no_reward_of_the_library_starves_inbound(name):
    starving = {variant: check_reward(scenario) for variant, scenario in variants_of(name).items()}
    assert starving == dict.fromkeys(starving)


@pytest.mark.parametrize("name", NAMES)
def test_not_all_who_take_over_a_contact_can_be_waiting_to_hand_one_over(name):
    """Advisors who hand over in person wait for a taker, so some taker must be unable to hand over itself."""
    for variant, scenario in variants_of(name).items():
        queues, groups = scenario.centre.queues, scenario.centre.groups
        warm = {
            q: queue.transfer.to for q, queue in queues.items() if queue.transfer.p and queue.transfer.kind == "warm"
        }
        for to in warm.values():
            takers = [group for group in groups.values() if to in group.skills]
            assert any(not set(group.skills) & set(warm) for group in takers), (variant, to)


def test_every_key_of_the_schema_is_used_somewhere():
    """Of a distribution it is enough that the key is given and that the distribution is used for some other time."""
    unused = {key for key in unused_schema_keys(library()) if "<" not in key}
    assert unused == set(NEVER_USED)


def test_every_distribution_of_time_is_used_somewhere():
    used = {type(time) for centre in library() for _, time in times(centre)}
    assert set(Dist.__args__) <= used


@pytest.mark.parametrize(
    ("variant", "model"),
    [
        (None, NDesign(3, 3, 50, 40, 180, 180, 180, 120, 120)),
        ("valuable_class2", NDesign(3, 3, 55, 40, 180, 220, 180, 120, 120)),
        ("slow_flexible", NDesign(3, 3, 55, 40, 180, 270, 180, 120, 180)),
    ],
)
def test_the_n_design_is_the_model_that_theory_solves(variant, model):
    ours, theirs = load_scenario("n_design", variant=variant), model.scenario()
    assert ours.catalogue == theirs.catalogue
    assert ours.centre.queues == theirs.centre.queues
    assert times_of(ours) == times_of(theirs)
    assert [advisors(group) for group in ours.centre.groups.values()] == [model.s1, model.s2]


@pytest.mark.parametrize(
    ("variant", "model"),
    [
        (None, SwitchingBlending(10, (80, 180), 180, 180, 120)),
        ("load_6_7", SwitchingBlending(10, (120, 140), 180, 180, 120)),
        ("long_outbound", SwitchingBlending(12, (80, 180), 180, 420, 120)),
    ],
)
def test_the_switching_load_is_the_model_that_theory_solves(variant, model):
    ours, theirs = load_scenario("switching_load", variant=variant), model.scenario()
    rates = [
        np.multiply(s.centre.queues["inbound"].arrivals_per_hour, s.centre.switching.arrivals) for s in (ours, theirs)
    ]
    assert rates[0] == pytest.approx(rates[1])
    assert ours.catalogue == theirs.catalogue
    assert times_of(ours) == times_of(theirs)
    assert ours.centre.groups == theirs.centre.groups
    same = ("mean_s", "observed")
    assert [getattr(ours.centre.switching, key) for key in same] == [
        getattr(theirs.centre.switching, key) for key in same
    ]
    assert (ours.centre.work_conserving, ours.centre.clock.review_s) == (True, 0.0)


@pytest.mark.parametrize(
    ("variant", "answers"),
    [(None, (0.15, 0.45)), ("narrow", (0.25, 0.35)), ("hidden", (0.15, 0.45)), ("narrow_hidden", (0.25, 0.35))],
)
def test_the_switching_answer_rate_is_the_model_that_theory_solves(variant, answers):
    ours = load_scenario("switching_answer_rate", variant=variant)
    theirs = SwitchingPacing(10, answers, 18, 210).scenario()
    rates = [np.multiply(s.centre.campaigns["outbound"].p_answer, s.centre.switching.answers) for s in (ours, theirs)]
    assert rates[0] == pytest.approx(rates[1])
    assert ours.catalogue == theirs.catalogue
    assert times_of(ours) == times_of(theirs)
    assert ours.centre.groups == theirs.centre.groups
    assert ours.centre.switching.mean_s == theirs.centre.switching.mean_s
    assert ours.centre.clock.review_s == theirs.centre.clock.review_s


@pytest.mark.parametrize(("variant", "price"), [(None, 1.0), ("narrow", 1.07)])
def test_the_reward_pacing_prices_a_drop_as_the_limit_does(variant, price):
    model = SwitchingPacing(10, {None: (0.15, 0.45), "narrow": (0.25, 0.35)}[variant], 18, 210)
    multiplier = model.solve(limit=0.03).multipliers["drop_rate"]
    # to pay 1 for each joined and -m for each drop above 3 % of both: (1 + 0.03 m) joined - 0.97 m dropped
    assert 0.97 * multiplier / (1 + 0.03 * multiplier) == pytest.approx(price, abs=0.005)
    weights = load_preset("pacing")
    assert -weights["dropped"] / weights["joined"] == pytest.approx(price, abs=0.08)


def times_of(scenario: Scenario) -> dict[str, float]:
    """Means of the exponential times, by key."""
    return {key: float(time) for key, time in times(scenario.centre) if isinstance(time, int | float)}


@pytest.mark.parametrize("name", ["switching_load", "switching_answer_rate"])
def test_the_hidden_mode_is_hidden_and_all_else_equal(name):
    observed, hidden = (load_scenario(name, variant=variant).centre for variant in (None, "hidden"))
    assert observed.switching.observed and not hidden.switching.observed
    assert msgspec.structs.replace(hidden, switching=observed.switching) == observed


def test_the_large_centre_is_what_its_generator_writes():
    assert hybrid_large.FILE.read_text() == dump(hybrid_large.document(), hybrid_large.COMMENTS)


def test_the_large_centre_has_a_thousand_advisors_whose_skills_overlap():
    centre = variants_of("hybrid_large")[None].centre
    assert sum(map(advisors, centre.groups.values())) == pytest.approx(1000, abs=5)
    assert 20 <= len(centre.groups) <= 50 and 10 <= len(centre.queues) <= 50
    skills = [set(group.skills) for group in centre.groups.values()]
    assert sum(bool(a & b) for a, b in product(skills, skills)) > 5 * len(skills)


@pytest.mark.parametrize("name", NAMES)
def test_every_lead_that_may_be_kept_has_a_row(name):
    """So that no policy can fill the table, however fast it dials."""
    for variant, scenario in variants_of(name).items():
        kept = [segment for campaign in scenario.centre.campaigns.values() for segment in lists_of(campaign)]
        assert sum(segment.size for segment in kept) <= scenario.size.leads, variant


def lists_of(campaign: Campaign) -> list[Segment]:
    """The segments of a campaign of which touched leads are kept."""
    return list(campaign.segments.values()) or [Segment(campaign.leads)] if keeps(campaign) else []
