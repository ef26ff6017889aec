"""The scenario of a model has the model's parameters. The validation shows that both give the same results."""

import pytest

from ccenv.theory.models import BlendedPacing, Blending, HarrisonN, NDesign, Pacing, SwitchingBlending, SwitchingPacing


def mean_s(time):
    return getattr(time, "mean_s", time)


def test_blending_is_work_always_at_hand_beside_a_queue_served_first():
    centre = Blending(4, 40.0, 180.0, 240.0, 90.0, 35.0).scenario(horizon_s=5000.0).centre

    queue, campaign = centre.queues["inbound"], centre.campaigns["outbound"]
    assert (queue.arrivals_per_hour, mean_s(queue.handle_s), mean_s(queue.patience_s)) == (40.0, 180.0, 90.0)
    assert queue.service_level_s == 35.0
    assert (campaign.ring_s, campaign.p_answer, campaign.reserves, campaign.leads) == (0.0, 1.0, True, "unlimited")
    assert mean_s(campaign.handle_s) == 240.0
    assert centre.groups["advisors"].staffing == 4
    assert centre.work_conserving
    assert (centre.clock.kind, centre.clock.horizon_s, centre.clock.review_s) == ("steady", 5000.0, 0.0)


def test_patience_without_end_stays_so():
    queue = Blending(4, 40.0, 180.0, 240.0).scenario().centre.queues["inbound"]

    assert type(queue.patience_s).__name__ == "Never"


def test_pacing_has_no_queue_and_splits_the_handle_time():
    centre = Pacing(3, 0.3, 18.0, 210.0, 2.0, 60.0).scenario().centre

    campaign = centre.campaigns["outbound"]
    assert not centre.queues
    assert not campaign.reserves
    assert (campaign.p_answer, campaign.ring_s, campaign.drop_after_s) == (0.3, 18.0, 2.0)
    assert (mean_s(campaign.handle_s), mean_s(campaign.wrap_up_s)) == (150.0, 60.0)
    assert centre.clock.review_s > 0  # without reviews, holding in an empty centre never ends


def test_blended_pacing_has_both():
    centre = BlendedPacing(4, 22.5, 240.0, 120.0, 180.0, 18.0, 0.3).scenario().centre

    assert centre.queues["inbound"].arrivals_per_hour == 22.5
    assert mean_s(centre.queues["inbound"].patience_s) == 120.0
    assert (centre.campaigns["outbound"].ring_s, centre.campaigns["outbound"].p_answer) == (18.0, 0.3)
    assert centre.groups["advisors"].skills == ["inbound", "outbound"]


@pytest.mark.parametrize("rates", [(80.0, 180.0), (200.0, 50.0), (0.0, 30.0)])
def test_switching_multiplies_the_rate_to_that_of_the_mode(rates):
    centre = SwitchingBlending(10, rates, 180.0, 240.0, 90.0, (900.0, 300.0)).scenario().centre

    rate = centre.queues["inbound"].arrivals_per_hour
    assert [rate * factor for factor in centre.switching.arrivals] == pytest.approx(rates)
    assert list(centre.switching.mean_s) == [900.0, 300.0]
    assert list(centre.switching.answers) == [1.0, 1.0]
    assert centre.switching.observed


def test_switching_multiplies_the_answer_probability_to_that_of_the_mode():
    centre = SwitchingPacing(10, (0.15, 0.45), 18.0, 210.0).scenario().centre

    p_answer = centre.campaigns["outbound"].p_answer
    assert [p_answer * factor for factor in centre.switching.answers] == pytest.approx((0.15, 0.45))
    assert list(centre.switching.arrivals) == [1.0, 1.0]


def test_the_n_design_has_a_dedicated_and_a_flexible_group():
    centre = NDesign(3, 2, 50.0, 40.0, 180.0, 220.0, 170.0, 100.0, 140.0).scenario().centre

    assert (centre.groups["dedicated"].skills, centre.groups["dedicated"].staffing) == (["class1"], 3)
    assert (centre.groups["flexible"].skills, centre.groups["flexible"].staffing) == (["class1", "class2"], 2)
    assert mean_s(centre.groups["flexible"].handle_s["class1"]) == 220.0
    assert mean_s(centre.queues["class1"].handle_s) == 180.0
    assert mean_s(centre.queues["class2"].patience_s) == 140.0
    assert not centre.work_conserving


def test_harrisons_model_is_for_the_solver_alone():
    assert not hasattr(HarrisonN, "scenario")
