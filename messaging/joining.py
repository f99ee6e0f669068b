"""How a socket comes to hear a room (PROTOCOL.md, sequence rule 6).

Subscribe first and hold live frames; read access, head and rows in one snapshot; answer with that
head; release what came after. Joining and recovering differ only in their answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from accounts.models import User
from api.errors import Conflict, Forbidden, NotFound, ParlorError
from api.payloads import Payload, timestamp
from messaging import recovery, unread
from messaging.events import ConnectionMissed, RoomJoined
from messaging.payloads import Message
from messaging.recovery import Changes
from realtime.handlers import running
from realtime.socket import Socket
from realtime.threads import run_db
from rooms import access, hooks, payloads, queries
from rooms.access import Permission
from rooms.payloads import Participant, ReadState, Room


@dataclass(frozen=True, slots=True)
class Answer:
    """What a socket is told, and the head it is told up to."""

    head: int
    events: list[Payload]


@dataclass(frozen=True, slots=True)
class State:
    """A room in one snapshot. `newest` is empty where the changes were recovered."""

    room: Room
    changes: Changes
    newest: list[Message]
    read: ReadState
    roles: dict[str, str]
    voice: list[Payload]


@dataclass(frozen=True, slots=True)
class Entered:
    """A room whose frames are held for a socket. `heard_up_to` is None where it is new to it."""

    room_id: str
    heard_up_to: int | None


async def enter(socket: Socket, ref: str) -> Entered:
    """Subscribe the socket to a room (id, slug or code) it may read, holding its frames.

    Raises NotFound, Forbidden; Conflict at the cap of rooms.
    """
    grant = await access.grant_for(socket.user_id, ref)
    limit = settings.GATEWAY["max_rooms"]
    if grant.room_id not in socket.joined and len(socket.joined) >= limit:
        raise Conflict(f"One socket hears at most {limit} rooms. Leave some first.")
    await running().watch.start_feed(grant.room_id)
    heard_up_to = running().hub.hold(socket, grant.room_id)
    return Entered(grant.room_id, heard_up_to)


@contextmanager
def as_before_on_failure(socket: Socket, entered: Entered) -> Iterator[None]:
    """An answer that fails changes nothing: who heard the room goes on, without a gap; who did not
    (or may no longer) does not hear it.
    """
    hub, room_id = running().hub, entered.room_id
    try:
        yield
    except BaseException as error:
        if entered.heard_up_to is None or isinstance(error, (NotFound, Forbidden)):
            hub.leave(socket, room_id)
            running().presence.refresh(socket.user_id)
        else:
            hub.release(socket, room_id, entered.heard_up_to)
        raise


async def before_each_page(socket: Socket, entered: Entered) -> None:
    """Wait until the client has read what it was sent so far.

    Raises Forbidden where the room was taken away while its answer was on the way.
    """
    await socket.drained()
    if entered.room_id not in socket.joined:
        raise Forbidden("You no longer have this room.")


async def answer_join(
    socket: Socket, room_id: str, last_seen: int | None, epoch: str | None
) -> Answer:
    """`room:joined`, and the further pages of what was missed."""
    ids = [socket.user_id, *(person.id for person, _ in running().presence.people_here(room_id))]
    state = await run_db(_read, socket.user_id, room_id, last_seen, epoch, ids)
    running().presence.refresh(socket.user_id)  # others see who comes once it is known they may
    people = running().presence.people_here(room_id)
    changes = state.changes
    messages, up_to = changes.pages[0] if changes.is_recovered else (state.newest, changes.head)
    joined = RoomJoined(
        room=state.room,
        messages=messages,
        last_seq=changes.head,
        epoch=changes.epoch,
        recovered=changes.is_recovered,
        up_to=up_to,
        more=len(changes.pages) > 1,
        read_seq=state.read.read_seq,
        unread=state.read.unread,
        mentions=state.read.mentions,
        participants=[
            Participant(
                user=person,
                role=state.roles.get(person.id, "member"),
                joined_at=timestamp(datetime.fromtimestamp(since_s, UTC)),
                left_at=None,
            )
            for person, since_s in people
        ],
        typing=[p for p in running().typing.people(room_id) if p.id != socket.user_id],
        voice=state.voice,
    )
    further = recovery.missed_events(room_id, changes)[1:]
    return Answer(changes.head, [joined, *(event for _, event in further)])


async def answer_recover(socket: Socket, room_id: str, last_seen: int, epoch: str | None) -> Answer:
    """`connection:missed`, in pages."""
    changes = await run_db(_read_changes, socket.user_id, room_id, last_seen, epoch)
    running().presence.refresh(socket.user_id)
    events = recovery.missed_events(room_id, changes)
    return Answer(changes.head, [event for _, event in events])


def refused(room_id: str, error: ParlorError) -> ConnectionMissed:
    """A room that could not be recovered, among others that could."""
    return ConnectionMissed(
        room_id=room_id,
        messages=[],
        up_to=0,
        last_seq=0,
        epoch="",
        recovered=False,
        more=False,
        error={"code": error.code, "message": error.message, "details": error.details},
    )


def _read(
    user_id: str, room_id: str, last_seen: int | None, epoch: str | None, people: list[str]
) -> State:
    with recovery.snapshot():
        actor = _actor(user_id)
        row = access.get_room_for(actor, room_id, Permission.VIEW)
        # A number no room has makes the changes "not possible": a fresh join.
        after = -1 if last_seen is None else last_seen
        changes = recovery.read_changes(room_id, after, epoch, actor.pk)
        return State(
            room=payloads.room(queries.get_room(row.pk)),
            changes=changes,
            newest=[] if changes.is_recovered else recovery.read_newest(room_id, actor.pk),
            read=unread.read_states(actor, [room_id])[room_id],
            roles=queries.roles_in(row, people),
            voice=[state for states in hooks.room_join_parts.run(room_id) for state in states],
        )


def _read_changes(user_id: str, room_id: str, last_seen: int, epoch: str | None) -> Changes:
    with recovery.snapshot():
        actor = _actor(user_id)
        access.get_room_for(actor, room_id, Permission.VIEW)
        return recovery.read_changes(room_id, last_seen, epoch, actor.pk)


def _actor(user_id: str) -> User:
    actor = User.objects.filter(pk=user_id, is_active=True).first()
    if actor is None:
        raise NotFound("There is no such person.")
    return actor
