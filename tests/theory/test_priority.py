import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.theory import erlang_a, erlang_c, v_design
from tests.theory.chains import at_work_given_free, mean, stationary

CENTRES = [  # n, lambda1_per_h, lambda2_per_h, aht_s, patience1_s, patience2_s, longest queues
    (5, 30, 40, 300, 60, 240, 50, 60),
    (5, 30, 40, 300, 240, 60, 60, 40),
    (5, 30, 40, 300, 120, 120, 50, 50),
    (1, 10, 10, 200, 100, 300, 40, 40),
    (2, 60, 10, 200, 100, 300, 40, 40),
    (5, 30, 20, 300, 0, 120, 110, 50),
    (5, 20, 10, 300, 60, 0, 40, 90),
    (3, 20, 8, 240, 0, 0, 60, 110),
]


def twin(n, rate1, rate2, handle_s, patience1_s, patience2_s, most1, most2):
    arrive1, arrive2 = rate1 / 3600, rate2 / 3600
    leave1 = 1 / patience1_s if patience1_s else 0.0
    leave2 = 1 / patience2_s if patience2_s else 0.0

    def moves(state):
        at_work, first, second = state
        if at_work < n:
            return [((at_work + 1, 0, 0), arrive1 + arrive2), ((at_work - 1, 0, 0), at_work / handle_s)]
        after = (n, first - 1, second) if first else (n, 0, second - 1) if second else (n - 1, 0, 0)
        return [
            ((n, first + 1, second), arrive1 * (first < most1)),
            ((n, first, second + 1), arrive2 * (second < most2)),
            (after, n / handle_s),
            ((n, first - 1, second), first * leave1),
            ((n, first, second - 1), second * leave2),
        ]

    dist = stationary(moves, (0, 0, 0))
    queues = [mean(dist, lambda state, i=i: state[i]) for i in (1, 2)]
    return {
        "p_wait": mean(dist, lambda state: state[0] == n),
        "ew1_s": queues[0] / arrive1,
        "ew2_s": queues[1] / arrive2,
        "p_ab1": queues[0] * leave1 / arrive1,
        "p_ab2": queues[1] * leave2 / arrive2,
    }


@pytest.mark.parametrize("centre", CENTRES)
def test_it_agrees_with_the_chain(centre):
    slow = twin(*centre)

    answer = v_design(*centre[:6])

    assert {name: getattr(answer, name) for name in slow} == pytest.approx(slow, rel=1e-9)


@pytest.mark.parametrize(("n", "rate1", "rate2"), [(1, 3, 4), (10, 30, 80), (2000, 12_000, 11_900)])
def test_without_abandonment_it_gives_cobhams_formulas(n, rate1, rate2):
    rho1, rho = rate1 * 300 / 3600 / n, (rate1 + rate2) * 300 / 3600 / n
    p_wait = erlang_c(rate1 + rate2, 300, n, 0).p_wait

    answer = v_design(n, rate1, rate2, 300, 0, 0)

    assert answer.p_wait == pytest.approx(p_wait, rel=1e-11)
    assert answer.ew1_s == pytest.approx(p_wait * 300 / n / (1 - rho1), rel=1e-11)
    assert answer.ew2_s == pytest.approx(p_wait * 300 / n / ((1 - rho1) * (1 - rho)), rel=1e-9)
    assert (answer.p_ab1, answer.p_ab2) == (0, 0)


@pytest.mark.parametrize(("n", "rate1", "rate2"), [(3, 20, 30), (2000, 12_000, 12_300)])
def test_nearly_equal_patience_comes_to_the_total_of_erlang_a(n, rate1, rate2):
    total = erlang_a(rate1 + rate2, 300, 200, n, 0)

    for patience2_s in (200, 200 * (1 + 1e-9)):  # in closed form, and by the chain of the second queue
        answer = v_design(n, rate1, rate2, 300, 200, patience2_s)

        abandoned = (rate1 * answer.p_ab1 + rate2 * answer.p_ab2) / (rate1 + rate2)
        assert answer.p_wait == pytest.approx(total.p_wait, rel=1e-8)
        assert abandoned == pytest.approx(total.p_abandon, rel=1e-8)


@pytest.mark.parametrize("patience2_s", [0, 90, 200, 900])
def test_a_rare_second_class_leaves_the_first_with_erlang_a(patience2_s):
    alone = erlang_a(100, 300, 200, 8, 0)

    answer = v_design(8, 100, 1e-7, 300, 200, patience2_s)

    assert answer.p_wait == pytest.approx(alone.p_wait, rel=1e-6)
    assert answer.ew1_s == pytest.approx(alone.e_wait_s, rel=1e-6)


@pytest.mark.parametrize("patience1_s", [0, 60, 600])
def test_endless_patience_of_the_second_class_is_a_limit(patience1_s):
    endless, long = (v_design(20, 120, 100, 300, patience1_s, patience2_s) for patience2_s in (0, 3e7))

    assert long.p_wait == pytest.approx(endless.p_wait, rel=1e-3)
    assert long.ew2_s == pytest.approx(endless.ew2_s, rel=1e-3)


def test_endless_patience_of_the_first_class_is_a_limit():
    endless, long = (v_design(20, 120, 100, 300, patience1_s, 200) for patience1_s in (0, 1e7))

    assert long.p_wait == pytest.approx(endless.p_wait, rel=1e-4)
    assert long.ew2_s == pytest.approx(endless.ew2_s, rel=1e-4)


@pytest.mark.parametrize(
    ("rate1", "rate2", "patience1_s", "patience2_s"),
    [
        (12_000, 12_000, 60, 240),
        (20_000, 4_000, 60, 240),
        (23_000, 3_000, 240, 120),
        (25_000, 3_000, 240, 60),
        (23_000, 500, 0, 240),
        (20_000, 3_000, 60, 0),
        (90_000, 3_000, 600, 60),
        (10, 10, 600, 60),
    ],
)
def test_at_2000_advisors_what_is_served_keeps_them_at_work(rate1, rate2, patience1_s, patience2_s):
    load1, load2 = rate1 / 12, rate2 / 12

    answer = v_design(2000, rate1, rate2, 300, patience1_s, patience2_s)

    at_work = (1 - answer.p_wait) * at_work_given_free(2000, load1 + load2) + answer.p_wait * 2000
    assert load1 * (1 - answer.p_ab1) + load2 * (1 - answer.p_ab2) == pytest.approx(at_work, rel=1e-10)


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 60),
    rho1=st.floats(1e-3, 2),
    rho2=st.floats(1e-3, 2),
    patience1=st.floats(0.01, 3),
    patience2=st.floats(0.01, 3),
)
def test_the_first_class_fares_better_and_both_stay_within_bounds(n, rho1, rho2, patience1, patience2):
    answer = v_design(n, n * rho1, n * rho2, 3600, patience1 * 3600, patience2 * 3600)
    swapped = v_design(n, n * rho2, n * rho1, 3600, patience2 * 3600, patience1 * 3600)

    assert 0 <= answer.p_ab1 <= 1
    assert 0 <= answer.p_ab2 <= 1 + 1e-12
    assert answer.p_ab1 <= swapped.p_ab2 * (1 + 1e-9)
    assert answer.p_wait <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 60, 5, 300, 0, 60), r"lambda1_per_h=60.0 is not allowed: without abandonment .* must be below n=5"),
        ((5, 30, 31, 300, 0, 0), r"patience2_s=0 is not allowed: the second class .* too little service left"),
        ((5, 90, 60, 300, 60, 0), r"patience2_s=0 is not allowed: the second class .* too little service left"),
        ((5, 0, 5, 300, 60, 60), r"lambda1_per_h=0 is not allowed: it must be above 0"),
        ((5, 5, 0, 300, 60, 60), r"lambda2_per_h=0 is not allowed: it must be above 0"),
        ((2000, 25_000, 30_000, 300, 600, 1e6), r"patience1_s and patience2_s of .* are not allowed: .* tabulated"),
    ],
)
def test_an_unstable_or_impossible_centre_is_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        v_design(*arguments)
