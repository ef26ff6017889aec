"""The variants: they load, their parameters have evidence and levels in range, and each says what it should."""

import math

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from experiments.calibrate.arrivals import counts
from experiments.calibrate.logs import SLOT_S, data_folder, read_weekdays
from experiments.screen import parameters
from experiments.screen.declared import Parameter, Variant, amplitude_of, blended_of, price_of
from experiments.screen.hidden_load import covariances, fitted
from experiments.screen.variants import VARIANTS, VOLATILE, chosen
from tests.screen.made import LENGTH, PRICE, VARIANT

BY_NAME = {variant.name: variant for variant in VARIANTS}


def test_at_least_thirty_variants_of_different_names_and_centres():
    assert len(VARIANTS) >= 30 and len(BY_NAME) == len(VARIANTS)
    assert len({variant.scenario().digest for variant in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_variant_and_the_ends_of_its_ranges_load(name: str):
    variant = BY_NAME[name]
    for end, level in variant.ends():
        parameter = next(each for each, _ in variant.levels if each.name == end)
        assert parameter.range is not None and parameter.range[0] <= level <= parameter.range[1]
        assert variant.scenario({end: level}).digest != variant.scenario().digest


def test_the_volatile_bank_is_that_of_the_library():
    scenario = BY_NAME[VOLATILE].scenario()

    assert scenario.digest == load_scenario("bank_blended:volatile").digest
    assert (price_of(scenario), blended_of(scenario)) == (0.15, 5.0)
    assert amplitude_of(scenario) == pytest.approx(0.3 * math.sqrt(2.0))
    assert amplitude_of(load_scenario("bank_blended")) == 0.0


def test_price_by_the_value_unit_is_that_of_the_name():
    for price in (0.05, 0.1, 0.2, 0.25):
        assert price_of(BY_NAME[f"price_{price:.2f}"].scenario()) == pytest.approx(price)


def test_hidden_load_is_the_fit_and_two_and_four_times_it():
    found = [amplitude_of(BY_NAME[f"hidden_{times}x"].scenario()) ** 2 for times in (1, 2, 4)]

    assert found == pytest.approx([times * parameters.LOG.variance for times in (1, 2, 4)])


def test_half_of_a_range_lies_around_the_level_and_within_the_range():
    assert LENGTH.half(20.0) == (10.0, 30.0) and LENGTH.half(1.0) == (0.0, 20.0) and LENGTH.half(40.0) == (20.0, 40.0)
    assert PRICE.half(2.0) == ()
    assert VARIANT.ends() == [("length", 10.0), ("length", 30.0)]
    assert parameters.MOVED.half(5) == (3.0, 7.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"evidence": "guess"}, "evidence = 'guess'; allowed: source, fit, range"),
        ({"text": " "}, "text = ' '; allowed"),
        ({"range": None}, "range = None; allowed"),
        ({"range": (2.0, 1.0)}, "the lowest below the highest"),
    ],
)
def test_a_parameter_without_evidence_is_refused(given: dict[str, object], message: str):
    whole = {"name": "x", "keys": lambda level: {}, "evidence": "range", "text": "why", "range": (0.0, 1.0)}
    with pytest.raises(ValueError, match=message):
        Parameter(**(whole | given))


def test_levels_out_of_range_and_keys_set_twice_are_refused():
    with pytest.raises(ValueError, match=r"length = 41; allowed: 0 to 40"):
        Variant("x", "", "tiny", ((LENGTH, 41.0),))
    with pytest.raises(ValueError, match=r"value_unit is set by 'price' and by 'price'"):
        Variant("x", "", "tiny", ((PRICE, 1.0), (PRICE, 2.0))).changes()


def test_unknown_variants_are_refused():
    with pytest.raises(ValueError, match=r"variants: 'bank'; allowed: bank_volatile, hidden_1x"):
        chosen(["bank"])


def test_fit_finds_a_planted_hidden_load():
    rng, slots, parts = np.random.default_rng(1), 34, 60
    flips = rng.random((500, slots * parts)) < 1.0 - math.exp(-SLOT_S / parts / 7200.0)
    mode = (np.cumsum(flips, axis=1) + rng.integers(2, size=(500, 1))) % 2
    factor = (0.8 + 0.4 * mode).reshape(500, slots, parts).mean(axis=2)
    contacts = rng.poisson(factor * np.linspace(40.0, 90.0, slots)).astype(float)

    found = fitted(contacts, SLOT_S)

    assert found.variance == pytest.approx(0.04, rel=0.1) and found.correlation_s == pytest.approx(3600.0, rel=0.15)
    assert fitted(rng.poisson(70.0, (500, slots)).astype(float), SLOT_S).variance < 0.001


def test_covariances_are_net_of_poisson_noise():
    even = np.random.default_rng(2).poisson(60.0, (2000, 20)).astype(float)

    assert np.abs(covariances(even) + 1.0 / 60.0 / 20.0).max() < 0.001  # the level of a day is taken out


@pytest.mark.slow
def test_declared_hidden_load_is_the_fit_to_the_log():
    contacts = read_weekdays(data_folder())
    october = counts(contacts[contacts["month"] == 10]).sum(axis=1)

    assert tuple(fitted(october, SLOT_S)) == pytest.approx(tuple(parameters.LOG), rel=1e-6)
