"""The offsets of the printers of a PC, and their test page."""

from __future__ import annotations

import subprocess

import pypdfium2
import pytest

from app.errors import Refusal
from app.services import printers
from app.services.printers import Offset
from app.workspace import Workspace

MM = 72 / 25.4


def test_each_printer_has_its_own_offset(workspace: Workspace) -> None:
    office = workspace.office
    assert printers.offset_of(office, "一楼激光") == Offset()
    printers.set_offset(office, "一楼激光", Offset(1.5, -2))
    printers.set_offset(office, "针式", Offset(-20, 20))
    assert printers.offset_of(office, "一楼激光") == Offset(1.5, -2)
    assert printers.offset_of(office, "针式") == Offset(-20, 20)
    printers.set_offset(office, "一楼激光", Offset())
    assert printers.offset_of(office, "一楼激光") == Offset()
    assert printers.offset_of(office, "针式") == Offset(-20, 20)


def test_an_offset_beyond_20_mm_is_refused_by_its_field(workspace: Workspace) -> None:
    with pytest.raises(Refusal) as refused:
        printers.set_offset(workspace.office, "针式", Offset(20.5, -21))
    assert [fault.field for fault in refused.value.faults] == ["x", "y"]
    assert printers.offset_of(workspace.office, "针式") == Offset()


def test_the_frame_of_the_test_page_is_10_mm_from_each_edge(workspace: Workspace) -> None:
    document = pypdfium2.PdfDocument(printers.test_page(workspace.office, "针式"))
    page = document[0]
    width, height = page.get_size()
    scale = 8
    bitmap = page.render(scale=scale, grayscale=True)
    pixels, stride = bytes(bitmap.buffer), bitmap.stride
    document.close()

    def dark(x: float, y: float) -> bool:
        """Whether something is drawn within 0.2 mm of a point, in millimetres from the upper left corner."""
        reach = round(0.2 * MM * scale)
        across, down = round(x * MM * scale), round(y * MM * scale)
        return any(
            pixels[(down + dy) * stride + across + dx] < 128
            for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1)
        )  # fmt: skip

    assert (round(width / MM), round(height / MM)) == (210, 297)
    for x, y in (
        (10, 81.3),
        (200, 81.3),
        (55.5, 287),
        (81.3, 10),
        (7, 10),
        (10, 7),
        (203, 287),
        (200, 290),
        (105, 291),
    ):
        assert dark(x, y), (x, y)
    assert not dark(5, 81.3)
    assert not dark(205, 81.3)


def test_the_test_page_names_the_printer_and_its_offset(workspace: Workspace) -> None:
    printers.set_offset(workspace.office, "针式", Offset(1.5, -2))
    pdf = printers.test_page(workspace.office, "针式")
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    text = "".join(done.stdout.decode().split())
    for said in ("打印测试页", "打印机：针式", "向右+1.5毫米，向下-2毫米", "100毫米"):
        assert said in text
