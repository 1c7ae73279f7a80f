"""The licences of everything that is shipped, beside it."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD_ONLY = frozenset(
    {"pyinstaller", "pyinstaller-hooks-contrib", "altgraph", "setuptools", "packaging", "pip", "wheel"}
)
LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


def shipped() -> list[Distribution]:
    """The distributions that the program needs, by name: what it requires, and what these require."""
    known = {_name(one.metadata["Name"]): one for one in distributions()}
    wanted, found = ["shuniu"], {}
    while wanted:
        name = wanted.pop()
        if name in found or name not in known or name in BUILD_ONLY:
            continue
        found[name] = known[name]
        wanted += [_name(required) for line in known[name].requires or [] if (required := _required(line))]
    return [found[name] for name in sorted(found)]


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(line: str) -> str:
    """The name in a requirement; empty for what only an extra asks for, except ours."""
    if "extra ==" in line and "binary" not in line:
        return ""
    return re.split(r"[ ;\[<>=!~(]", line, maxsplit=1)[0]


def write(folder: Path) -> list[str]:
    """Write a folder for each distribution with its licence files, or its licence's name where it carries none; and
    the licences of the fonts, icons and tables. Returns the names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for one in shipped():
        name = f"{one.metadata['Name']}-{one.version}"
        target = folder / name
        target.mkdir(exist_ok=True)
        texts = [file for file in one.files or [] if LICENCE.search(file.name) and file.suffix not in {".py", ".pyc"}]
        for file in texts:
            source = Path(str(one.locate_file(file)))
            if source.is_file():
                shutil.copy(source, target / file.name)
        said = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
        classifiers = [c for c in one.metadata.get_all("Classifier") or [] if c.startswith("License")]
        (target / "LICENCE-NAME.txt").write_text("\n".join([said[:2000], *classifiers]).strip() + "\n", "utf-8")
        names.append(name)
    for source in sorted((ROOT / "resources").rglob("*")):
        if source.is_file() and source.suffix in {"", ".txt", ".md"} and re.search(r"LICENSE|OFL|README", source.name):
            shutil.copy(source, folder / f"resources-{source.parent.name}-{source.name}")
    shutil.copy(ROOT / "LICENSE", folder / "shuniu-LICENSE")
    return names
