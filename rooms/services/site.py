"""What concerns no server or room alone: how people look in their servers, the epoch."""

from accounts import payloads as accounts_payloads
from accounts.events import UserUpdated
from accounts.models import User
from realtime import publish
from rooms import queries
from rooms.models import DatabaseEpoch


def tell_person_changed(person: User) -> None:
    """Who shares a server or a direct room with somebody hears how they look now (accounts' hook,
    after commit).
    """
    event = UserUpdated(user=accounts_payloads.user(person, None))
    for server_id in queries.list_own_servers(person).values_list("pk", flat=True):
        publish.to_server(str(server_id), event, except_user=str(person.pk))
    for room_id in queries.direct_rooms_of(person).values_list("pk", flat=True):
        publish.to_room(str(room_id), event)


def renew_epoch() -> str:
    """After a restore: clients must not believe their numbers any more (sequence rule 7)."""
    return str(DatabaseEpoch.objects.create().value)
