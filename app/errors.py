"""The families of error: what the user can mend, what the surroundings did, and damage to the database.

Anything else that is raised is a bug: it is logged, reported, and the program goes on where it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ShuniuError(Exception):
    """Base of every error that is shown to a person as one plain line.

    ``exit_code`` is what the command line returns (design.md §9).
    """

    exit_code = 1

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()


@dataclass(frozen=True)
class Fault:
    """One refused field: its name, what is wrong with the value, and how to mend it."""

    field: str
    error: str
    mend: str = ""
    policy: bool = False
    """True where staff may override with a reason (rules.md 23); a physical conflict never is."""


class Refusal(ShuniuError):
    """The user's input is refused; each fault names the field, what is wrong and the mend. Nothing was written.

    ``beside``: what the command line answers besides, such as each date of a series.
    """

    def __init__(self, *faults: Fault, beside: Mapping[str, Any] | None = None) -> None:
        self.faults, self.beside = faults, dict(beside or {})
        super().__init__(
            "；".join(f"{f.field}: {f.error}" for f in faults), "；".join(f.mend for f in faults if f.mend)
        )

    @classmethod
    def of(cls, field: str, error: str, mend: str = "") -> Refusal:
        """A refusal of one field."""
        return cls(Fault(field, error, mend))

    @property
    def policy(self) -> bool:
        """Whether a reason would set aside all that is at fault."""
        return bool(self.faults) and all(fault.policy for fault in self.faults)


class EnvironmentFault(ShuniuError):
    """Disk, rights, network, clock, printer: not the user's fault and not ours. Says what to do."""


class DatabaseBusy(EnvironmentFault):
    """Another program is using the database."""


class DatabaseDamaged(EnvironmentFault):
    """The database cannot be read or does not hold together."""

    exit_code = 3


class KeysLost(EnvironmentFault):
    """This PC has no keys, or none that can be read, for the data folder: the recovery sheet brings them back."""


class DatabaseNewer(EnvironmentFault):
    """The database was written by a newer program."""

    exit_code = 4


class AlreadyRunning(EnvironmentFault):
    """Another instance holds the data folder."""

    exit_code = 5


class BundleRefused(ShuniuError):
    """A bundle is not acceptable: nothing of it was applied."""

    exit_code = 6
