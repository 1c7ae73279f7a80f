"""The licences of everything that is shipped, beside it."""

from __future__ import annotations

import os
import re
import shutil
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from installer.system import is_elf, owner

ROOT = Path(__file__).resolve().parent.parent
BUILD_ONLY = frozenset(
    {"pyinstaller", "pyinstaller-hooks-contrib", "altgraph", "setuptools", "packaging", "pip", "wheel"}
)
LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
COMMON = Path("/usr/share/common-licenses")
"""The texts to which Debian's notices refer."""
LGPL = {"LGPL-3", "GPL-3"}
"""The texts of Qt's licence, which its wheels name and do not carry."""
CARRIED = {
    "libcom_err": "MIT", "libcrypt": "LGPL-2.1-or-later", "libcrypto": "Apache-2.0 (OpenSSL)",
    "libgssapi_krb5": "MIT (Kerberos)", "libk5crypto": "MIT (Kerberos)", "libkeyutils": "LGPL-2.1-or-later",
    "libkrb5": "MIT (Kerberos)", "libkrb5support": "MIT (Kerberos)", "liblber": "OLDAP-2.8 (OpenLDAP)",
    "libldap": "OLDAP-2.8 (OpenLDAP)", "libpq": "PostgreSQL", "libsasl2": "BSD (Carnegie Mellon University)",
    "libssl": "Apache-2.0 (OpenSSL)",
}  # fmt: skip
"""What the wheel of psycopg carries beside itself, and does not name."""


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


def write(folder: Path, bundle: Path) -> None:
    """Write into ``folder`` a folder for each distribution, for Python, and for each Debian package whose libraries
    are in ``bundle``; the licences of the fonts, icons and tables; and the common texts to which they refer. Raises
    FileNotFoundError where a system library in the bundle has no known licence."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in shipped():
        _distribution(one, folder / f"{one.metadata['Name']}-{one.version}")
    _distribution(distribution("pyinstaller"), folder / "pyinstaller-bootloader")
    (folder / "python").mkdir(exist_ok=True)
    shutil.copy(Path(os.__file__).parent / "LICENSE.txt", folder / "python" / "LICENSE.txt")
    for source in sorted((ROOT / "resources").rglob("*")):
        if source.is_file() and source.suffix in {"", ".txt", ".md"} and re.search(r"LICENSE|OFL|README", source.name):
            shutil.copy(source, folder / f"resources-{source.parent.name}-{source.name}")
    shutil.copy(ROOT / "LICENSE", folder / "shuniu-LICENSE")
    _system(folder, bundle)


def _distribution(one: Distribution, target: Path) -> None:
    """The licence files of a distribution, and its licence's name."""
    target.mkdir(exist_ok=True)
    for file in one.files or []:
        inside = "/".join(file.parts[1:]) if file.parts[0].endswith(".dist-info") else file.name
        source = Path(str(one.locate_file(file)))
        if LICENCE.search(inside) and file.suffix not in {".py", ".pyc"} and source.is_file():
            shutil.copy(source, target / file.name)
    named = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    classifiers = [c for c in one.metadata.get_all("Classifier") or [] if c.startswith("License")]
    (target / "LICENCE-NAME.txt").write_text("\n".join([named[:2000], *classifiers]).strip() + "\n", "utf-8")


def _system(folder: Path, bundle: Path) -> None:
    """Debian's notices for the libraries of the system in the bundle, and the names for those of psycopg's wheel."""
    texts, strangers, carried = set(LGPL), [], []
    for path in sorted(bundle.glob("_internal/psycopg_binary.libs/*")):
        library = path.name.split("-")[0]
        carried.append(f"{path.name}: {CARRIED.get(library, '')}")
        strangers += [library] if library not in CARRIED else []
    for path in sorted(bundle.glob("_internal/lib*")):
        if not is_elf(path) or path.name.startswith("libpython"):
            continue
        notice = Path("/usr/share/doc") / owner(path.name) / "copyright"
        if not owner(path.name) or not notice.is_file():
            strangers.append(path.name)
            continue
        (folder / "system").mkdir(exist_ok=True)
        shutil.copy(notice, folder / "system" / f"{owner(path.name)}.txt")
        texts |= set(re.findall(rf"{COMMON}/([\w.+-]*\w)", notice.read_text("utf-8", "replace")))
    if strangers:
        raise FileNotFoundError(f"no licence is known of {', '.join(strangers)}")
    if carried:
        (folder / "psycopg-binary-libraries.txt").write_text("\n".join(carried) + "\n", "utf-8")
    (folder / "texts").mkdir(exist_ok=True)
    for name in sorted(texts):
        if (COMMON / name).is_file():
            shutil.copy(COMMON / name, folder / "texts" / f"{name}.txt")
