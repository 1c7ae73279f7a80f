"""Slips from the command line: printed, counted, and refused before a character would turn into a box."""

from __future__ import annotations

import subprocess


def text_of(path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


def test_a_booking_prints_what_was_typed_and_counts_its_prints(center, tmp_path) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼<b>大厅</b>"}]).line["id"]
    line = {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00", "client_name": "甲&乙",
            "purpose": "=cmd", "contact_name": "刘𬱖", "contact_phone": "13812345678"}  # fmt: skip
    booking = center("put", "booking", stdin=[line]).line
    for copy in (1, 2):
        answer = center("slip", "booking", booking["id"], "--out", tmp_path / "slip.pdf")
        assert answer.code == 0, answer.err
        assert answer.line["copy"] == copy
    words = text_of(tmp_path / "slip.pdf")
    for typed in (booking["number"], "一楼<b>大厅</b>", "甲&乙", "=cmd", "刘𬱖", "13812345678", "第2次打印"):
        assert typed in words, typed


def test_a_character_no_font_has_is_told_before_printing(center, tmp_path) -> None:
    case = center("put", "service_case", stdin=[{"service_type": "other", "request_text": "甲𮧵乙"}]).line["id"]
    answer = center("slip", "service_case", case, "--out", tmp_path / "slip.pdf")
    assert answer.code == 1
    assert "𮧵" in answer.err
    assert not (tmp_path / "slip.pdf").exists()


def test_a_kind_without_a_slip_and_an_unknown_form_are_refused(center, tmp_path) -> None:
    venue = center("put", "venue", stdin=[{"name": "甲"}]).line["id"]
    assert center("slip", "venue", venue, "--out", tmp_path / "a.pdf").code == 1
    case = center("put", "service_case", stdin=[{"service_type": "other", "request_text": "甲"}]).line["id"]
    assert center("slip", "service_case", case, "--out", tmp_path / "a.pdf", "--form", "poster").code == 1
    assert center("slip", "service_case", case, "--out", tmp_path / "no" / "a.pdf").code == 1


def test_sheets_are_written_counted_and_refused_by_name(center, tmp_path) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼大厅"}]).line["id"]
    line = {"venue": venue, "start": "2026-11-24T09:00", "end": "2026-11-24T11:00", "client_name": "甲社",
            "contact_name": "刘𬱖", "contact_phone": "13812345678"}  # fmt: skip
    center("put", "booking", stdin=[line])
    out = tmp_path / "sheet.pdf"
    for name, words in (
        ("door", "138****5678"),
        ("week", "11月24日"),
        ("cleaning", "可保洁"),
        ("calls", "13812345678"),
    ):
        for copy in (1, 2):
            answer = center("sheet", name, "--on", "2026-11-24", "--out", out)
            assert answer.code == 0, answer.err
            assert answer.line["copy"] == copy
        assert words in text_of(out)
        assert "第2次打印" in text_of(out)
    one = center("sheet", "week", "--on", "2026-11-24", "--venue", venue, "--out", out)
    assert one.line["copy"] == 1
    assert "13812345678" not in text_of(out)
    for wrong in (("poster",), ("door", "--on", "24.11."), ("door", "--venue", "甲")):
        answer = center("sheet", *wrong, "--out", tmp_path / "no.pdf")
        assert answer.code == 1, wrong
        assert not (tmp_path / "no.pdf").exists()
    assert center("sheet", "door", "--out", tmp_path).code == 1


def test_a_booking_has_an_application_form_and_a_receipt(center, tmp_path) -> None:
    venue = center("put", "venue", stdin=[{"name": "一楼大厅"}]).line["id"]
    line = {
        "venue": venue,
        "start": "2026-11-24T09:00",
        "end": "2026-11-24T11:00",
        "client_name": "甲社",
        "deposit": "1204.5",
        "deposit_state": "held",
    }
    booking = center("put", "booking", stdin=[line]).line["id"]
    for form, words in (("application", "场地使用须知"), ("deposit", "人民币壹仟贰佰零肆元伍角整")):
        answer = center("slip", "booking", booking, "--form", form, "--out", tmp_path / "slip.pdf")
        assert answer.line["copy"] == 1
        assert words in text_of(tmp_path / "slip.pdf")
