import numpy as np
import pytest

from ccenv.theory import erlang_a, v_design
from experiments.validate import peer
from experiments.validate.peer import AHT_S, CENTRES, N, by_ciw, measure, section


@pytest.mark.slow
def test_ciw_and_the_simulator_agree_on_patience_and_priority() -> None:
    found = measure(12)
    assert len(found["rows"]) == 9
    assert found["passed"], section(found)


@pytest.mark.slow
def test_both_agree_with_theory() -> None:
    found = {(row["centre"], row["class"], row["measure"]): row for row in measure(8)["rows"]}
    patient, classes = CENTRES
    rate, patience_s = patient.classes["first"]
    one = erlang_a(rate, AHT_S, patience_s, N, 20.0)
    (rate1, patience1), (rate2, patience2) = classes.classes.values()
    two = v_design(N, rate1, rate2, AHT_S, patience1, patience2)
    exact = {
        (patient.name, "first", "p_abandon"): one.p_abandon,
        (patient.name, "first", "e_wait_s"): one.e_wait_s,
        (classes.name, "first", "p_abandon"): two.p_ab1,
        (classes.name, "second", "p_abandon"): two.p_ab2,
        (classes.name, "second", "e_wait_s"): two.ew2_s,
    }
    for key, value in exact.items():
        for simulator in ("ciw", "ours"):
            figure, error = found[key][simulator]
            assert abs(figure - value) < 4.0 * error, (simulator, key)


@pytest.mark.slow
def test_a_replication_of_ciw_repeats_under_its_seed() -> None:
    assert np.array_equal(by_ciw(CENTRES[1], 3), by_ciw(CENTRES[1], 3))
    assert not np.array_equal(by_ciw(CENTRES[1], 3), by_ciw(CENTRES[1], 4))


@pytest.mark.slow
def test_an_advisor_more_than_ciw_has_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = peer._scenario
    groups = {"advisors": {"skills": ["first"], "staffing": N + 1}}
    monkeypatch.setattr(peer, "_scenario", lambda centre: made(centre) | {"groups": groups})
    monkeypatch.setattr(peer, "CENTRES", CENTRES[:1])
    assert not measure(6)["passed"]
