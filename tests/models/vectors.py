"""Vectors and small helpers of the format tests."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import strategies as st

from app.models.formats import FormatFault

DATA = Path(__file__).resolve().parent.parent / "data"
VECTORS = json.loads((DATA / "code_vectors.json").read_text(encoding="utf-8"))
VALID_USCC = VECTORS["uscc_real_valid"] + VECTORS["uscc_synthetic_valid"]
RESIDENT_IDS = VECTORS["ric_synthetic_checksum_ok"]
RARE_NAMES = (DATA / "rare_names.txt").read_text(encoding="utf-8").splitlines()
TODAY = date(2026, 11, 24)
ANY_TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from(" \t\r\n　•・．·\u200b\u202e\0\x85\ufffe-－转"), max_size=30
)


def fault(check, *args, **kwargs) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        check(*args, **kwargs)
    assert caught.value.error
    assert caught.value.mend
    return caught.value


def to_full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
