"""The English catalogue is complete, and its tool finds what would be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import text
from tests.tools import catalogue


def test_every_message_has_an_english_text() -> None:
    assert catalogue.check() == []


def test_writing_the_catalogue_again_changes_nothing(monkeypatch, tmp_path: Path) -> None:
    before = catalogue.PO.read_bytes(), catalogue.MO.read_bytes()
    texts = catalogue.read()
    monkeypatch.setattr(catalogue, "PO", tmp_path / "en.po")
    monkeypatch.setattr(catalogue, "MO", tmp_path / "en.mo")
    catalogue.write(texts, texts)
    assert (catalogue.PO.read_bytes(), catalogue.MO.read_bytes()) == before


@pytest.mark.parametrize(
    ("english", "fault"),
    [
        ("", "no English text"),
        ("{n} 场预约", "the English text equals the id"),
        ("{m} bookings", "places differ: ['n'] and ['m']"),
        ("{n} 场 bookings", "Chinese in the English text '{n} 场 bookings'"),
        ("{n} bookings", ""),
    ],
)
def test_a_bad_text_is_told(english: str, fault: str) -> None:
    assert catalogue.fault_of("{n} 场预约", english) == fault


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ('print(_("场地"))', []),
        ('"""文档"""\nprint(_(kind.label))', []),
        ('WORDS = ("场地", "预约")\nprint([_(word) for word in WORDS])', []),
        ('print(_("甲" if one else "乙"))', []),
        ('print(_(f"{n} 场预约"))', ["_() needs a literal, not f'{n} 场预约'", "'{n} 场预约' is shown without _()"]),
        ('def f():\n    return "场地"', ["'场地' is shown without _()"]),
        ('print(_("{n} 场预约", m=1))', ["_() is given ['m'] for '{n} 场预约'"]),
    ],
)
def test_the_source_is_searched(monkeypatch, tmp_path: Path, source: str, faults: list[str]) -> None:
    folder = tmp_path / "app" / "views"
    folder.mkdir(parents=True)
    (folder / "page.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    found = catalogue.Found()
    catalogue.Module(folder / "page.py", found).walk()
    assert [fault.split(": ", 1)[1] for fault in found.faults][: len(faults)] == faults[: len(found.faults)]
    assert bool(found.faults) == bool(faults)


def test_english_is_shown_when_chosen() -> None:
    assert text._("场地预约") == "场地预约"
    text.use("en")
    assert text._("场地预约") == "Room booking"
    assert text._("{n}人", n=3) == "3 people"
