"""The help pages say what the program says: its words, its keys, its places; nothing leads nowhere."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app import text
from app.models.registry import KINDS
from app.views.help import pages
from app.views.help.asking import KIND_TOPICS
from tests.tools import catalogue
from tests.tools.help_pages import PICTURES, make_pictures, sounds

ROOT = Path(__file__).resolve().parent.parent
HELP = ROOT / "resources" / "help"
PAGES = {path.stem: path.read_text("utf-8") for path in sorted(HELP.glob("*.md"))}
QUOTED = re.compile(r"“([^”]+)”")
PLACE = re.compile(r"\{\w+\}")
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)]+)\)")
CAP_BYTES = 2_500_000


def screen_words() -> list[re.Pattern[str]]:
    """What stands on the screens; a {place} takes anything, "…" at the end of a button may be left out."""
    made = []
    for message in catalogue.collect().ids:
        literal = PLACE.split(message)
        if len(catalogue.HAN.findall("".join(literal))) < 2 and len(literal) > 1:
            continue  # hardly more than places: it would fit everything
        pattern = "(.+)".join(re.escape(part) for part in literal)
        made.append(re.compile(pattern.removesuffix("…") + "…?" if message.endswith("…") else pattern))
    return made


def test_what_is_quoted_stands_on_the_screens() -> None:
    words = screen_words()
    quoted = {(name, word) for name, page in PAGES.items() for word in QUOTED.findall(page)}
    assert len(quoted) > 150
    assert sorted(one for one in quoted if not any(word.fullmatch(one[1]) for word in words)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_in_the_contents_under_its_own_title(language: str) -> None:
    text.use(language)
    try:
        listed = [entry for group in pages.contents() for entry in group.pages]
    finally:
        text.use("zh")
    assert sorted(name for name, _title in listed) == sorted(set(PAGES) - {"contents", "contents.en"})
    if language == "zh":
        assert listed == [(name, pages.headings(PAGES[name])[0]) for name, _title in listed]


def test_both_contents_list_the_same_in_one_order() -> None:
    def links(name: str) -> list[str]:
        return [target for _picture, target in LINK.findall(PAGES[name])]

    assert links("contents") == links("contents.en")


def leads_somewhere(topic: str) -> bool:
    page, heading = pages.parted(topic)
    return page in PAGES and (not heading or heading in pages.headings(PAGES[page])[1:])


def test_every_link_and_picture_leads_somewhere() -> None:
    astray, shown = [], set()
    for name, page in PAGES.items():
        for picture, target in LINK.findall(page):
            if picture:
                shown.add(target)
            file, _hash, heading = target.partition("#")
            found = (HELP / file).is_file() if picture else leads_somewhere(file.removesuffix(".md") + _hash + heading)
            if not found:
                astray.append((name, target))
    assert astray == []
    assert shown == {path.name for path in HELP.glob("*.png")} == {f"{name}.png" for name in PICTURES}


def topics() -> Iterator[tuple[str, str]]:
    """Every topic that a part of the program names, and where."""
    for path in sorted((ROOT / "app" / "views").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == "help_topic":
                yield path.name, ast.literal_eval(node.value)  # type: ignore[union-attr]
    yield from KIND_TOPICS.items()


def test_every_topic_is_a_page_and_a_heading_of_it() -> None:
    named = list(topics())
    assert len(named) > 45
    assert [one for one in named if not leads_somewhere(one[1])] == []
    assert set(KIND_TOPICS) <= set(KINDS)


def test_a_page_that_no_place_leads_to_is_reached_from_another_page() -> None:
    from_places = {pages.parted(topic)[0] for _where, topic in topics()}
    linked = {target.split(".md")[0] for name, page in PAGES.items() if not name.startswith("contents")
              for picture, target in LINK.findall(page) if not picture}  # fmt: skip
    assert set(PAGES) - from_places - linked <= {"contents", "contents.en", "keys", "lists", "newpc"}


def test_the_pictures_are_small_and_of_few_colours() -> None:
    assert sum(path.stat().st_size for path in HELP.iterdir()) <= CAP_BYTES
    for path in HELP.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.mode == "P", path.name
            assert picture.width <= 1366, path.name


def test_pictures_are_cut_from_those_of_a_tour(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tests.tools.help_pages.HELP", tmp_path)
    monkeypatch.setattr("tests.tools.help_pages.PICTURES", {name: PICTURES[name] for name in ("screenshot", "search")})
    for number, source in enumerate(("today", "search")):
        Image.new("RGB", (1366, 768), (number * 90, 80, 80)).save(tmp_path / f"{number:02d}-{source}.png")
    make_pictures(tmp_path)
    with Image.open(tmp_path / "search.png") as cut:
        assert (cut.mode, cut.size) == ("P", (740, 560))
    (tmp_path / "00-today.png").unlink()
    with pytest.raises(SystemExit, match="today"):
        make_pictures(tmp_path)


def test_how_headings_sound_is_kept_up_to_date() -> None:
    kept = json.loads((HELP / "sounds.json").read_text("utf-8"))
    assert kept == sounds(), "run: python -m tests.tools.help_pages sounds"


@pytest.mark.parametrize(
    ("words", "first"),
    [("dhyy", "booking#电话预约"), ("tuiyajin", None), ("快捷键", "keys"), ("kjj", "keys"), ("huan diannao", "newpc"),
     ("回收站", "undo"), ("yajin", "booking#押金和钥匙"), ("点退押金", None), ("", None), ("没有这种词", None)],
)  # fmt: skip
def test_the_search_finds_titles_then_headings_then_text(words: str, first: str | None) -> None:
    found = [one.topic for one in pages.search(words)]
    assert len(found) == len(set(found))
    assert (found[0] if found else None) == first


def test_looking_for_pinyin_needs_no_dictionary() -> None:
    script = "import sys; from app.views.help import pages; pages.search('dhyy'); print('pypinyin' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


# -- keys ----------------------------------------------------------------------------------------------------------

NAMES = {
    "Return": "回车", "Enter": "回车", "Left": "方向键", "Right": "方向键", "Up": "上", "Down": "下", "PageUp": "PgUp",
    "PageDown": "PgDown", "Escape": "Esc", "Space": "空格", "Ctrl++": "Ctrl+加号", "Ctrl+=": "Ctrl+加号",
    "Ctrl+-": "Ctrl+减号", "Alt+Left": "Alt+左", "Undo": "Ctrl+Z", "Alt+{number}": "Alt+1",
} | {f"Ctrl+{n}": "Ctrl+1" for n in ("{number}", *range(1, 10))}  # fmt: skip
"""Keys as the source names them, and as people do."""
CELL = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)


def keys_of_the_program() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "app" / "views").rglob("*.py"):
        if path.name in {"keyboard.py", "tour.py"}:  # hands, not keys
            continue
        source = path.read_text("utf-8")
        found |= set(re.findall(r"(?:Key\.Key_|StandardKey\.)(\w+)", source))
        found |= set(
            re.findall(r"""(?:keys=|setShortcut\(f?|QKeySequence\(f?|\(|, )"((?:Ctrl|Alt)\+[^"]+|F\d+)[")]""", source)
        )
    return {NAMES.get(one, one) for one in found}


def test_the_page_of_the_keys_holds_every_key_of_the_program() -> None:
    cells = {cell.strip() for cell in CELL.findall(PAGES["keys"])} - {"按键", "---"}
    told = {key for cell in cells for one in re.split(r"、| 至 ", cell) for key in (one, *one.split("+"))}
    known = keys_of_the_program()
    assert {"F6", "Ctrl+K", "Ctrl+P", "Ctrl+PgDown", "F3", "Delete", "Ctrl+Z"} <= known
    assert sorted(key for key in known if key not in told) == []
    combined = {one for cell in cells for one in re.split(r"、| 至 ", cell) if one.startswith(("Ctrl", "F"))}
    assert sorted(one for one in combined if one not in known | {"Ctrl+9"}) == []
