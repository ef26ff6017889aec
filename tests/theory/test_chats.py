import numpy as np
import pytest

from ccenv.theory import chats, erlang_a

EXACT = 1e-10


def test_with_one_chat_at_a_time_it_is_erlang_a():
    ours, erlang = chats(100, 180, 120, 4, [1.0]), erlang_a(100, 180, 120, 4, 20)
    assert ours.p_wait == pytest.approx(erlang.p_wait, rel=EXACT)
    assert ours.p_abandon == pytest.approx(erlang.p_abandon, rel=EXACT)
    assert ours.e_wait_s == pytest.approx(erlang.e_wait_s, rel=EXACT)
    assert ours.occupancy == pytest.approx(erlang.occupancy, rel=EXACT)
    assert ours.concurrency == pytest.approx(1.0)


def test_with_one_advisor_it_is_the_birth_and_death_chain_with_rates_by_level():
    lam, mu, theta, rates = 30 / 3600, 1 / 200, 1 / 150, (1.0, 0.7, 0.5)
    weights = [1.0]
    for number in range(1, 400):
        level = min(number, 3)
        weights.append(weights[-1] * lam / (level * rates[level - 1] * mu + max(0, number - 3) * theta))
    p = np.array(weights) / sum(weights)
    number = np.arange(400)
    queue, in_chat = np.maximum(number - 3, 0), np.minimum(number, 3)
    ours = chats(30, 200, 150, 1, rates)
    assert ours.e_queue == pytest.approx(p @ queue, rel=EXACT)
    assert ours.e_in_chat == pytest.approx(p @ in_chat, rel=EXACT)
    assert ours.p_wait == pytest.approx(p[3:].sum(), rel=EXACT)
    assert ours.occupancy == pytest.approx(1 - p[0], rel=EXACT)


def test_rates_that_share_one_advisor_make_the_work_of_one():
    """With rates 1 / l the advisor does the work of one in any number, so the number of chats changes no total."""
    shared = chats(20, 150, 1e7, 1, [1, 1 / 2, 1 / 3])
    alone = chats(20, 150, 1e7, 1, [1])
    assert shared.e_queue + shared.e_in_chat == pytest.approx(alone.e_queue + alone.e_in_chat, rel=1e-3)
    assert shared.occupancy == pytest.approx(alone.occupancy, rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((0, 100, 100, 1, [1]), "lambda_per_h"),
        ((10, 100, 100, 0, [1]), "n="),
        ((10, 100, 100, 1, []), "rates"),
        ((10, 100, 100, 1, [1, 0]), "rates"),
        ((10, 100, 100, 1, [1, 1.5]), "rates"),
        ((10, 100, 100, 40, [1] * 5), "states"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(arguments, named):
    with pytest.raises(ValueError, match=named):
        chats(*arguments)
