from experiments.validate.common_numbers import SERVICE, Pair, measure, section

RESERVES = (None, ("progressive", {"reserve": 1})), (None, ("progressive", {"reserve": 3}))


def test_the_same_days_narrow_the_interval_of_a_reserve_threefold() -> None:
    found = measure((Pair("bank_blended", *RESERVES, SERVICE, (("abandonment", 3.0), ("mean_wait_s", 3.0))),), 64)
    assert found["passed"]
    assert [row["least"] for row in found["rows"]] == [3.0, 3.0, 1.0, 1.0]
    assert "FAILED" not in section(found)


def test_what_is_not_reached_fails_and_is_named_on_the_page() -> None:
    found = measure((Pair("bank_blended", *RESERVES, ("abandonment", "occupancy"), (("occupancy", 1e6),)),), 8)
    assert [row["passed"] for row in found["rows"]] == [True, False]
    assert not found["passed"]
    assert section(found).count("FAILED") == 1


def test_counts_without_anything_in_common_gain_nothing() -> None:
    """The second arm dials no lead, so other days of it are as good as the same days."""
    found = measure((Pair("bank_blended", *RESERVES, ("n_joined",)),), 16)
    assert found["rows"][0]["ratio"] == 1.0
    assert not found["passed"]
