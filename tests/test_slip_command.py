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
