"""How rooms, servers and people are named in addresses. No rule, no database."""

import re
from uuid import UUID

CODE = re.compile(r"[a-z]{4}-[a-z]{4}-[a-z]{4}")
USUAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def as_uuid(ref: UUID | str) -> UUID | None:
    """The reference as an id, None where it is no UUID in its usual form."""
    if isinstance(ref, UUID):
        return ref
    return UUID(ref) if USUAL_UUID.fullmatch(ref) else None
