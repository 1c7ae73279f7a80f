"""The short way to a new record's row says what the fold would say."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.registry import KINDS
from app.sync import log, rows
from app.sync.change import Change, digest, encode_bases, encode_values
from app.sync.merge import fold

BOOKING = KINDS["booking"]
NAMES = [*BOOKING.fields, *BOOKING.groups, "of a newer version", "id", "owner"]
VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.text(max_size=5), st.lists(st.booleans(), max_size=2)
)
VALUES = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(VALUE, st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=4)), max_size=6
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine says nothing of the fold
@given(VALUES, st.booleans(), st.booleans())
def test_a_new_row_is_what_the_fold_says(values: dict[str, Any], salted: bool, erased: bool) -> None:
    data = encode_values(values, salted=salted)
    change = Change(
        "310110013", "00112233aabbccdd", 7, 9, 7, 1, "", "booking", "x", 1,
        encode_bases({name: [(3, "a")] for name in values}), None if erased else data, digest(data),
    )  # fmt: skip
    state = fold([log.write_of(change)])
    expected = rows.row_of(BOOKING, "310110013", "x", state) if state.fields else None
    assert rows._new_row(BOOKING, rows._blank(BOOKING), change) == expected
