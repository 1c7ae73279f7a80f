"""Every kind in the registry: list, form, put and get, log, merge, labels. A new kind is tested without editing this."""

from __future__ import annotations

import json
import random
import re

import pytest

from app import text
from app.models.record import Kind
from app.models.registry import KINDS
from app.services import reading, writing
from app.services.history import history
from app.sync import log, rows
from app.sync.merge import fold
from tests.factory import make, values_of

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@every_kind
def test_what_is_saved_is_what_is_read(kind: Kind, workspace) -> None:
    office = workspace.office
    values = values_of(office, kind)
    saved = writing.save(office, kind.name, values)
    row = reading.get(office, kind.name, saved.id)
    assert {name: row.values[name] for name in values} == values
    assert bool(row.number) == bool(kind.number)


@every_kind
def test_the_list_shows_filters_orders_and_finds_it(kind: Kind, workspace) -> None:
    office = workspace.office
    first, second = make(office, kind.name), make(office, kind.name, **distinct(kind))
    workspace.index()
    assert {first, second} <= set(reading.ids(office, kind.name))
    for field in kind.fields.values():
        up = reading.ids(office, kind.name, reading.Query(order=field.name))
        down = reading.ids(office, kind.name, reading.Query(order=field.name, descending=True))
        assert set(up) == set(down) == set(reading.ids(office, kind.name))
    row = reading.get(office, kind.name, second)
    word = next(str(row.values[n]) for n, f in kind.fields.items() if f.search and row.values.get(n))
    assert second in reading.ids(office, kind.name, reading.Query(search=word.split()[0]))


def distinct(kind: Kind) -> dict[str, object]:
    """What makes a second record of the kind acceptable beside the first."""
    return {
        "booking": {"start": "2026-12-02T09:00", "end": "2026-12-02T10:00", "purpose": "读书会"},
        "enrolment": {"name": "李四"},
        "booking_equipment": {"remark": "靠窗摆放"},
        "quota_venue": {"remark": "周末"},
        "calendar_day": {"date": "2026-03-01"},
    }.get(kind.name, {})


@every_kind
def test_put_and_get_round_trip_on_the_command_line(kind: Kind, center) -> None:
    declared = center("kinds", kind.name).line
    assert declared["kind"] == kind.name
    needed = least(kind, center)
    put = center("put", kind.name, stdin=[needed])
    assert put.code == 0, put.out + put.err
    got = center("get", kind.name, put.line["id"], "--reveal", "--seen").line
    assert {name: got[name] for name in needed} == needed
    again = center("put", kind.name, stdin=[json.dumps(got, ensure_ascii=False)])
    assert again.code == 0, again.out
    assert center("get", kind.name, put.line["id"], "--reveal", "--seen").line == got


def least(kind: Kind, center) -> dict[str, object]:
    """A value for each required field; what they link to is put on the way."""
    return {
        field.name: center("put", field.targets[0], stdin=[least(KINDS[field.targets[0]], center)]).line["id"]
        if field.type == "link"
        else simple(kind, field)
        for field in kind.typed
        if field.required
    }


def simple(kind: Kind, field) -> object:
    from tests.factory import value_of

    return value_of(kind, field)


@every_kind
def test_the_log_alone_gives_the_same_rows(kind: Kind, workspace) -> None:
    office = workspace.office
    saved = writing.save(office, kind.name, values_of(office, kind))
    writing.set_deleted(office, kind.name, [saved.id], True)
    writing.set_deleted(office, kind.name, [saved.id], False)
    with office.engine.execution_options(write=True).begin() as connection:
        before = rows.compare(connection)
        rows.rebuild(connection)
        after = rows.compare(connection)
    assert before == after == []
    assert workspace.check() == []
    assert len(history(office, kind.name, saved.id)) == 3


@every_kind
def test_changes_merge_alike_in_any_order(kind: Kind, workspace) -> None:
    office = workspace.office
    saved = writing.save(office, kind.name, values_of(office, kind))
    seen = reading.get(office, kind.name, saved.id).seen
    field = next(
        f
        for f in kind.typed
        if f.type in ("text", "note") and not f.format and (kind.name, f.name) != ("center", "street")
    )
    for words in ("甲", "乙"):  # two people who saw the same
        writing.save(office, kind.name, {field.name: words}, saved.id, seen=seen)
    with office.reading() as session:
        changes = log.of_record(session.connection(), office.scope, kind.name, saved.id)
    writes = [log.write_of(change) for change in changes]
    states = []
    for seed in range(6):
        shuffled = writes * 2
        random.Random(seed).shuffle(shuffled)
        states.append(fold(shuffled))
    assert all(state == states[0] for state in states)
    assert states[0].conflicts == (kind.log_field(field.name),)
    assert reading.get(office, kind.name, saved.id).conflicts == 1


@every_kind
def test_every_label_has_an_english_text(kind: Kind) -> None:
    text.use("en")
    words = [kind.label]
    for field in kind.fields.values():
        words += [field.label, field.help, field.unit, field.section, *(label for _code, label in field.choices)]
    missing = [word for word in words if CHINESE.search(text._(word))]
    assert missing == []


@every_kind
def test_the_form_gives_back_what_it_was_given(kind: Kind, workspace, qtbot) -> None:
    from app.views.context import Context
    from app.views.records.form import RecordForm
    from app.views.tasks import Tasks
    from app.views.theme import Theme

    office = workspace.office
    values = values_of(office, kind)
    record = writing.save(office, kind.name, values).id
    tasks = Tasks()
    context = Context(workspace, tasks, Theme("standard"), "王小明")
    form = RecordForm(context, kind)
    qtbot.addWidget(form)
    row = reading.get(office, kind.name, record)
    form.load(row, masked=False)
    assert form.read() == ({}, []), "nothing was touched, nothing changed"
    form.start_new(values, dict(row.links))
    read, faults = form.read()
    assert faults == []
    assert {name: read.get(name) for name in values} == values
    form.load(row, masked=True)
    assert form.read() == ({}, []), "masked values are not read"
    tasks.close()
