"""Older and newer programs in one center: what the older does not know passes through it and comes back whole."""

from __future__ import annotations

import pytest

from app.errors import Refusal
from app.models.registry import KINDS
from app.services import reading, settling, writing
from tests.sync.skew import MISSING_CHOICE, MISSING_FIELD, MISSING_KIND, older_program
from tests.sync.world import Pc, World, contents, sound

NEW_FIELD = MISSING_FIELD[1]
NEW_CHOICE = KINDS["team"].fields[MISSING_CHOICE[1]].choices[-1][0]


class Skewed(World):
    """The first and the last PC run the newer program, the one between them the older."""

    def start(self) -> tuple[Pc, Pc, Pc]:
        first = self.pc("a")
        cards = [self.card_of(first) for _ in range(2)]
        with older_program():
            older = self.pc("b", card=cards[0])
        return first, older, self.pc("c", card=cards[1])

    def through(self, first: Pc, older: Pc, last: Pc) -> None:
        """News of the first reaches the last by way of the older program."""
        file = self.file(first.replica, older.certificate())
        with older_program():
            self.take(older, file)
            on = self.file(older.replica, last.certificate())
        self.take(last, on)

    @staticmethod
    def take(pc: Pc, file) -> None:
        from app.sync import usb

        usb.import_file(pc.replica, file)


@pytest.fixture
def skewed(tmp_path):
    made = Skewed(tmp_path)
    yield made
    made.close()


def _tables(pc: Pc) -> list[object]:
    held = contents(pc.replica)
    return [held["team"], held[MISSING_KIND]]


def test_what_an_older_program_does_not_know_passes_through_it_and_is_whole_after_its_upgrade(skewed: Skewed) -> None:
    first, older, last = skewed.start()
    team = first.put("team", name="舞蹈队", schedule_text="每周三", category=NEW_CHOICE)
    hall = first.put(MISSING_KIND, name="大厅", remark="新的一种记录")
    skewed.through(first, older, last)
    assert (last.get(team, "team").schedule_text, last.get(hall).remark) == ("每周三", "新的一种记录")
    with older_program():
        row = reading.get(older.workspace.office, "team", team)
        assert NEW_FIELD not in row.values
        assert row.display("category") == NEW_CHOICE  # shown raw, never blanked
        with pytest.raises(Refusal):
            reading.get(older.workspace.office, MISSING_KIND, hall)
        handed_back = {"venue_text": "老程序写的", "category": NEW_CHOICE}  # the whole form, one field changed
        writing.save(older.workspace.office, "team", handed_back, team, seen=row.seen)
        with pytest.raises(Refusal):
            writing.save(older.workspace.office, "team", {"category": "nobody's"}, team, seen=row.seen)
    older.reopen()
    skewed.carry(older, last)
    skewed.carry(older, first)
    upgraded = older.get(team, "team")
    assert (upgraded.schedule_text, upgraded.category, upgraded.venue_text) == ("每周三", NEW_CHOICE, "老程序写的")
    assert _tables(older) == _tables(last) == _tables(first)
    assert sound(older.replica)


def test_a_conflict_in_a_field_that_an_older_program_does_not_know_stays_open_there(skewed: Skewed) -> None:
    first, older, last = skewed.start()
    team = first.put("team", name="舞蹈队")
    skewed.through(first, older, last)
    for pc, value in ((first, "每周三"), (last, "每周四")):
        writing.save(pc.workspace.office, "team", {NEW_FIELD: value}, team)
    skewed.through(first, older, last)
    file = skewed.file(last.replica, older.certificate())
    with older_program():
        skewed.take(older, file)
        (conflict,) = settling.conflicts(older.workspace.office, "team")
        assert {version.value for version in conflict.versions} == {"每周三", "每周四"}
        with pytest.raises(Refusal):  # nobody deletes what they cannot have seen
            writing.set_deleted(older.workspace.office, "team", [team], True)
        settling.settle(older.workspace.office, "team", team, NEW_FIELD, take=conflict.versions[0].stamp)
    older.reopen()
    for pc in (first, last):
        skewed.carry(older, pc)
        assert pc.get(team, "team").schedule_text == conflict.versions[0].value
        assert settling.conflicts(pc.workspace.office) == []
    assert _tables(older) == _tables(last)
