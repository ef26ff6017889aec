"""Every key of the scenario schema can be set through Hydra, and a change leaves alone what it does not name."""

import functools
import types
import typing
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.files.decode import decode
from ccenv.scenarios.files.overrides import override
from ccenv.scenarios.schema import Centre, Dist
from experiments.jobs.changes import changes
from experiments.jobs.config import scenario_of
from tests.experiments.test_config import settings
from tests.oracle.schema_use import schema_keys

SCALARS = (True, False, 1, 2, 0.5, 0.25, "x", "y")
NAME = "a"  # of every queue, group, campaign and segment of the made centre
KEYS = list(schema_keys())
TAGS = [struct.__struct_config__.tag for struct in typing.get_args(Dist)]


def example(expected: Any, place: int) -> Any:
    """A valid value of a type of the schema; two places give two values, where the type has two."""
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        tag = expected.__struct_config__.tag
        own = {f.name: example(f.type, place) for f in msgspec.structs.fields(expected)}
        return own if tag is None else {"dist": tag, **own}
    bare = typing.get_args(expected)[0] if typing.get_origin(expected) is typing.Annotated else expected
    origin = typing.get_origin(bare)
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(bare) if member is not type(None)]
        return example(next(filter(is_part, members), members[0]), place)
    if origin is list:
        lengths = [meta.min_length or 0 for meta in getattr(expected, "__metadata__", ())]
        return [example(typing.get_args(bare)[0], place)] * max([1, *lengths])
    if origin is dict:
        return {NAME: example(typing.get_args(bare)[1], place)}
    fitting = typing.get_args(bare) if origin is typing.Literal else [v for v in SCALARS if fits(v, expected)]
    return fitting[place % len(fitting)]


def is_part(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, msgspec.Struct) and not expected.__struct_config__.tag


def fits(value: Any, expected: Any) -> bool:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError:
        return False
    return expected is Any or not isinstance(value, str) or expected is str


@functools.cache
def made() -> Centre:
    """A centre with every part of the schema, which no loader would accept: its figures do not fit together."""
    return decode(example(Centre, 0))[0]


def type_of(key: str) -> Any:
    """Type of a key of the schema."""
    expected: Any = Centre
    for step in key.split("."):
        members = list(flat(expected))
        if step == "*":
            expected = next(typing.get_args(m)[-1] for m in members if typing.get_origin(m) in (dict, list))
        elif step.startswith("<"):
            expected = next(m for m in members if tag_of(m) == step[1:-1])
        else:
            struct = next(m for m in members if hasattr(m, "__struct_fields__") and step in m.__struct_fields__)
            expected = next(f.type for f in msgspec.structs.fields(struct) if f.name == step)
    return expected


def flat(expected: Any) -> Iterator[Any]:
    """The members of a union without their bounds."""
    if typing.get_origin(expected) in (typing.Union, types.UnionType, typing.Annotated):
        inner = typing.get_args(expected)
        for member in inner[:1] if typing.get_origin(expected) is typing.Annotated else inner:
            yield from flat(member)
    else:
        yield expected


def tag_of(expected: Any) -> Any:
    return getattr(getattr(expected, "__struct_config__", None), "tag", None)


def concrete(key: str) -> str:
    """The key in the made centre: `*` is a name, or 0 in a list, `<dist>` is no step of a file."""
    steps, node = [], made()
    for step in key.split("."):
        if step.startswith("<"):
            break
        if step == "*":
            step = NAME if isinstance(node, dict) else "0"
        node = (
            node[int(step) if isinstance(node, list) else step]
            if isinstance(node, dict | list)
            else getattr(node, step)
        )
        steps.append(step)
    return ".".join(steps) + (f".{key.rpartition('.')[2]}" if "<" in key else "")


PLACES = sorted({concrete(key.partition(".<")[0]) for key in KEYS if "<" in key})  # where a distribution may stand


def grammar(value: Any) -> str:
    """A value in Hydra's grammar of overrides."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {grammar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(grammar, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_at(node: Any, key: str) -> Any:
    for step in key.split("."):
        node = (
            node[step] if isinstance(node, dict) else node[int(step)] if isinstance(node, list) else getattr(node, step)
        )
    return node


def check(wanted: dict[str, tuple[Any, Any]]) -> None:
    """Set all keys by one command line, and find each in the centre: values with their types, by concrete key."""
    given = [f"scenario.set.{key}={grammar(value)}" for key, (value, _) in wanted.items()]
    data = msgspec.to_builtins(made())
    assert not override(data, changes(settings("scenario=tiny", *given).scenario.set, made()), "made")
    centre = decode(data)[0]
    found = {key: value_at(centre, key) for key in wanted}
    assert found == {key: msgspec.convert(value, expected) for key, (value, expected) in wanted.items()}


def has_children(key: str) -> bool:
    return any(other.startswith(f"{key}.") for other in KEYS if "<" not in other)


def test_all_keys_of_single_values_are_set_at_once():
    single = [key for key in KEYS if "<" not in key and not has_children(key)]
    wanted = {concrete(key): (example(type_of(key), 1), type_of(key)) for key in single}

    assert len(single) > 150
    assert sum(value_at(made(), key) != value for key, (value, _) in wanted.items()) > 0.95 * len(single)
    check(wanted)


@pytest.mark.parametrize("depth", sorted({key.count(".") for key in KEYS if has_children(key)}))
def test_parts_are_set_as_a_whole(depth: int):
    whole = [key for key in KEYS if has_children(key) and key.count(".") == depth]

    check({concrete(key): (example(type_of(key), 1), type_of(key)) for key in whole})


@pytest.mark.parametrize("tag", TAGS)
def test_every_parameter_of_every_distribution_is_set_by_its_own_key(tag: str):
    mine = [key for key in KEYS if f"<{tag}>" in key]
    wanted = {f"{place}.dist": tag for place in PLACES}
    wanted |= {concrete(key): example(type_of(key), 1) for key in mine}
    given = [f"scenario.set.{key}={grammar(value)}" for key, value in wanted.items()]

    data = msgspec.to_builtins(made())
    assert not override(data, changes(settings("scenario=tiny", *given).scenario.set, made()), "made")
    centre = decode(data)[0]

    assert all(tag_of(value_at(centre, place)) == tag for place in PLACES)
    for key in mine:
        assert value_at(centre, concrete(key)) == wanted[concrete(key)]


def test_calling_rules_and_another_key_of_their_campaign_are_set():
    given = ["calling_rules.max_per_24h=3", "max_lines=10", "compliance.threshold_s=4"]
    chosen = settings("scenario=bank_blended", *(f"scenario.set.campaigns.deposits.{key}" for key in given))
    before = load_scenario("bank_blended").centre.campaigns["deposits"]

    campaign = scenario_of(chosen.scenario).centre.campaigns["deposits"]

    assert (campaign.calling_rules.max_per_24h, campaign.max_lines, campaign.compliance.threshold_s) == (3, 10, 4)
    assert campaign.p_answer == before.p_answer
    assert campaign.calling_rules.calling_from_s == before.calling_rules.calling_from_s


LOGNORMAL = {"dist": "lognormal", "mu": 4.0, "sigma": 0.5}


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (LOGNORMAL, {"sigma": 1.0}, {"dist": "lognormal", "mu": 4.0, "sigma": 1.0}),
        (LOGNORMAL, {"dist": "lognormal", "mu": 5.0}, {"dist": "lognormal", "mu": 5.0, "sigma": 0.5}),
        (LOGNORMAL, {"dist": "exponential", "mean_s": 9.0}, {"dist": "exponential", "mean_s": 9.0}),
        (60.0, {"mean_s": 9.0}, {"dist": "exponential", "mean_s": 9.0}),
        (60.0, {"dist": "constant", "value_s": 9.0}, {"dist": "constant", "value_s": 9.0}),
        (
            {"dist": "hyper_exponential", "p": [0.5, 0.5], "mean_s": [1.0, 2.0]},
            {"mean_s": {"1": 3.0}},
            {"dist": "hyper_exponential", "p": [0.5, 0.5], "mean_s": [1.0, 3.0]},
        ),
    ],
)
def test_a_distribution_keeps_its_parameters_until_it_becomes_another(before: Any, given: Any, after: Any):
    data = msgspec.to_builtins(made())
    data["queues"][NAME]["handle_s"] = before

    found = changes({"queues": {NAME: {"handle_s": given}}}, decode(data)[0])

    assert found == {f"queues.{NAME}.handle_s": after}


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"params": {"c": 1}}, {"name": "max0", "params": {"k": 2, "c": 1}}),
        ({"name": "max0", "params": {"k": 3}}, {"name": "max0", "params": {"k": 3}}),
        ({"name": "progressive"}, {"name": "progressive"}),
        ({"nam": "max0"}, {"name": "max0", "nam": "max0", "params": {"k": 2}}),
    ],
)
def test_a_rule_keeps_its_parameters_until_it_becomes_another(given: Any, after: Any):
    data = msgspec.to_builtins(made())
    data["rules"]["pacing"] = {"name": "max0", "params": {"k": 2}}

    assert changes({"rules": {"pacing": given}}, decode(data)[0]) == {"rules.pacing": after}


def test_a_definition_by_name_is_replaced_by_one_with_keys():
    data = msgspec.to_builtins(made())
    data["campaigns"][NAME]["compliance"] = "run_total"

    found = changes({"campaigns": {NAME: {"compliance": {"base": "queue"}}}}, decode(data)[0])

    assert found == {f"campaigns.{NAME}.compliance": {"base": "queue"}}


def test_weights_replace_a_preset_and_are_then_set_one_by_one():
    changed = scenario_of(
        settings("scenario.name=tiny", "scenario.set.reward={preset: hybrid, abandoned: -3.0}").scenario
    )
    assert changed.reward == {"preset": "hybrid", "abandoned": -3.0}
    again = changes({"reward": {"dropped": -1.0}}, changed.centre)
    assert changed.replace(**again).reward == {"preset": "hybrid", "abandoned": -3.0, "dropped": -1.0}


def test_an_element_of_a_default_list_is_set():
    data = msgspec.to_builtins(made())
    del data["campaigns"][NAME]["dial_ladder"]

    found = changes({"campaigns": {NAME: {"dial_ladder": {"1": 3}}}}, decode(data)[0])

    assert found == {f"campaigns.{NAME}.dial_ladder": [1, 3, 4, 8, 16]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("groups.frist.shifts=[]", "not one of the groups"),
        ("queues.sale.handle_s.mean_s=3", "not one of the queues"),
        ("groups.first.staffing.9=3", "must be an index of the list, 0 to 3"),
        ("queues.sales.handle_s.mean_ss=3", "unknown key"),
        ("groupes.first.staffing=3", "did you mean 'groups'"),
    ],
)
def test_a_key_that_does_not_exist_is_refused_by_the_loader(given: str, said: str):
    with pytest.raises(ScenarioError, match=said):
        scenario_of(settings("scenario=tiny", f"scenario.set.{given}").scenario)
