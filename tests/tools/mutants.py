"""Plants faults into a copy of the program, one at a time, and sees whether the tests notice.

    python -m tests.tools.mutants [WORD]...     all, or those whose name holds one of the words

Each fault is a piece of source text replaced by another. A text that is not found exactly once is an error: the
program has moved on, and the fault must be written anew. Prints a line for each; exit 1 where a fault lives on, and
where the tests of one came to no end within the limit: that says nothing, and is not counted as caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
COPIED = ("app", "tests", "resources", "pyproject.toml")
SEEDS = "40"
"""How many seeds of the property test a fault must outlive."""
LIMIT = 240
"""Seconds for the tests of one fault."""
PROPERTY = "tests/sync/test_merge_property.py"
USB = "tests/sync/test_usb.py"
REFUSALS = "tests/sync/test_refusals.py"
FORKS = "tests/sync/test_forks.py"
ROLLBACKS, LOST = "tests/sync/test_rollbacks.py", "tests/sync/test_lost_ids.py"
GUARDS = "tests/sync/test_mutants.py"
"""What no other test says."""


class Edit(NamedTuple):
    """One piece of source text for another."""

    path: str
    old: str
    new: str


class Mutant(NamedTuple):
    """A fault, and the tests of which at least one must fail."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def _mutant(name: str, path: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, (Edit(path, old, new),), tests)


MUTANTS = (
    _mutant(
        "no gap check", "app/sync/checks.py",
        "if span.first > held.seq + 1:", "if False:", USB,
    ),
    _mutant(
        "no conflict record", "app/sync/merge.py",
        "return FieldState(top.value, tuple(shown), tuple(others), top.erased)",
        "return FieldState(top.value, tuple(shown), (), top.erased)", PROPERTY,
    ),
    _mutant(
        "merge by arrival order", "app/sync/merge.py",
        "top = max(heads, key=lambda head: head.stamp)", "top = heads[-1]", PROPERTY,
    ),
    Mutant(
        "mark after sending",
        (
            Edit("app/sync/device.py", "Mark(replica.machine.folder).reserve(left, bundles)",
                 "Mark(replica.machine.folder).reserve({}, bundles)"),
            Edit("app/sync/packer.py", "        return Packed(data, batch)\n",
                 "        from app.sync.machine import Mark\n\n"
                 "        with self.replica.reading() as connection:\n"
                 "            device = machine.device\n"
                 "            left = {f'{s}/{d}': (h.seq, h.hash.hex()) for (s, d), h in log.heads(connection).items()\n"
                 "                    if d == device}\n"
                 "        Mark(machine.folder).reserve(left, 0)\n"
                 "        return Packed(data, batch)\n"),
        ),
        (USB,),
    ),
    _mutant(
        "mark without hash", "app/sync/device.py",
        "(held is None or held.hex() != head)", "held is None", GUARDS,
    ),
    _mutant(
        "restored device keeps its id", "app/sync/device.py",
        "                return True\n    return False", "                return False\n    return False", USB,
    ),
    _mutant(
        "no repeat guard: what is held is stored again", "app/sync/checks.py",
        "self._take(key, run[overlap:], hashes[overlap:], span, held.lamport)",
        "self._take(key, run, hashes, span, 0)", USB,
    ),
    _mutant(
        "no repeat guard: an older bundle replaces what a newer one said", "app/sync/receive.py",
        "if held is not None and (header.counter < held.counter or tuple(held) == "
        "(header.counter, fresh[\"holdings\"])):",
        "if False:", USB,
    ),
    _mutant(
        "no fork check", "app/sync/checks.py",
        "        if same < overlap:\n", "        if False:\n", FORKS, REFUSALS,
    ),
    _mutant(
        "no signature check: bundle", "app/sync/bundle.py",
        "not 1 <= len(header.certificates) <= MAX_CERTIFICATES or not certificates.signed_by(\n"
        "        header.sender.verify, _signed(clear, machine.box_key, body), signature\n"
        "    )",
        "not 1 <= len(header.certificates) <= MAX_CERTIFICATES", GUARDS,
    ),
    _mutant(
        "no signature check: head of a log", "app/sync/checks.py",
        "if not here or not certificates.signed_by(\n"
        "            writer.verify, head_bytes(span.scope, span.device, head.seq, head.hash), head.signature\n"
        "        ):",
        "if not here:", GUARDS,
    ),
    _mutant(
        "no signature check: certificate", "app/sync/certificate.py",
        "return signed_by(self.signer, _certificate_bytes(self), self.signature)", "return True", "tests/sync/test_trust.py",
    ),
    _mutant(
        "no recipient check", "app/sync/bundle.py",
        'return b"shuniu bundle 1\\n" + clear + recipient + blake2b(body).digest()',
        'return b"shuniu bundle 1\\n" + blake2b(body).digest()', GUARDS,
    ),
    _mutant(
        "no scope check: header", "app/sync/checks.py",
        "if any(span.scope not in scopes for span in header.runs):", "if False:", REFUSALS,
    ),
    _mutant(
        "no scope check: writer", "app/sync/checks.py",
        "if writer.scope not in (span.scope, ALL) or span.scope in (log.DISTRICT, log.DEMO):", "if False:", REFUSALS,
    ),
    _mutant(
        "record key without owner: rows", "app/sync/rows.py",
        "delete(table).where(table.c.owner == owner, among(", "delete(table).where(among(",
        USB, GUARDS,
    ),
    _mutant(
        "record key without owner: log", "app/sync/log.py",
        "where(c.kind == kind, among(connection, c.record_id, record_ids), c.scope == scope)",
        "where(c.kind == kind, among(connection, c.record_id, record_ids))",
        USB, GUARDS,
    ),
    _mutant(
        "chain not verified", "app/sync/checks.py",
        " and hashes[head.seq - span.first] == head.hash\n", "\n", GUARDS,
    ),
    _mutant(
        "delete supersedes other fields", "app/sync/merge.py",
        "            superseded.update((field, base) for base in write.bases.get(field, ()) if base < write.stamp)\n",
        "            for named in write.bases if DELETED in write.fields else (field,):\n"
        "                superseded.update((named, base) for base in write.bases.get(named, ()) if base < write.stamp)\n",
        PROPERTY,
    ),
    _mutant(
        "bases read at flush", "app/sync/capture.py",
        "seen = self._seen.get((record.owner, record.kind.name, record.id), shown)", "seen = shown", PROPERTY,
    ),
    _mutant(
        "hidden heads named by an edit", "app/sync/capture.py",
        "return {field: seen.get(field, []) for field in values}",
        "others = Heads.decode(record.heads).others\n"
        "        return {field: [*seen.get(field, []), *others.get(field, ())] for field in values}",
        GUARDS,
    ),
    _mutant(
        "bases erased with the values", "app/sync/log.py",
        'values({c["values"]: None})', 'values({c["values"]: None, c.bases: b"\\x80"})', USB, PROPERTY,
    ),
    _mutant(
        "held changes folded", "app/sync/log.py",
        'return end is None or change.seq <= end.seq or change.kind.startswith("@")', "return True", FORKS,
    ),
    _mutant(
        "packing by device instead of stamp order", "app/sync/exchange.py",
        "return self._take(connection, heapq.merge(*walks), limit)",
        "return self._take(connection, (step for walk in walks for step in walk), limit)", GUARDS,
    ),
    _mutant(
        "a stranger behind a gap is refused for good", "app/sync/checks.py",
        "[] if gaps else writers)", "writers)", ROLLBACKS, LOST,
    ),
    _mutant(
        "nobody tells a PC of its past under an earlier id", "app/sync/exchange.py",
        "key[1] in family(connection, key[0], self.their_device)", "key[1] == self.their_device", ROLLBACKS, LOST,
    ),
    _mutant(
        "a log forked under an earlier id is left open", "app/sync/heal.py",
        "if not own or _left(", "if own and _left(", ROLLBACKS, LOST,
    ),
    _mutant(
        "an id given up is not shown", "app/sync/device.py",
        "before = certificate.own(old)", "before = None", ROLLBACKS, LOST,
    ),
    _mutant(
        "whose bundle waits is not told the counter", "app/sync/receive.py",
        "    _raise_counter(replica.machine, opened)\n", "", ROLLBACKS, LOST,
    ),
    _mutant(
        "ids of one PC are heard apart where no log speaks of them", "app/sync/receive.py",
        "ids = {one.device for one in certificates.lineage([opened.sender])}", "ids = {device}", ROLLBACKS, LOST,
    ),
    _mutant(
        "a log whose key is lost is left open", "app/sync/heal.py",
        " or closing.lost(connection, replica.machine).get(device)", "", ROLLBACKS, LOST,
    ),
    _mutant(
        "what others say of a device counts as its own word", "app/sync/closing.py",
        "*earlier(own.get(said.device))", "*earlier(known.get(said.device))", ROLLBACKS, LOST,
    ),
    _mutant(
        "an erasure that is elsewhere is not waited for", "app/sync/checks.py",
        "checked.missing = _elsewhere(connection, opened, scopes, checked)", "checked.missing = []", ROLLBACKS, LOST,
    ),
    _mutant(
        "what waits for an erasure holds up all else", "app/sync/exchange.py",
        "while waiting and not taken:", "while False:", ROLLBACKS, LOST,
    ),
    _mutant(
        "a closing that is said again does not count", "app/sync/heal.py",
        "        touched |= _settled(connection, renewal.current, scope)\n    return touched", "    return touched",
        ROLLBACKS, LOST,
    ),
    _mutant(
        "an id is not introduced in a folder that lacks it", "app/workspace.py",
        "                device.introduce_in(connection, replica, self.street)", "                pass", ROLLBACKS, LOST,
    ),
    _mutant(
        "the end of a log under an earlier id is not signed", "app/workspace.py",
        "            device.sign_heads(connection, now.machine)", "            pass", ROLLBACKS, LOST,
    ),
)  # fmt: skip


def faults_of_text() -> list[str]:
    """A line for each piece of source text that is not found exactly once."""
    return [
        f"{mutant.name}: found {count} times in {edit.path}: {edit.old}"
        for mutant in MUTANTS
        for edit in mutant.edits
        if (count := (ROOT / edit.path).read_text("utf-8").count(edit.old)) != 1
    ]


def _copy(to: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)


def _fault(tree: Path, tests: tuple[str, ...], limit: float = LIMIT) -> str:
    """What the tests say that fail in ``tree``; empty where they pass. Raises :class:`subprocess.TimeoutExpired`."""
    environment = os.environ | {
        "SHUNIU_SOAK": "",
        "SHUNIU_SEEDS": SEEDS,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=limit)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout if done.returncode else ""


def caught(mutant: Mutant, limit: float = LIMIT) -> bool | None:
    """Whether the tests notice ``mutant``; None where they come to no end."""
    with tempfile.TemporaryDirectory(prefix="shuniu-mutant-") as folder:
        tree = Path(folder)
        _copy(tree)
        for edit in mutant.edits:
            path = tree / edit.path
            path.write_text(path.read_text("utf-8").replace(edit.old, edit.new), "utf-8")
        try:
            return bool(_fault(tree, mutant.tests, limit))
        except subprocess.TimeoutExpired:
            return None


SAID = {True: "caught", False: "LIVES", None: "NO END"}


def _line(mutant: Mutant) -> tuple[bool | None, str]:
    start = time.monotonic()
    noticed = caught(mutant)
    return noticed, f"{SAID[noticed]:8}{time.monotonic() - start:5.0f} s  {mutant.name}"


def main(words: list[str]) -> int:
    """The tool."""
    if faults := faults_of_text():
        print("\n".join(faults), file=sys.stderr)
        return 1
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="shuniu-sound-") as folder:
        _copy(Path(folder))
        tests = tuple(sorted({test for mutant in chosen for test in mutant.tests}))
        try:
            said = _fault(Path(folder), tests, 4 * LIMIT)
        except subprocess.TimeoutExpired:
            said = f"no end within {4 * LIMIT} s"
        if said:
            print(f"the tests fail without any fault planted:\n{said[-4000:]}", file=sys.stderr)
            return 1
    ends: Counter[bool | None] = Counter()
    with ThreadPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        for noticed, line in pool.map(_line, chosen):
            print(line, flush=True)
            ends[noticed] += 1
    unsure = f", {ends[None]} came to no end within {LIMIT} s" if ends[None] else ""
    print(f"{ends[True]} of {len(chosen)} caught{unsure}")
    return 0 if ends[True] == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
