"""Publishing: the district's records arrive at the centers as its own changes, over what the copies show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.district import publishing
from app.errors import Refusal
from app.models.registry import KINDS
from app.services import binned, reading, workdays, writing
from app.store.tables import change
from app.sync import log
from app.sync.change import decode_bases, decode_values, encode_bases, encode_values
from tests.sync.world import OTHER, STREET, Pc, World, sound


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def put(world: World, kind: str = "notice", record_id: str | None = None, **values: Any) -> str:
    """A record of the district's own."""
    if record_id is None and kind == "notice":
        values = {"title": "关于开展年检的通知", "body": "请各中心于月底前提醒。", **values}
    with world.district.unit("区里小周") as unit:
        return writing.put(unit, KINDS[kind], values, record_id).id


def publish(world: World, record_id: str, *to: str, kind: str = "notice") -> list[tuple[str, str]]:
    done = publishing.publish(world.district.replica(), "310110", kind, record_id, to, "区里小周")
    return [(one.scope, one.did) for one in done]


def exchange(world: World, *pcs: Pc) -> None:
    """Both ways with the district, by file."""
    for pc in pcs:
        world.up(pc)
        world.down(pc)


def shown(pc: Pc, record_id: str, kind: str = "notice") -> reading.Row:
    return reading.get(pc.workspace.office, kind, record_id)


def listed(pc: Pc, kind: str = "notice") -> list[str]:
    return reading.ids(pc.workspace.office, kind)


def test_what_is_published_to_everyone_arrives_at_every_center(world: World) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    notice = put(world)
    assert publish(world, notice) == [("all", "published")]
    exchange(world, here, there)
    for pc in (here, there):
        row = shown(pc, notice)
        assert (row.owner, row.values["title"], row.published) == ("all", "关于开展年检的通知", True)
        assert sound(pc.replica)
    assert sound(world.district.replica())


def test_what_is_published_to_one_center_is_unknown_to_the_others(world: World) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    notice = put(world)
    assert publish(world, notice, STREET) == [(STREET, "published")]
    exchange(world, here, there)
    assert (shown(here, notice).owner, shown(here, notice).published) == (STREET, True)
    assert listed(there) == []


def test_the_districts_own_records_never_leave(world: World) -> None:
    pc = world.carded("a")
    put(world)
    exchange(world, pc)
    assert listed(pc) == []
    with pc.replica.reading() as connection:
        assert {scope for scope, _device in log.heads(connection)} <= {STREET, log.ALL}


@pytest.mark.parametrize("to", [(), (STREET,)], ids=["everyone", "one center"])
def test_the_street_reads_and_cannot_change_it(world: World, to: tuple[str, ...]) -> None:
    pc = world.carded("a")
    notice = put(world)
    publish(world, notice, *to)
    exchange(world, pc)
    office = pc.workspace.office
    for attempt in (
        lambda: writing.save(office, "notice", {"title": "改"}, notice),
        lambda: writing.set_deleted(office, "notice", [notice], True),
    ):
        with pytest.raises(Refusal, match="区里下发"):
            attempt()
    assert shown(pc, notice).values["title"] == "关于开展年检的通知"


def test_the_street_keeps_policies_of_its_own(world: World) -> None:
    pc = world.carded("a")
    own = writing.save(pc.workspace.office, "policy", {"title": "场地使用办法", "level": "street"}).id
    writing.save(pc.workspace.office, "policy", {"issuer": "街道办事处"}, own)
    assert not shown(pc, own, "policy").published


def test_publishing_again_writes_only_what_was_edited_over_what_was_shown(world: World) -> None:
    pc = world.carded("a")
    notice = put(world, issuer="区社团局")
    publish(world, notice)
    exchange(world, pc)
    before = shown(pc, notice).seen
    assert publish(world, notice) == [("all", "unchanged")]
    put(world, record_id=notice, title="关于做好年检的通知")
    assert publish(world, notice) == [("all", "changed")]
    with world.district.replica().reading() as connection:
        last = log.of_record(connection, log.ALL, "notice", notice)[-1]
    assert decode_values(last.values or b"") == {"title": "关于做好年检的通知"}
    assert decode_bases(last.bases) == {"title": before["title"]}
    exchange(world, pc)
    row = shown(pc, notice)
    assert (row.values["title"], row.values["issuer"], row.conflicts) == ("关于做好年检的通知", "区社团局", 0)


def test_a_deleted_notice_is_withdrawn_and_can_come_back(world: World) -> None:
    pc = world.carded("a")
    notice = put(world)
    publish(world, notice)
    with world.district.unit() as unit:
        writing.delete_in(unit, "notice", notice, True)
    assert publish(world, notice) == [("all", "withdrawn")]
    exchange(world, pc)
    assert listed(pc) == []
    assert binned.binned(pc.workspace.office) == [], "what the district withdrew is not in the street's bin"
    with world.district.unit() as unit:
        writing.delete_in(unit, "notice", notice, False)
        writing.put(unit, KINDS["notice"], {"title": "重新发布"}, notice)
    assert publish(world, notice) == [("all", "changed")]
    exchange(world, pc)
    assert listed(pc) == [notice]
    assert shown(pc, notice).values["title"] == "重新发布"
    assert sound(pc.replica)


def test_first_some_centers_then_everyone_is_one_notice_in_the_list(world: World) -> None:
    pc, there = world.carded("a"), world.carded("b", OTHER)
    notice = put(world)
    publish(world, notice, STREET)
    exchange(world, pc)
    assert publish(world, notice) == [("all", "published"), (STREET, "withdrawn")]
    exchange(world, pc, there)
    assert listed(pc) == listed(there) == [notice]
    assert not shown(pc, notice).deleted
    with pytest.raises(Refusal, match="已经下发给全区"):
        publish(world, notice, OTHER)
    done = publishing.withdraw(world.district.replica(), "notice", notice)
    assert [(one.scope, one.did) for one in done] == [("all", "withdrawn")]
    exchange(world, pc)
    assert listed(pc) == []


def test_a_record_of_the_centers_own_is_never_written_over(world: World) -> None:
    pc = world.carded("a")
    notice = put(world)
    values = encode_values({"title": "中心自己的", "body": "正文"}, salted=False)
    draft = log.Draft("notice", notice, encode_bases({"title": [], "body": []}), values)
    with pc.replica.writing() as connection:
        from app.sync import rows

        author = log.Author(pc.device, "王小明", 1_795_000_000, 2)
        rows.insert_new(connection, log.append(connection, author, STREET, [draft]))
    world.up(pc)
    with pytest.raises(Refusal, match="不能覆盖"):
        publish(world, notice, STREET, OTHER)
    with world.district.replica().reading() as connection:
        written = connection.execute(select(change.c.scope).where(change.c.record_id == notice)).scalars()
        assert sorted(written) == [STREET, log.DISTRICT], "all or nothing"
    publish(world, notice)
    exchange(world, pc)
    assert shown(pc, notice).values["title"] == "中心自己的"


def test_bad_requests_are_told_plainly(world: World) -> None:
    notice = put(world)
    replica = world.district.replica()
    for kind, record_id, to, words in (
        ("venue", notice, (), "不下发"),
        ("notice", "0192a000-0000-7000-8000-000000000000", (), "没有这条记录"),
        ("notice", notice, ("310101002",), "不属于本区"),
        ("notice", notice, ("999999999",), "没有这个街道"),
    ):
        with pytest.raises(Refusal, match=words):
            publishing.publish(replica, "310110", kind, record_id, to)
    with pytest.raises(Refusal, match="没有下发过"):
        publishing.withdraw(replica, "notice", notice)


def test_a_directory_entry_keeps_its_credit_code_and_type_together(world: World) -> None:
    pc = world.carded("a")
    entry = put(world, "organization", name="乐龄社区服务中心", uscc="52310104MJ49963266", contact_phone="13812345678")
    publish(world, entry, kind="organization")
    exchange(world, pc)
    row = shown(pc, entry, "organization")
    assert (row.values["org_type"], row.values["uscc"], row.number) == ("service_org", "52310104MJ49963266", None)
    assert row.values["contact_phone"] == "13812345678"


def test_the_calendar_of_days_arrives_at_every_center_beside_a_centers_own_day(world: World) -> None:
    here, there = world.carded("a"), world.carded("b", OTHER)
    own = writing.save(
        here.workspace.office, "calendar_day", {"date": "2027-10-01", "sort": "workday", "name": "值班"}
    ).id
    day = put(world, "calendar_day", date="2027-10-01", sort="holiday", name="国庆节")
    assert day == own, "the id follows from the date"
    assert publish(world, day, kind="calendar_day") == [("all", "published")]
    exchange(world, here, there)
    kinds = [workdays.of_office(pc.workspace.office).kind(date(2027, 10, 1)) for pc in (here, there)]
    assert kinds == ["make_up_workday", "holiday"], "the center's own day stands over the district's"
    with pytest.raises(Refusal, match="区里下发"):
        writing.save(there.workspace.office, "calendar_day", {"name": "国庆"}, day)
