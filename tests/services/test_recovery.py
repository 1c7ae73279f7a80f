"""The recovery sheet and the backups that it opens."""

from __future__ import annotations

import subprocess
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.errors import Refusal
from app.services import backups, reading, recovery, undoing, writing
from app.store.rotation import superseded
from app.sync import log
from app.sync.recovery import new_sheet, seed_of
from app.workspace import Workspace


def printed(pdf: bytes, tmp_path: Path) -> str:
    """The code on the sheet, as a person reads it off the paper."""
    (tmp_path / "sheet.pdf").write_bytes(pdf)
    said = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, check=True)
    lines = said.stdout.decode().split("恢复码", 1)[1].splitlines()
    groups = [
        word
        for line in lines
        for word in line.split()
        if len(word) == 6 and word.isascii() and word.isupper() | word.isalnum()
    ]
    return "-".join(groups[:9])


def test_the_code_on_the_paper_opens_a_backup_on_another_pc(workspace: Workspace, tmp_path: Path) -> None:
    record = writing.save(workspace.office, "venue", {"name": "大会议室"})
    sheet = workspace.recovery_sheet()
    made = workspace.backup("manual")
    later = writing.save(workspace.office, "venue", {"name": "备份以后的"})
    workspace.close()
    fresh = Workspace.recover(
        tmp_path / "new/data",
        tmp_path / "new/config",
        made.files[0],
        printed(sheet, tmp_path),
        clock=workspace.clock,
    )
    assert reading.get(fresh.office, "venue", record.id).values["name"] == "大会议室"
    with pytest.raises(Refusal):
        reading.get(fresh.office, "venue", later.id)
    assert fresh.check() == []
    assert fresh.machine.device != workspace.machine.device
    number = writing.save(fresh.office, "venue", {"name": "新电脑上的"}).number
    assert number is not None
    assert number.split("-")[-1].startswith("R"), "numbers issued after the backup are never issued again"
    fresh.close()


def test_the_folder_of_a_pc_whose_configuration_is_gone_opens_in_place(workspace: Workspace, tmp_path: Path) -> None:
    sheet = workspace.recovery_sheet()
    workspace.close()
    Workspace.open(workspace.data, workspace.machine.folder.parent, clock=workspace.clock).close()
    code = printed(sheet, tmp_path)
    back = Workspace.recover(workspace.data, tmp_path / "new", workspace.data, code, clock=workspace.clock)
    assert back.check() == []
    back.close()
    with pytest.raises(Refusal, match="本机有这份数据的密钥"):
        Workspace.recover(workspace.data, tmp_path / "new", workspace.data, code)


def test_a_renewed_sheet_opens_what_is_made_from_then_on(workspace: Workspace, tmp_path: Path) -> None:
    config, files, codes = workspace.machine.folder.parent, [], []
    workspace.close()
    for minute in (1, 2):
        now = workspace.clock() + timedelta(minutes=minute)
        opened = Workspace.open(workspace.data, config, clock=lambda now=now: now)
        codes.append(printed(opened.recovery_sheet(), tmp_path))
        files += opened.backup("manual").files
        opened.close()
    with pytest.raises(Refusal, match="另一张恢复单"):
        Workspace.recover(tmp_path / "x/data", tmp_path / "x/config", files[1], codes[0])
    for number, (file, code) in enumerate(zip(files, codes, strict=True)):
        Workspace.recover(tmp_path / f"{number}/data", tmp_path / f"{number}/config", file, code).close()


def test_a_mistyped_code_is_told_and_small_letters_and_o_for_0_are_forgiven() -> None:
    code = new_sheet().code
    assert seed_of(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == seed_of(code)
    for at in range(0, len(code), 5):
        if code[at] != "-":
            wrong = code[:at] + ("X" if code[at] != "X" else "Y") + code[at + 1 :]
            with pytest.raises(Refusal, match="抄错"):
                seed_of(wrong)
    with pytest.raises(Refusal, match="54"):
        seed_of(code[:-1])


def test_the_secret_is_nowhere_but_on_the_paper(workspace: Workspace, tmp_path: Path) -> None:
    sheet = workspace.recovery_sheet()
    code = printed(sheet, tmp_path)
    made = workspace.backup("manual")
    secret = seed_of(code)
    workspace.close()
    for path in [*workspace.data.rglob("*"), *workspace.machine.folder.rglob("*"), *made.files]:
        if path.is_file():
            assert secret not in path.read_bytes()
            assert code.encode() not in path.read_bytes()


def test_what_is_kept_are_7_days_4_weeks_and_12_months() -> None:
    now = datetime(2026, 11, 24, 9)
    made = [now - timedelta(hours=12 * n) for n in range(2 * 500)]
    kept = sorted(set(made) - superseded(made), reverse=True)
    assert kept[0] == now
    assert {at.date() for at in kept} >= {(now - timedelta(days=n)).date() for n in range(7)}
    assert len({at.isocalendar()[:2] for at in kept}) >= 4
    assert {(at.year, at.month) for at in kept} == {
        ((2026 * 12 + 10 - n) // 12, (2026 * 12 + 10 - n) % 12 + 1) for n in range(12)
    }
    assert len(kept) <= 7 + 4 + 12
    assert superseded(kept) == set(), "nothing more goes the next time"


def test_what_was_kept_before_something_was_done_outlives_the_daily_ones(workspace: Workspace) -> None:
    for minute in range(8):
        at = workspace.clock() + timedelta(minutes=minute)
        for why in ("daily", "import"):
            backups.make(
                backups.Source(workspace.data, workspace.engine, workspace.machine.db_key, lambda at=at: at), why
            )
    left = backups.listed(workspace.data / backups.FOLDER)
    assert [one.why for one in left].count("import") == backups.OTHERS
    assert [one.why for one in left].count("daily") == 1


def test_backups_are_made_once_a_day_and_copied_to_a_second_place(workspace: Workspace, tmp_path: Path) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    backups.choose_second(workspace.office, stick)
    assert workspace.backup_when_due() is not None
    assert workspace.backup_when_due() is None, "one a day"
    [here], [there] = backups.listed(workspace.data / backups.FOLDER), backups.listed(stick)
    assert here.path.read_bytes() == there.path.read_bytes()
    stick.rename(tmp_path / "gone")
    assert "没有插上" in workspace.backup("manual").notice
    with zipfile.ZipFile(here.path) as archive:
        assert not archive.read("shuniu.db").startswith(b"SQLite format"), "it is encrypted"


def test_from_the_command_line_the_code_is_read_from_standard_input(center, tmp_path: Path) -> None:
    assert center("put", "venue", stdin=[{"name": "大会议室"}]).code == 0
    assert center("recovery-sheet", str(tmp_path / "单.pdf")).code == 0
    code = printed((tmp_path / "单.pdf").read_bytes(), tmp_path)
    assert center("backups", "--make", "--second", str(tmp_path)).code == 0
    [file] = backups.listed(tmp_path)
    folders = ("--data", str(tmp_path / "new/data"), "--config", str(tmp_path / "new/config"))
    wrong = center(*folders, "recover", str(file.path), stdin=["AAAAAA"])
    assert wrong.code == 1
    assert "54" in wrong.err
    assert not (tmp_path / "new/data").exists()
    answer = center(*folders, "recover", str(file.path), stdin=[code])
    assert answer.code == 0, answer.err
    assert answer.line["street"] == "310110013"


def test_a_sheet_on_paper_goes_out_of_force_only_by_a_newer_one(workspace: Workspace) -> None:
    center = reading.ids(workspace.office, "center")[0]
    writing.save(workspace.office, "venue", {"name": "大会议室"})
    workspace.recovery_sheet()
    key = recovery.public_key(workspace.office)
    made = undoing.last_operation(workspace.office)
    for values in ({"recovery_key": None}, {"recovery_key": "00" * 32}):
        with pytest.raises(Refusal, match="恢复公钥不能直接修改"):
            writing.save(workspace.office, "center", values, center)
    writing.save(workspace.office, "center", {"phone": "65431234", "recovery_key": key}, center)
    with workspace.office.reading() as session:
        [op] = {one.op for one in log.of_kind(session.connection(), log.AUDIT, workspace.office.scope)}
    assert op != made, "the undo goes to what was before it"
    with pytest.raises(Refusal, match="开具恢复单不能撤销"):
        undoing.undo(workspace.office, op)
    for _change in range(2):  # the telephone, the room
        undoing.undo(workspace.office)
    assert recovery.public_key(workspace.office) == key
    assert reading.ids(workspace.office, "venue") == []
    assert workspace.check() == []
