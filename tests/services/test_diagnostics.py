"""What is handed to whoever helps says nothing of people and nothing that opens anything."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path

from app.services.diagnostics import shape
from app.store import places

SECRETS = ("13812345678", "王小明", "310101194109170998", "乐龄服务社")


def test_the_zip_holds_counts_and_shapes_and_no_person_or_key(center, tmp_path: Path) -> None:
    folder = tmp_path / "cli" / "config"
    said = {
        "request_text": "找王小明",
        "contact_name": "王小明",
        "contact_phone": "13812345678",
        "service_type": "other",
    }
    assert center("put", "service_case", stdin=[said]).code == 0
    log = folder / "shuniu.log"
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    record = logging.getLogger("app.views.tasks")
    record.addHandler(handler)
    try:
        raise ValueError("王小明 13812345678\n乐龄服务社 310101194109170998")
    except ValueError:
        record.exception("没有存下 王小明")
    finally:
        record.removeHandler(handler)
        handler.close()
    answer = center("diagnostics", str(tmp_path / "诊断.zip"))
    assert answer.code == 0, answer.err
    with zipfile.ZipFile(tmp_path / "诊断.zip") as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(texts["facts.json"])["database"]["records"]["service_case"] == 1
    assert "ValueError" in texts["shuniu.log"]
    assert "test_diagnostics.py" in texts["shuniu.log"]
    machine = json.loads(next(folder.glob("*/machine.json")).read_text())
    keys = [machine["db_key"], machine["sign"], machine["box"]]
    for text in texts.values():
        assert not [word for word in (*SECRETS, *keys, str(tmp_path)) if word in text]


def test_the_shape_of_a_log_keeps_no_words() -> None:
    log = (
        "2026-11-24 09:00:00,123 ERROR app.views.tasks 李梅的电话 13900000000\n李梅 second line\nTraceback (most recent call last):\n"
        '  File "C:\\枢纽\\app\\services\\writing.py", line 12, in save\n    value = "李梅"\nsqlalchemy.exc.IntegrityError: 李梅\n'
        "Fatal Python error: Segmentation fault\n"
    )
    assert list(shape(log)) == [
        "2026-11-24 09:00:00,123 ERROR app.views.tasks", "  writing.py:12 save", "  sqlalchemy.exc.IntegrityError",
        "  Fatal Python error: Segmentation fault",
    ]  # fmt: skip


def test_a_database_on_a_network_share_is_refused_with_the_reason(shuniu, tmp_path: Path, monkeypatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\n//nas/share {tmp_path}/cli cifs rw 0 0\n/dev/sdb1 {tmp_path}/usb vfat rw 0 0\n"
    )
    monkeypatch.setattr(places, "MOUNTS", mounts)
    answer = shuniu("init", "--street", "310110013", "--name", "殷行街道社会组织服务中心")
    assert answer.code == 1
    assert "网络共享" in answer.err
    assert "cifs" in answer.err
    assert not (tmp_path / "cli" / "data").exists()
    assert places.share_of(tmp_path / "usb" / "data") == ""
    assert shuniu("init", "--street", "310110013", "--name", "殷行街道社会组织服务中心", pc="usb").code == 0
