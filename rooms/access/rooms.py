"""Loading a room for somebody: the row, or NotFound and Forbidden. The only way to a room."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from api.errors import Conflict, Forbidden, Gone, NotAuthenticated, NotFound
from rooms.access.facts import facts_of, permissions_of
from rooms.access.permissions import Permission
from rooms.access.refs import CODE, as_uuid
from rooms.access.rule import Decision, decide, has_own_members
from rooms.access.servers import Standing, standing_in
from rooms.access.sight import in_force
from rooms.models import Room, RoomType, SanctionKind, ServerMember


def get_room_for(actor: User, ref: UUID | str, permission: Permission) -> Room:
    """The room named by id, slug or code. Raises NotFound where the actor may not know of it,
    Forbidden where they may know but not do this.
    """
    room = find_room(ref)
    allowed = permissions_of(actor, room)
    if room.deleted_at is None and room.code is not None and room.code == str(ref).lower():
        allowed |= Permission.FIND  # who has the code of a call may see that it is there
    return require(room, allowed, permission)


def get_room_to_join(actor: User, ref: UUID | str) -> Room:
    """A room the actor may belong to: one they may find; a server's is for its members."""
    room = get_room_for(actor, ref, Permission.FIND)
    if room.ended_at is not None:
        raise Gone("This call has ended.")
    in_server = ServerMember.objects.filter(server__rooms=room, user=actor)
    if room.server_id is not None and not in_server.exists():
        raise Forbidden("This room is for members of its server. Join that first.")
    require_not_banned(actor, room)
    if actor.is_guest and not room.guests_allowed and room.created_by_id != actor.pk:
        raise Forbidden("Guests are not let into this room. Sign in with an account.")
    return room


def require_not_banned(person: User, room: Room) -> None:
    """Who is banned from a room stays outside. Raises Forbidden."""
    if in_force(SanctionKind.BAN).filter(room=room, user=person).exists():
        raise Forbidden("Banned from this room.")


def get_room_to_manage(actor: User, ref: UUID | str) -> Room:
    """A room the actor may change."""
    return get_room_for(actor, ref, Permission.MANAGE_ROOM)


def get_room_with_own_members(actor: User, ref: UUID | str) -> Room:
    """One whose members the actor may choose. Raises Conflict where everybody belongs."""
    room = get_room_to_manage(actor, ref)
    if not has_own_members(room):
        raise Conflict("This room is open to everybody; it has no members of its own.")
    return room


def decide_for(actor: User, person: User, ref: UUID | str) -> Decision:
    """What a person may do in a room, and why. Of others that is for those who manage it."""
    needed = Permission.FIND if actor.pk == person.pk else Permission.MANAGE_ROOM
    room = get_room_for(actor, ref, needed)
    return decide(room, facts_of(person.pk, room))


def require_above_in(actor: User, person: User, room: Room) -> None:
    """Who looks after a room acts on those below them. Raises Forbidden."""
    if person.pk == actor.pk:
        raise Forbidden("You cannot do this to yourself.")
    if room.server is not None:
        standing_in(actor, room.server).require_above(standing_in(person, room.server))
    elif permissions_of(person, room) & Permission.MANAGE_ROOM and actor.pk != room.created_by_id:
        raise Forbidden("You may not do this to somebody of equal or higher standing.")
    if room.server is None and person.pk == room.created_by_id:
        raise Forbidden("You may not do this to who made the room.")


def standing_for_overrides(actor: User, room: Room) -> Standing:
    """Overrides are set in channels of servers only. Raises Conflict."""
    if room.server is None:
        raise Conflict("Only channels of a server have overrides.")
    return standing_in(actor, room.server)


def require(room: Room, allowed: Permission, permission: Permission) -> Room:
    """The room, if `allowed` covers `permission`."""
    if not allowed & Permission.FIND:
        raise NotFound("There is no such room.")
    if allowed & permission != permission:
        raise Forbidden("You may not do this in this room.")
    return room


def require_may_create_room(actor: User) -> None:
    """Rooms of one's own are for registered people."""
    if actor.is_guest:
        raise Forbidden("Guests cannot make rooms. Register first.")


def get_call_by_code(code: str) -> Room:
    """A call for somebody without an account; only its code opens this door.

    Raises NotAuthenticated for what is no code, NotFound.
    """
    if not CODE.fullmatch(code.lower()):
        raise NotAuthenticated
    room = Room.objects.filter(code=code.lower(), type=RoomType.CALL, deleted_at=None).first()
    if room is None:
        raise NotFound("There is no such call.")
    return room


def find_room(ref: UUID | str) -> Room:
    """A room, for whoever has yet to be let in. Raises NotFound."""
    rooms = Room.objects.select_related("head", "server")
    found = rooms.filter(pk=room_id) if (room_id := as_uuid(ref)) else _by_name(rooms, str(ref))
    room = found.first()
    if room is None:
        raise NotFound("There is no such room.")
    return room


def _by_name(rooms: QuerySet[Room], ref: str) -> QuerySet[Room]:
    if CODE.fullmatch(ref.lower()):
        return rooms.filter(code=ref.lower())
    return rooms.filter(slug=ref) if "\0" not in ref else rooms.none()
