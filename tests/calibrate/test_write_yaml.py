"""The YAML of the scenario files."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibrate.write_yaml import WIDTH, dump

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.6f}")),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20),
)
values = st.recursive(
    st.one_of(scalars, st.lists(scalars, max_size=60)),
    lambda inner: st.dictionaries(st.text("abNOyes.*_", min_size=1, max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abNOyes.*_", min_size=1, max_size=8), values, max_size=5))
def test_what_is_written_is_read_back(document):
    assert (yaml.safe_load(dump(document, {})) or {}) == document


def test_long_text_is_folded_and_read_back():
    text = "a sentence that goes on and on, with 75 % and: colons, " * 6 + "to its end"

    written = dump({"sources": {"queues.*.handle_s.*": text}}, {})

    assert max(map(len, written.splitlines())) <= WIDTH
    assert yaml.safe_load(written) == {"sources": {"queues.*.handle_s.*": text}}


def test_comments_stand_above_their_keys():
    written = dump({"queues": {"PS": {"wrap_up_s": 10.0}}}, {"": "head", "queues.PS": "regular service"})

    assert written == "# head\nqueues:\n  # regular service\n  PS: {wrap_up_s: 10.0}\n"
