"""The sample data: whole, marked, valid, and never leaving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.errors import Refusal
from app.models.bookings import Booking
from app.models.registry import KINDS
from app.models.venues import Venue
from app.services import drafts, privacy, reading, sheets, slips
from app.services.drafts import Draft
from app.services.findings import findings
from app.services.reading import Query
from app.services.sample import add_sample, count, remove
from app.services.sheets import Sheet
from app.services.writing import save, set_deleted
from app.store.tables import change, metadata
from app.sync.log import DEMO
from app.workspace import Workspace
from tests.sync.world import World

SHOWN = ("booking", "venue", "service_case", "organization", "team", "training", "enrolment", "activity", "participant")


def test_every_kind_that_is_shown_has_samples(workspace: Workspace) -> None:
    made = add_sample(workspace.demo().office)
    counts = {kind: reading.count(workspace.office, kind) for kind in SHOWN}
    assert all(counts.values()), counts
    assert sum(counts.values()) == made
    assert (counts["venue"], counts["organization"], counts["team"]) == (12, 15, 12)


def test_samples_stay_in_their_own_scope(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    for kind in SHOWN:
        rows = reading.rows(workspace.office, kind, reading.ids(workspace.office, kind))
        assert {row.owner for row in rows} == {"demo"}


def test_samples_break_no_rule(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    assert findings(workspace.office) == []
    assert workspace.check() == []


def test_every_sample_record_says_so(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    for kind in SHOWN:
        rows = reading.rows(workspace.office, kind, reading.ids(workspace.office, kind))
        names = KINDS[kind].title
        assert all("（演示）" in " ".join(str(row.values[name]) for name in names) for row in rows), kind
    for kind in SHOWN:
        for row in reading.rows(workspace.office, kind, reading.ids(workspace.office, kind)):
            people = [row.values[name] for name, field in KINDS[kind].fields.items() if field.format == "person_name"]
            assert all(person[1] == "演" or person == "中心办公室" for person in people if person)


def used(workspace: Workspace) -> set[str]:
    """Sample data that was worked with as a person would: edited, printed, revealed, deleted; the ids of all of it."""
    office = workspace.office.acting("王小明")
    add_sample(workspace.demo().office)
    ids = {one for kind in SHOWN for one in reading.ids(office, kind, Query(where={"owner": "demo"}))}
    booking, other = reading.ids(office, "booking")[:2]
    save(office, "booking", {"headcount": 12}, booking)
    slips.printed(office, "booking", booking, "slip")
    assert slips.print_count(office, booking) == 1
    sheets.printed(office, Sheet("door", office.today))
    privacy.reveal(office, "enrolment", reading.ids(office, "enrolment"))
    set_deleted(office, "booking", [other], True)
    drafts.keep(office, "booking", booking, Draft({"purpose": "没有保存的"}))
    workspace.index()
    return ids


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_nothing_of_it_leaves_whatever_was_done_with_it(world: World) -> None:
    pc, other = world.carded("a"), world.carded("b")
    room = pc.put(name="正式的场地")
    ids = used(pc.workspace)
    world.up(pc)
    world.carry(pc, other)
    for replica in (world.district.replica(), other.replica):
        with replica.reading() as connection:
            held = list(connection.execute(select(change.c.scope, change.c.record_id, change.c["values"])))
        assert "demo" not in {row.scope for row in held}
        assert ids.isdisjoint(row.record_id for row in held), "not even a line that it was printed"
        assert room in {row.record_id for row in held}
        assert not any("演示".encode() in (row.values or b"") for row in held)


def test_it_goes_without_a_trace_and_takes_nothing_else_along(workspace: Workspace) -> None:
    room = save(workspace.office, "venue", {"name": "正式的场地"}).id
    slips.printed(workspace.office, "venue", room, "x")
    ids = used(workspace)
    before = count(workspace.office)
    assert before == len(ids)
    assert remove(workspace.office) == before
    with workspace.engine.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)):
                words = str(tuple(row))
                assert "演示" not in words, table.name
                assert "demo" not in words.replace(str(workspace.data), ""), table.name
                assert not any(one in words for one in ids), table.name
    assert reading.ids(workspace.office, "venue") == [room]
    assert reading.search(workspace.office, "演示") == reading.search(workspace.office, "没有这样的词")
    assert slips.print_count(workspace.office, room) == 1
    assert workspace.check() == []
    assert remove(workspace.office) == 0
    add_sample(workspace.demo().office)
    assert workspace.check() == []
    assert count(workspace.office) == before


def test_a_record_of_the_centers_own_cannot_refer_to_it(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    sample_room = reading.ids(workspace.office, "venue")[0]
    start = f"{workspace.office.today}T09:00"
    with pytest.raises(Refusal, match="这是演示数据"):
        save(workspace.office, "booking", {"venue": sample_room, "start": start, "end": f"{start[:-5]}10:00"})


def test_where_one_does_all_the_same_it_is_named_and_nothing_is_removed(workspace: Workspace) -> None:
    add_sample(workspace.demo().office)
    part = save(workspace.office, "venue", {"name": "正式的分区"}).id
    before = count(workspace.office)
    with workspace.engine.begin() as connection:  # as an older program may have written it
        venue = KINDS["venue"].model.__table__
        hall = connection.scalar(select(venue.c.id).where(venue.c.owner == "demo"))
        connection.execute(update(venue).where(venue.c.id == part).values(parent=hall))
    with pytest.raises(Refusal) as refused:
        remove(workspace.office)
    (fault,) = refused.value.faults
    assert fault.error == "场地“正式的分区”的“所属场地”用着演示数据"
    assert count(workspace.office) == before


def test_from_the_command_line(center) -> None:
    assert center("sample").line == {"sample": 0}
    added = center("sample", "--add").line
    assert added["added"] == added["sample"] == 109
    assert center("sample", "--add").line == {"sample": 109}
    assert center("sample", "--remove").line == {"removed": 109, "sample": 0}
    assert center("sample", "--remove", "--add").code == 2
    assert center("check").code == 0


def test_a_sample_booking_goes_to_another_sample_room(workspace: Workspace) -> None:
    office = workspace.office
    add_sample(workspace.demo().office)
    with office.reading() as session:
        rooms = list(session.scalars(select(Venue.id).where(Venue.owner == DEMO, Venue.parent.is_(None))))
        one = session.scalars(select(Booking).where(Booking.owner == DEMO, Booking.status == "confirmed")).first()
    assert one is not None
    other = next(room for room in rooms if room != one.venue)
    save(office, "booking", {"venue": other, "start": "2026-12-30T20:00", "end": "2026-12-30T20:30"}, one.id,
                 reason="练习")  # fmt: skip
    assert reading.get(office, "booking", one.id).values["venue"] == other
