"""What staff install on Linux: the layout of the .deb, its menu entry, and the licences in it."""

from __future__ import annotations

import configparser
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer import deb, licences

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not all(map(shutil.which, ("dpkg-deb", "objdump", "ldconfig"))),
    reason="only where .deb are made",
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program and a library, as a bundle has them, written by somebody with a careless umask."""
    folder = tmp_path_factory.mktemp("bundle") / "shuniu"
    (folder / "_internal").mkdir(parents=True)
    shutil.copy("/bin/true", folder / "shuniu")
    (folder / "shuniu").chmod(0o777)
    for path in Path("/").glob("lib/*/libz.so.1"):
        shutil.copy(path, folder / "_internal" / "libz.so.1")
    (folder / "_internal" / "data.txt").write_text("x")
    (folder / "_internal" / "data.txt").chmod(0o666)
    return folder


@pytest.fixture(scope="module")
def package(bundle: Path) -> Path:
    return deb.build(bundle, bundle.parent, build_number=7, compression="none")


@pytest.fixture(scope="module")
def tree(package: Path) -> Path:
    subprocess.run(["dpkg-deb", "-R", str(package), str(package.parent / "tree")], check=True)
    return package.parent / "tree"


def inside(tree: Path, link: Path) -> Path:
    """Where a link of the package leads, in its tree."""
    return tree / link.readlink().relative_to("/")


def test_everything_is_roots_and_only_root_may_write(package: Path) -> None:
    listed = subprocess.run(["dpkg-deb", "-c", str(package)], capture_output=True, text=True, check=True).stdout
    modes = {line.split()[5]: (line.split()[0], line.split()[1]) for line in listed.splitlines()}
    assert {owner for _mode, owner in modes.values()} == {"root/root"}
    wanted = {"d": "drwxr-xr-x", "l": "lrwxrwxrwx", "-": "-rw-r--r--"}
    program = f"./opt/apps/{deb.APP}/files/shuniu"
    odd = {name: mode for name, (mode, _owner) in modes.items() if mode != wanted[mode[0]]}
    assert odd == {program: "-rwxr-xr-x"}


def test_the_layout_is_the_one_of_uos(tree: Path) -> None:
    home = tree / "opt" / "apps" / deb.APP
    assert sorted(path.name for path in home.iterdir()) == ["entries", "files", "info"]
    info = json.loads((home / "info").read_text("utf-8"))
    assert info["appid"] == deb.APP
    assert re.fullmatch(r"\d+\.\d+\.\d+\.7", info["version"])
    assert f"Version: {info['version']}\n" in (tree / "DEBIAN" / "control").read_text("utf-8")
    assert sorted(path.name for path in (tree / "DEBIAN").iterdir()) == ["control", "md5sums", "postrm"]


def test_every_file_has_its_sum_and_every_link_leads_somewhere(tree: Path) -> None:
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    packed = {str(path.relative_to(tree)): path for path in files if "DEBIAN" not in path.parts}
    listed = [line.split("  ", 1) for line in (tree / "DEBIAN" / "md5sums").read_text("utf-8").splitlines()]
    assert {name: total for total, name in listed} == {
        name: hashlib.md5(path.read_bytes()).hexdigest() for name, path in packed.items()
    }
    links = [path for path in (tree / "usr").rglob("*") if path.is_symlink()]
    assert len(links) > 8
    assert [str(link) for link in links if not inside(tree, link).exists()] == []


def test_the_menu_entry_is_in_both_languages_and_starts_the_program(tree: Path) -> None:
    link = tree / "usr" / "share" / "applications" / f"{deb.APP}.desktop"
    said = configparser.RawConfigParser()
    said.optionxform = str  # type: ignore[assignment, method-assign]
    said.read(inside(tree, link), "utf-8")
    entry = said["Desktop Entry"]
    assert entry["Name[zh_CN]"] == "枢纽"
    assert all(entry[f"{key}[zh_CN]"] != entry[key] for key in ("Name", "GenericName", "Comment", "Keywords"))
    program, *rest = entry["Exec"].split()
    assert (tree / program.lstrip("/")).stat().st_mode & 0o111
    assert rest == ["open", "%f"]
    icons = tree / "usr" / "share" / "icons" / "hicolor"
    assert len(list(icons.rglob(f"{entry['Icon']}.*"))) == len(deb.SIZES) + 1
    kinds = (tree / "usr" / "share" / "mime" / "packages" / f"{deb.APP}.xml").readlink()
    assert f'type="{entry["MimeType"].rstrip(";")}"' in (tree / kinds.relative_to("/")).read_text("utf-8")


def test_what_the_program_needs_and_has_not_is_named_by_package(bundle: Path, tree: Path) -> None:
    control = (tree / "DEBIAN" / "control").read_text("utf-8")
    assert re.search(r"^Depends: libc6 \(>= 2\.\d+\)$", control, re.MULTILINE)
    other = bundle.parent / "needy"
    other.mkdir()
    shutil.copy(shutil.which("objdump") or "", other / "program")
    assert "libbinutils" in deb.dependencies(other)


def test_removal_says_where_the_data_is(tree: Path) -> None:
    run = ["sh", str(tree / "DEBIAN" / "postrm")]
    assert ".local/share/shuniu" in subprocess.run([*run, "remove"], capture_output=True, text=True, check=True).stdout
    assert subprocess.run([*run, "upgrade"], capture_output=True, text=True, check=True).stdout == ""


def test_the_licences_of_everything_are_there(bundle: Path, tmp_path: Path) -> None:
    licences.write(tmp_path, bundle)
    shipped = {path.name.rsplit("-", 1)[0].lower() for path in tmp_path.iterdir() if path.is_dir()}
    assert {"pyside6_essentials", "shiboken6", "pypdfium2", "sqlcipher3", "python", "pyinstaller"} <= shipped
    assert (tmp_path / "system" / "zlib1g.txt").stat().st_size > 100
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (tmp_path / "texts" / "LGPL-3.txt").read_text("utf-8")
    folders = {path.name.rsplit("-", 1)[0]: {file.name for file in path.iterdir()} for path in tmp_path.glob("*/")}
    assert {name for name, files in folders.items() if files <= {"LICENCE-NAME.txt"}} == {
        "PySide6_Essentials", "shiboken6",
    }  # fmt: skip


def test_a_library_of_unknown_licence_is_not_shipped(bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "bundle"
    shutil.copytree(bundle, other)
    (other / "_internal" / "libz.so.1").rename(other / "_internal" / "libstranger.so.9")
    with pytest.raises(FileNotFoundError, match=r"libstranger\.so\.9"):
        licences.write(tmp_path / "licences", other)
