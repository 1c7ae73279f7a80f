"""The 40 made-up rare names: stored, found by their own characters and by pinyin, and printed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from app.services import reading, slips, writing
from app.store.pinyin import keys

NAMES = Path(__file__).parent.parent.joinpath("data", "rare_names.txt").read_text("utf-8").split("\n")
NAMES = [name.strip() for name in NAMES if name.strip()]


def test_every_rare_name_is_stored_found_and_printed(workspace, tmp_path) -> None:
    office = workspace.office
    training = writing.save(
        office, "training",
        {"title": "财务培训", "training_kind": "finance", "start": "2026-12-01T09:00", "end": "2026-12-01T11:00"},
    ).id  # fmt: skip
    saved = {name: writing.save(office, "enrolment", {"name": name, "training": training}).id for name in NAMES}
    workspace.index()
    assert len(saved) == 40
    for typed, record in saved.items():
        stored = reading.get(office, "enrolment", record).values["name"]
        assert stored == typed.replace("‧", "·")
        assert record in reading.ids(office, "enrolment", reading.Query(search=stored))
        assert record in [hit.id for hit in reading.search(office, stored)]
        sound = keys(stored).initials.split()
        if sound:
            assert record in reading.ids(office, "enrolment", reading.Query(search=sound[0]))
    pdf = tmp_path / "sheet.pdf"
    pdf.write_bytes(slips.render(office, "training", training))
    printed = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    together = "".join(printed.split())
    for name in NAMES:
        assert "".join(name.replace("‧", "·").split()) in together, name


def test_pinyin_finds_by_every_reading_full_and_initials(workspace) -> None:
    office = workspace.office
    record = writing.save(office, "organization", {"name": "长宁曾氏单车公益服务中心"}).id
    workspace.index()
    for typed in ("changning", "chang ning", "cn", "zeng", "ceng", "dan", "shan", "服务", "曾氏", "cnzsdc"):
        assert record in [hit.id for hit in reading.search(office, typed)], typed
    assert reading.search(office, "zzzz") == []
    assert reading.search(office, "%") == []
    assert reading.search(office, "_") == []
