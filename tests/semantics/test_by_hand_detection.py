"""Detection and right party, derived by hand: what an answer costs before it is joined, and who it is."""

from typing import Any

import pytest

from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, day, dials, first_of, line, lines, of_leads

DIAL = first_of(codes.DIAL, codes.DIAL_RESERVED)


def centre(clock: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """One advisor and one campaign; all answer after 1 s, and are talked to for 10 s."""
    outbound = {
        "p_answer": 1, "handle_s": constant(10), "ring_s": constant(1), "dial_ladder": [1], "leads": 1,
        "drop_after_s": constant(4), "max_lines": 2,
    }  # fmt: skip
    return {
        "clock": clock or day(),
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": outbound | changes},
    }


def of_leads_log(result: Any) -> list[str]:
    return [row for row in lines(result.log) if " lead " in row]


def shares(result: Any) -> dict[str, tuple[float, float]]:
    counters = result.counters["campaign"][0]
    names = ("ftc_30d", "ofcom_24h", "vicidial_today", "genesys_queue", "own")
    return {name: (counters[f"{name}_over"], counters[f"{name}_base"]) for name in names}


def test_nobody_is_joined_before_the_decision_and_late_counts_from_the_start_of_its_definition() -> None:
    """Two answers at 1 s, decided at 4 s: one is joined, one waits and is dropped 4 s after the decision."""
    own = {"threshold_s": 0, "start": "decided", "hang_ups": "none"}
    result = both(centre(leads=2, greeting_s=0.5, detector={"decide_s": constant(3)}, compliance=own), 0, DIAL)

    assert of_leads_log(result) == [
        line(0, "dialed", 0, "lead"),
        line(0, "dialed", 1, "lead"),
        line(1, "ring_end", 0, "lead"),
        line(1, "ring_end", 1, "lead"),
        line(4, "decided", 0, "lead"),
        line(4, "joined", 0, "lead", "0.0"),
        line(4, "decided", 1, "lead"),
        line(4, "connect_waiting", 1, "lead"),
        line(8, "drop_due", 1, "lead"),
        line(8, "dropped", 1, "lead"),
        line(14, "talk_end", 0, "lead", "0.0"),
        line(14, "wrap_up_end", 0, "lead", "0.0"),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 2, "touched": 2, "closed": 2, "ringing_s": 2, "connects": 2, "joined": 1, "joined_delay_s": 3,
        "first_joined": 1, "dropped": 1, "dropped_wait_s": 7, "talk_s": 10,
    }  # fmt: skip
    # a silence of 3 s is late from the answer (2 s) and from the end of the greeting (2.5 s), not from the decision
    assert shares(result) == {
        "ftc_30d": (2, 2), "ofcom_24h": (2, 2), "vicidial_today": (1, 2), "genesys_queue": (1, 2), "own": (1, 2),
    }  # fmt: skip


@pytest.mark.parametrize("p_false_positive", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("reserves", [True, False])
def test_a_person_who_hangs_up_before_the_decision_is_a_connect_that_hung_up(
    p_false_positive: float, reserves: bool
) -> None:
    """The answer is at 1 s, the hang-up at 3.5 s, the decision would be at 4 s; a reserved advisor is free again."""
    detector = {"decide_s": constant(3), "p_false_positive": p_false_positive}
    retries = {"max_attempts": 2, "hung_up": constant(20)}
    silent = centre(hang_up_s=constant(2.5), detector=detector, reserves=reserves, retries=retries)
    result = both(silent, 1, DIAL)

    who = "0.0" if reserves else "-"
    answers = [codes.CONNECT, codes.CONNECT] if p_false_positive == 0 else None
    found = of_leads_log(result)
    assert [row.split()[:2] for row in found] == [
        ["0.000000", "dialed"], ["1.000000", "ring_end"], ["3.500000", "hang_up"], ["3.500000", "put_back"],
        ["23.500000", "dialed"], ["24.500000", "ring_end"], ["27.000000", "hang_up"], ["27.000000", "closed"],
    ]  # fmt: skip
    if answers:
        assert found[1] == line(1, "ring_end", 0, "lead", who, codes.CONNECT)
    assert found[2] == line(3.5, "hang_up", 0, "lead", who)
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 2, "touched": 1, "closed": 1, "ringing_s": 2, "connects": 2, "hung_up": 2, "hung_up_wait_s": 5,
    }  # fmt: skip
    # 2.5 s are late from the answer; nobody is estimated to be missed for persons on whom nothing was decided
    assert shares(result) == {
        "ftc_30d": (2, 2), "ofcom_24h": (2, 2), "vicidial_today": (2, 2), "genesys_queue": (0, 2), "own": (0, 2),
    }  # fmt: skip


def test_a_recognised_machine_holds_its_line_until_the_decision() -> None:
    machines = centre(p_answer=0, p_machine=1, leads=2, max_lines=1, detector={"decide_s": constant(3)})
    result = both(machines, 0, DIAL)

    assert dials(result.log) == [(0, 0, 0), (4, 0, 1)]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 2, "touched": 2, "closed": 2, "ringing_s": 2, "machine": 2, "deciding_s": 6,
    }  # fmt: skip


def test_a_wait_after_the_decision_ends_with_the_patience_that_began_at_the_answer() -> None:
    """The second answer, at 1 s, is decided at 3 s and hangs up 6 s after the answer, before its drop at 7.5 s."""
    waits = {"drop_after_s": constant(4.5), "hang_up_s": constant(6)}
    result = both(centre(leads=2, detector={"decide_s": constant(2)}, **waits), 0, DIAL)

    assert line(7, "hang_up", 1, "lead") in of_leads_log(result)
    assert result.counters["campaign"][0]["hung_up_wait_s"] == 6


def test_without_a_detector_all_machines_reach_advisors_and_no_person_is_missed() -> None:
    mixed = centre(p_answer=0.5, p_machine=0.5, leads=40, max_lines=1, detector="none", handle_machine_s=constant(3),
                   clock=day(1000), compliance={"base": "queue", "false_positives": "estimated"})  # fmt: skip
    counters = both(mixed, 3, DIAL).counters["campaign"][0]

    assert counters["machine"] == counters["false_positive"] == counters["deciding_s"] == 0
    assert 0 < counters["mp_joined"] == counters["machine_passed"] == 40 - counters["joined"]
    assert counters["mp_talk_s"] == pytest.approx(3 * counters["mp_joined"])
    assert (counters["own_over"], counters["own_base"]) == (0, 40)


def test_a_time_of_0_is_no_time() -> None:
    """The log is that of a detector whose time is not declared."""
    plain, at_once = centre(leads=2), centre(leads=2, detector={"decide_s": constant(0)})

    assert of_leads_log(both(plain, 0, DIAL)) == of_leads_log(both(at_once, 0, DIAL))


# right party


def parties(seed: int, *, n: int, p: float, segment: str = "") -> list[bool]:
    """Whether the lead's own person answers its attempts 1 to n."""
    key = entity_key(root_key(seed), stream(f"campaign:list{segment}"), 0)
    keys = [key, *(child_key(key, codes.ATTEMPT, k) for k in range(1, n))]
    return [uniform(key, codes.RIGHT_PARTY) < p for key in keys]


SOMEBODY_ELSE_FIRST = next(seed for seed in range(100) if parties(seed, n=2, p=0.5) == [False, True])


def test_a_wrong_party_reaches_no_goal_and_is_tried_again_without_the_lockout_after_a_talk() -> None:
    """The first talk, with somebody else, takes 4 s; the second one, 20 s later, is the lead's first and sells."""
    result = both(
        centre(
            p_right_party=0.5, handle_wrong_party_s=constant(4), p_sale=[1, 0], contact_number=[1, 0], sale_value=7,
            p_stop=1, calling_rules={"quiet_after_talk_s": 50_000},
            retries={"max_attempts": 3, "wrong_party": constant(20), "talked": constant(1)},
        ),
        SOMEBODY_ELSE_FIRST,
        DIAL,
    )  # fmt: skip

    assert of_leads_log(result) == [
        line(0, "dialed", 0, "lead"),
        line(1, "ring_end", 0, "lead"),
        line(1, "joined", 0, "lead", "0.0", 0),
        line(5, "talk_end", 0, "lead", "0.0", 1),
        line(5, "put_back", 0, "lead", "0.0"),
        line(5, "wrap_up_end", 0, "lead", "0.0"),
        line(25, "dialed", 0, "lead"),
        line(26, "ring_end", 0, "lead"),
        line(26, "joined", 0, "lead", "0.0", 1),
        line(36, "talk_end", 0, "lead", "0.0"),
        line(36, "closed", 0, "lead", "0.0"),
        line(36, "wrap_up_end", 0, "lead", "0.0"),
    ]
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": 2, "touched": 1, "closed": 1, "ringing_s": 2, "connects": 2, "joined": 2, "first_joined": 2,
        "wrong_party": 1, "right_party": 1, "sales": 1, "first_call_sales": 1, "sale_value": 7,
        "expected_sale_value": 7, "talk_s": 14,
    }  # fmt: skip


def test_a_call_to_a_wrong_party_counts_for_the_caps() -> None:
    again = {"max_attempts": 3, "wrong_party": constant(20)}
    capped = centre(p_right_party=0, retries=again, calling_rules={"max_per_24h": 1})

    assert dials(both(capped, 0, DIAL).log) == [(0, 0, 0)]


def test_without_a_retry_a_wrong_party_closes_the_lead() -> None:
    result = both(centre(p_right_party=0, p_sale=1, retries={"max_attempts": 3, "talked": constant(1)}), 0, DIAL)

    assert len(dials(result.log)) == 1 and line(11, "closed", 0, "lead", "0.0") in of_leads_log(result)
    assert of_leads(result.counters["campaign"][0])["talk_s"] == 10  # by default that of other talks
    assert result.counters["campaign"][0]["expected_sale_value"] == 0


def test_a_segment_has_its_own_share_of_right_parties() -> None:
    parts = {"ours": {"size": 1, "p_right_party": 1}, "bought": {"size": 1}, "worse": {"size": 1, "p_right_party": 0}}
    seed = next(seed for seed in range(100) if parties(seed, n=1, p=0.5, segment="/bought") == [True])
    split = centre(p_right_party=0.5, segments=parts, leads="unlimited", max_lines=1, handle_wrong_party_s=constant(4))
    result = both(split, seed, DIAL)

    ends = result.log[result.log["code"] == codes.LOG_TALK_END]["detail"]
    assert ends.tolist() == [0, 0, 1]
    assert result.counters["campaign"][0]["talk_s"] == 10 + 10 + 4
