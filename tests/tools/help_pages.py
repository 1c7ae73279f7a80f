"""What the help pages are made of besides their text.

    python -m tests.tools.help_pages pictures [TOUR]   resources/help/*.png anew from the pictures of a tour; runs one where
                                                       none is named
    python -m tests.tools.help_pages sounds            resources/help/sounds.json anew: how titles and headings sound

A picture is cut to what its page is about, and kept with few colours: the whole help stays small.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

from app.store.pinyin import keys
from app.views.help import pages
from app.views.theme import LINE

HELP = Path(__file__).resolve().parent.parent.parent / "resources" / "help"
COLOURS = 48
Box = tuple[int, int, int, int]

BESIDE: Box = (168, 0, 1366, 768)
"""All but the navigation."""
PICTURES: dict[str, tuple[str, Box | None]] = {
    "screenshot": ("today", None),
    "wizard-begin": ("wizard-begin", (0, 0, 780, 360)),
    "wizard": ("wizard", (0, 0, 780, 340)),
    "wizard-people": ("wizard-people", (0, 0, 780, 450)),
    "wizard-rooms": ("wizard-rooms", None),
    "wizard-desk": ("wizard-desk", (0, 0, 780, 310)),
    "person": ("person", (168, 0, 1366, 768)),
    "sign-in": ("sign-in", (80, 40, 480, 480)),
    "calendar-day": ("calendar-day", BESIDE),
    "calendar-week": ("calendar-week", BESIDE),
    "list-booking": ("list-booking", BESIDE),
    "list-venue": ("list-venue", (168, 0, 1366, 560)),
    "list-organization": ("list-organization", (168, 0, 1366, 330)),
    "form-booking": ("form-booking", BESIDE),
    "form-refused": ("form-refused", (168, 0, 1366, 420)),
    "phone-booking": ("phone-booking", BESIDE),
    "history": ("history", BESIDE),
    "search": ("search", (300, 0, 1040, 560)),
    "todo": ("todo", (168, 0, 1366, 330)),
    "sync": ("sync", None),
    "settings": ("settings", (168, 0, 1060, 768)),
    "settings-data": ("settings-data", (168, 0, 1060, 768)),
    "safe-mode": ("safe-mode", BESIDE),
    "series": ("series", BESIDE),
    "closing": ("closing", BESIDE),
    "import": ("import", (168, 0, 1366, 420)),
    "training": ("form-training", BESIDE),
    "slip": ("slip", None),
    "charts": ("charts", (168, 0, 1366, 340)),
}
"""By name: the picture of the tour, and what is cut out of it."""


def make_pictures(tour: Path) -> None:
    """Cut the pictures of ``tour`` and put them into the help."""
    for name, (source, box) in PICTURES.items():
        found = sorted(tour.glob(f"[0-9][0-9]-{source}.png"))
        if not found:
            raise SystemExit(f"the tour in {tour} has no picture called {source}")
        with Image.open(found[0]) as whole:
            part = whole.convert("RGB").crop(box or (0, 0, *whole.size))
            ImageDraw.Draw(part).rectangle((0, 0, part.width - 1, part.height - 1), outline=LINE)
            few = part.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            few.save(HELP / f"{name}.png", optimize=True)


def sounds() -> dict[str, list[str]]:
    """By title or heading: its pinyin in full and its initials."""
    titles = {title for group in pages.contents() for _page, title in group.pages}
    heads = {head for path in HELP.glob("*.md") for head in pages.headings(path.read_text("utf-8"))}
    return {text: list(keys(text)) for text in sorted(titles | heads) if any(keys(text))}


def main(arguments: list[str]) -> None:
    """Do what is asked."""
    match arguments:
        case ["sounds"]:
            text = json.dumps(sounds(), ensure_ascii=False, indent=0, sort_keys=True)
            (HELP / "sounds.json").write_text(text + "\n", "utf-8")
        case ["pictures", tour]:
            make_pictures(Path(tour))
        case ["pictures"]:
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, "-m", "app", "tour", "--out", folder], check=True)
                make_pictures(Path(folder))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
