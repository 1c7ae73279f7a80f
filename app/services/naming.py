"""Links by what people call a record: its number or its exact name, where a program says no id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.fields import Misfit, fault_of
from app.models.record import Kind
from app.services.excel.lookup import Links
from app.services.survivors import Merged


def linked(session: Session, scope: str, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with the id for every link that is said by number or exact name.

    Raises :class:`Refusal` where there is no such record, or where several bear the name.
    """
    found, faults, links = dict(values), [], Links(session, scope, Merged(session))
    for name, declared in kind.links.items():
        said = values.get(name)
        if declared.system or not declared.targets or not isinstance(said, str) or not said.strip() or _is_id(said):
            continue
        links.learn(declared.targets, [said])
        try:
            found[name] = links.resolve(declared, said).id
        except Misfit as misfit:
            faults.append(fault_of(declared, misfit))
    if faults:
        raise Refusal(*faults)
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
