"""What a person may do on the whole site. Rights inside a server or room are rooms' business."""

from accounts.models import User

# For display in access tokens (PROTOCOL.md): authorisation never reads them from there.
_EVERYBODY = ("rooms:join", "messages:send", "voice:join")
_PERSON = (*_EVERYBODY, "servers:create", "rooms:create")
_STAFF = (*_PERSON, "site:moderate")
_ADMIN = (*_STAFF, "site:administer")


def site_roles(person: User) -> list[str]:
    """A person's standing on the whole site; roles inside a server are a Member's."""
    if person.is_guest:
        return ["guest"]
    if person.is_superuser:
        return ["user", "admin"]
    return ["user", "staff"] if person.is_staff else ["user"]


def site_permissions(person: User) -> list[str]:
    """What those roles allow, in words for a client's buttons."""
    if person.is_guest:
        return list(_EVERYBODY)
    if person.is_superuser:
        return list(_ADMIN)
    return list(_STAFF if person.is_staff else _PERSON)
