"""The walk over all times of a centre."""

from ccenv.scenarios.compile.times import times
from ccenv.scenarios.schema import Constant, Ivr, Never, Node, Queue, Time, ValueClass
from tests.scenarios.inbound import centre


class Part(Node, frozen=True):
    first_s: Time
    other_s: float = 5.0
    perhaps_s: Time | None = None


class Whole(Node, frozen=True):
    parts: list[Part]
    by_name: dict[str, Part]
    by_dist: dict[str, Time]
    one: Part | None = None
    classes: list[ValueClass] = []


def test_times_are_found_in_lists_mappings_and_parts_and_no_other_number_is():
    whole = Whole([Part(1.0), Part(2.0, perhaps_s=Never())], {"a": Part(3.0)}, {"b": 4.0}, classes=[ValueClass(0.5)])
    assert dict(times(whole, "w")) == {
        "w.parts.0.first_s": 1.0,
        "w.parts.1.first_s": 2.0,
        "w.parts.1.perhaps_s": Never(),
        "w.by_name.a.first_s": 3.0,
        "w.by_dist.b": 4.0,
    }


def test_times_of_a_queue_with_its_defaults():
    queue = Queue(1.0, 60.0, ivr=Ivr(time_s=Constant(9.0)))
    assert dict(times(queue)) == {
        "handle_s": 60.0,
        "ivr.time_s": Constant(9.0),
        "ivr.detect_s": 30.0,
        "patience_s": Never(),
        "wrap_up_s": 0.0,
        "transfer.handover_s": 0.0,
        "redial.delay_s": 600.0,
        "repeat.delay_s": 600.0,
    }


def test_keys_of_a_centre_are_dotted_and_lead_to_the_values():
    found = dict(times(centre().centre))
    names = (
        "surge.lasts_s",
        "queues.first.callback.retry_s",
        "queues.first.sale.handle_s",
        "groups.late.handle_s.first",
    )
    assert set(names) < set(found)
    assert found["groups.late.handle_s.first"] == 170.0
    assert not [key for key in found if key.startswith(("queues.second.ivr", "clock", "groups.early"))]
