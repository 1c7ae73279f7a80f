"""The English catalogue: collects every message id of the program, keeps en.po, compiles en.mo, and checks both.

    python -m tests.tools.catalogue update          new ids in, dead ones out, en.mo compiled; prints what to translate
    python -m tests.tools.catalogue fill FILE       takes translations from a JSON object {id: text}, then updates
    python -m tests.tools.catalogue untranslated    the ids without a text, as a JSON object to fill in
    python -m tests.tools.catalogue check           exit 1, a line per fault (part of `make check`)

A message id is the literal given to ``_()``; a Chinese constant of a module that is handed to ``_()`` later; or a word
of a declaration: kinds, fields, choices, units, sections, slips.
"""

from __future__ import annotations

import ast
import gettext
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
APP = ROOT / "app"
PO = ROOT / "resources" / "locale" / "en.po"
MO = PO.with_suffix(".mo")

CHINESE = re.compile(r"[　-〿㐀-䶿一-鿿豈-﫿！-～]")
"""Han characters, Chinese punctuation and full-width forms: a message with any of them needs a translation."""
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
TOPIC = re.compile(r"[a-z]+#")
"""Begins a topic of the help: a page and a heading of it."""
IN_TEMPLATE = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
EMPTY_HEADERS = re.compile(rb'"(Report-Msgid-Bugs-To|Last-Translator|Language-Team|Generated-By): .*\n')

NOT_SHOWN = {
    "app/models/division.py": "kinds of street, compared with the codes that are shipped",
    "app/models/formats.py": "patterns of names, phones and addresses",
    "app/services/excel/cells.py": "words of dates, times, yes and no that tables hold",
    "app/services/hours.py": "words and pattern of opening hours",
    "app/services/quota_limits.py": "names of weekdays that people type",
    "app/services/rooms.py": "headings of the sheet of rooms that is read",
    "app/services/sample.py": "sample data",
    "app/store/pinyin.py": "readings of characters",
    "app/text.py": "languages by their own names",
    "app/views/self_test.py": "a record of the trial",
    "app/views/tour.py": "names and texts that the tour types",
    "app/views/tour_data.py": "names and texts that the tour types",
    "app/views/tour_windows.py": "names and texts that the tour types",
    "app/views/records/typed.py": "words that people type for dates and times",
}
"""Modules whose Chinese literals outside ``_()`` are data or patterns, never shown."""
OFFICIAL = {"社会组织服务中心"}
"""Words that go into records as they are, whatever the language of the screen."""
KEPT_CHINESE = {"中文"}
"""Words that stand in an English text as they are."""

LEFT_OUT = {"measure"}
"""Places an English text may leave out: English has no measure words."""


@dataclass
class Found:
    """What the walk over the source brought back."""

    ids: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, words: Iterable[str]) -> None:
        self.ids.update((word, None) for word in words if CHINESE.search(word))


def placeholders(text: str) -> set[str]:
    """The ``{names}`` in a message; a text that is no format has none."""
    try:
        return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def _is_translation(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id == "_")
        or (isinstance(node.func, ast.Attribute) and node.func.attr == "_")
    )


class Module:
    """One source file: its calls of ``_()``, its Chinese literals, its constants."""

    def __init__(self, path: Path, found: Found) -> None:
        self.name = path.relative_to(ROOT).as_posix()
        self.found = found
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.calls = [node for node in ast.walk(self.tree) if _is_translation(node) and isinstance(node, ast.Call)]
        self.translated: set[ast.AST] = set()

    def fault(self, node: ast.expr, words: str) -> None:
        self.found.faults.append(f"{self.name}:{node.lineno}: {words}")

    def walk(self) -> None:
        for call in self.calls:
            if not call.args:
                self.fault(call, "_() without a message")
                continue
            for message in _branches(call.args[0]):
                self._message(call, message)
        wanted = {name.id for call in self.calls for name in ast.walk(call.args[0]) if isinstance(name, ast.Name)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
                self._literal(node, wanted)

    def _message(self, call: ast.Call, message: ast.expr) -> None:
        if isinstance(message, (ast.JoinedStr, ast.BinOp)) or (
            isinstance(message, ast.Call) and isinstance(message.func, ast.Attribute) and message.func.attr == "format"
        ):
            self.fault(call, f"_() needs a literal, not {ast.unparse(message)}")
        elif isinstance(message, ast.Constant) and isinstance(message.value, str):
            self.translated.add(message)
            self.found.add([message.value])
            named = {keyword.arg for keyword in call.keywords}
            if None not in named and named != placeholders(message.value):
                self.fault(call, f"_() is given {sorted(map(str, named))} for {message.value!r}")
        else:  # _(WORDS.get(name, "条"))
            inside = [node for node in ast.walk(message) if isinstance(node, ast.Constant)]
            self.translated |= set(inside)
            self.found.add(node.value for node in inside if isinstance(node.value, str))

    def _literal(self, node: ast.Constant, wanted: set[str]) -> None:
        if node in self.translated or node.value in OFFICIAL or self.name in NOT_SHOWN or TOPIC.match(str(node.value)):
            return
        constant = self._constant(node)
        if constant is None:
            self.fault(node, f"{node.value!r} is shown without _()")
        elif constant and (constant in wanted or self.name.startswith("app/views/")):
            self.found.add([str(node.value)])

    def _constant(self, node: ast.AST) -> str | None:
        """The constant that holds ``node``; empty for a docstring or a declaration; None inside a function."""
        names = ""
        above = self.parents.get(node)
        if isinstance(above, ast.Expr):
            return ""
        while above is not None:
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                return None if not self.name.startswith("app/models/") else ""
            if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
                names = above.targets[0].id
            elif isinstance(above, ast.AnnAssign) and isinstance(above.target, ast.Name):
                names = above.target.id
            above = self.parents.get(above)
        return names


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    """``_("甲" if x else "乙")`` has two messages."""
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def declared() -> Iterator[str]:
    """The words of every declaration: kinds with their fields, slips."""
    from app.models.registry import KINDS
    from app.slips.registry import SLIPS

    for kind in KINDS.values():
        yield kind.label
        for one in kind.fields.values():
            yield from (one.label, one.help, one.unit, one.section)
            yield from (label for _code, label in one.choices)
    yield from (slip.label for slip in SLIPS)


def collect() -> Found:
    """Every message id in the order of the files, and the faults of the source."""
    found = Found()
    found.add(declared())
    for path in sorted(APP.rglob("*.py")):
        if "versions" not in path.parts:
            Module(path, found).walk()
    for path in sorted(APP.rglob("*.html")):
        found.add(ast.literal_eval(quoted) for quoted in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    return found


def read() -> dict[str, str]:
    """The translations of en.po."""
    if not PO.exists():
        return {}
    with PO.open(encoding="utf-8") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}


def write(ids: Iterable[str], texts: dict[str, str]) -> None:
    """Write en.po with exactly ``ids``, and en.mo; the same input gives the same bytes."""
    fixed = datetime(2026, 1, 1, tzinfo=UTC)
    catalog = Catalog(
        locale="en", project="Shuniu", version="1", copyright_holder="Shuniu contributors", charset="utf-8",
        creation_date=fixed, revision_date=fixed, fuzzy=False,
        header_comment="# English texts of Shuniu. Kept by tests/tools/catalogue.py.",
    )  # fmt: skip
    for message in ids:
        catalog.add(message, texts.get(message, ""))
    PO.parent.mkdir(parents=True, exist_ok=True)
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=0, sort_output=True)
    write_mo(mo, catalog)
    PO.write_bytes(EMPTY_HEADERS.sub(b"", po.getvalue()))
    MO.write_bytes(mo.getvalue())


def fault_of(message: str, text: str) -> str:
    """What is wrong with a translation; empty where nothing is."""
    if not text:
        return "no English text"
    if text == message:
        return "the English text equals the id"
    if not placeholders(message) - LEFT_OUT <= placeholders(text) <= placeholders(message):
        return f"places differ: {sorted(placeholders(message))} and {sorted(placeholders(text))}"
    if HAN.search("".join(part for part in re.split("|".join(KEPT_CHINESE), text))):
        return f"Chinese in the English text {text!r}"
    return ""


def check() -> list[str]:
    """Every fault of the source and of the catalogue; empty when all is well."""
    found, texts = collect(), read()
    faults = list(found.faults)
    for message in found.ids:
        fault = fault_of(message, texts.get(message, ""))
        if fault:
            faults.append(f"en.po: {message!r}: {fault}")
    faults += [f"en.po: {message!r}: nothing shows this any more" for message in texts if message not in found.ids]
    if not MO.exists() or _compiled() != {message: text for message, text in texts.items() if text}:
        faults.append("en.mo: out of date")
    if faults:
        faults.append("run: python -m tests.tools.catalogue update, then translate what it prints")
    return faults


def _compiled() -> dict[str, str]:
    with MO.open("rb") as file:
        return {str(k): v for k, v in gettext.GNUTranslations(file)._catalog.items() if k}  # type: ignore[attr-defined]


def update(more: dict[str, str]) -> dict[str, str]:
    """Write the catalogue anew with ``more`` translations; returns the ids that still need one."""
    found, texts = collect(), read()
    texts |= {message: text for message, text in more.items() if text}
    write(found.ids, texts)
    for line in found.faults:
        print(line, file=sys.stderr)
    return {message: "" for message in found.ids if not texts.get(message)}


def main(arguments: list[str]) -> int:
    """The tool."""
    command = arguments[0] if arguments else "check"
    if command == "check":
        faults = check()
        print("\n".join(faults) if faults else f"catalogue: {len(read())} messages, all in English")
        return 1 if faults else 0
    if command == "untranslated":
        texts = read()
        left = {message: "" for message in collect().ids if not texts.get(message)}
    elif command in ("update", "fill"):
        left = update(json.loads(Path(arguments[1]).read_text(encoding="utf-8")) if command == "fill" else {})
    else:
        print(__doc__)
        return 2
    print(json.dumps(left, ensure_ascii=False, indent=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
