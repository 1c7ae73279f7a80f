"""Pages of a PDF as pictures, for the screen and for the printer. Safe to call in the background."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage

_ONE_AT_A_TIME: Final = threading.Lock()
"""PDFium is not made for two threads at once."""
POINTS = 72.0
"""Points an inch."""


@dataclass(frozen=True)
class PagePicture:
    """One page: its picture and its size in points."""

    image: QImage
    size: QSizeF


def pictures(pdf: bytes, scale: float, most: int = 10_000) -> list[PagePicture]:
    """The pages, at most so many, at ``scale`` pixels a point."""
    import pypdfium2

    exact: Any = scale  # its stub says int
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            found = []
            for number in range(min(len(document), most)):
                page = document[number]
                width, height = page.get_size()
                bitmap = page.render(scale=exact, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRx)
                raw = bytes(bitmap.buffer)
                image = QImage(raw, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32)
                found.append(PagePicture(image.copy(), QSizeF(width, height)))
                bitmap.close()
                page.close()
            return found
        finally:
            document.close()
