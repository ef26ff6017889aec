"""What the schema and the simulator both say, and cannot take from one another."""

import typing

import numpy as np
import pytest

from ccenv.scenarios import schema
from ccenv.scenarios.check.campaigns import FOLLOWED
from ccenv.scenarios.schema.outbound import MOST_ATTEMPTS
from ccenv.sim.state.codes import AFTER, RING_DISTS
from ccenv.sim.state.entities import DIST_POINTS
from ccenv.sim.state.fields import FIELDS
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES


def literals(node, field):
    return {x for part in typing.get_args(typing.get_type_hints(node)[field]) for x in typing.get_args(part) or [part]}


def longest(node, field):
    hint = typing.get_type_hints(node, include_extras=True)[field]
    return max(meta.max_length for meta in hint.__metadata__)


def test_outcomes_are_named_alike():
    assert ("max_attempts", *AFTER) == schema.Retries.__struct_fields__
    assert schema.RingDists.__struct_fields__ == RING_DISTS


def test_size_classes_and_goals_are_those_that_there_are():
    assert literals(schema.Centre, "size_class") - {type(None)} == set(SIZES)
    assert set(FOLLOWED) < literals(schema.Campaign, "goal")


def test_attempts_are_counted_in_a_byte():
    for size in SIZES:
        assert np.iinfo(layout(size).env["lead_attempts"].base).max >= MOST_ATTEMPTS


@pytest.mark.parametrize(
    ("node", "field"),
    [(schema.PiecewiseHazard, "from_s"), (schema.HyperExponential, "p"), (schema.Empirical, "quantiles_s")],
)
def test_distributions_have_no_more_points_than_their_record(node, field):
    assert longest(node, field) <= DIST_POINTS


def test_the_field_of_value_classes_reaches_to_the_last():
    (field,) = [f for f in FIELDS if f.name == "head_value_class"]
    assert field.high == longest(schema.Customer, "value_classes") == 4
    assert field.scale == 0.25
