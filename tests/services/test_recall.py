"""What was written in a field before is offered again."""

from __future__ import annotations

import pytest

from app.services.recall import recall
from app.services.writing import save
from app.workspace import Workspace


@pytest.fixture
def written(workspace: Workspace) -> tuple[str, str]:
    """Two teams with what they wrote."""
    office = workspace.office
    venue = save(office, "venue", {"name": "一楼大厅"}).id
    teams = tuple(save(office, "team", {"name": name}).id for name in ("合唱队", "编织社"))
    for day, (team, purpose) in enumerate(
        [(0, "合唱队排练"), (0, "合唱队排练"), (0, "换届会"), (1, "编织活动"), (1, "换届会"), (1, "换届会"), (1, "换届会")], 1
    ):  # fmt: skip
        slot = {"start": f"2026-12-{day:02d}T09:00", "end": f"2026-12-{day:02d}T10:00"}
        save(office, "booking", {"venue": venue, "client": teams[team], "purpose": purpose, **slot})
    return teams[0], teams[1]


def test_it_is_found_by_initials_by_pinyin_and_by_words(workspace: Workspace, written: tuple[str, str]):
    for words in ("hcdpl", "hechang", "排练", "队排"):
        assert recall(workspace.office, "booking", "purpose", words) == ["合唱队排练"]
    assert recall(workspace.office, "booking", "purpose", "zzz") == []


def test_what_the_client_wrote_comes_first_then_what_is_usual(workspace: Workspace, written: tuple[str, str]):
    choir, knitters = written
    assert recall(workspace.office, "booking", "purpose", "h") == ["换届会", "合唱队排练", "编织活动"]
    assert recall(workspace.office, "booking", "purpose", "h", choir)[:2] == ["合唱队排练", "换届会"]
    assert recall(workspace.office, "booking", "purpose", "h", knitters)[:2] == ["换届会", "编织活动"]


def test_without_words_only_the_client_is_looked_at(workspace: Workspace, written: tuple[str, str]):
    assert recall(workspace.office, "booking", "purpose", "") == []
    assert recall(workspace.office, "booking", "purpose", "", written[0]) == ["合唱队排练", "换届会"]
