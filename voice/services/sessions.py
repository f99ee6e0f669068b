"""Sitting down in a room's voice, changing how one sits, and getting up."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Session, User
from api.errors import Conflict, NotFound
from rooms import access as rooms_access
from rooms.access import Permission
from rooms.models import Room, RoomHead, SanctionKind
from voice import access, placement
from voice.models import MediaRoom, VoiceMute, VoiceSession
from voice.services.changes import finish, move, save, tell_state, tell_worker

SOCKET_LOST_S = 30.0


@transaction.atomic
def join(
    actor: User,
    *,
    ref: UUID | str,
    sign_in: Session,
    is_of_gateway: bool,
    muted: bool = False,
    deafened: bool = False,
) -> VoiceSession:
    """Sit down in a room. Wherever the person sat before, they sit no longer.

    Raises NotFound, Forbidden, Gone, Conflict (full), Unavailable (no worker).
    """
    _lock(actor, rooms_access.find_room(ref))
    room, allowed = access.get_room_to_join(actor, ref)
    before = VoiceSession.objects.select_related("user", "worker").filter(user=actor).first()
    _require_seat(actor, room)
    lease, is_placed = placement.place(room)
    if before is not None:
        finish(before, "replaced", is_replaced=before.room_id == room.pk)
    if is_placed:  # whoever still sits on another worker comes along, too
        move(list(VoiceSession.objects.filter(room=room, is_moving=False)), "worker_lost")
    session = VoiceSession(
        room=room,
        user=actor,
        sign_in=sign_in,
        worker=lease.worker,
        generation=lease.generation,
        is_of_gateway=is_of_gateway,
        muted=muted,
        deafened=deafened,
        ends_at=placement.ago(-SOCKET_LOST_S) if is_of_gateway else None,
    )
    _apply_access(session, room, allowed)
    session.save(force_insert=True)
    session = VoiceSession.objects.select_related("user", "worker", "room").get(pk=session.pk)
    tell_state(session)
    return session


def _lock(actor: User, room: Room) -> None:
    """One joining at a time, of this room and of this person.

    The head is what ends, bans and kicks lock too: they come wholly before joining, or after it. It
    comes first, for changes of rooms outside servers raise the versions of their people after it.
    """
    RoomHead.objects.select_for_update().get(pk=room.pk)
    # Not the key: others may refer to the person meanwhile.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)


def _require_seat(actor: User, room: Room) -> None:
    others = VoiceSession.objects.filter(room=room).exclude(user=actor)
    if room.max_participants and others.count() >= room.max_participants:
        raise Conflict("This room is full.")


def _apply_access(session: VoiceSession, room: Room, allowed: Permission) -> bool:
    """What the person may do there now. Whether they may stay."""
    is_muted = VoiceMute.objects.filter(room=room, user=session.user).exists()
    session.server_muted = is_muted or not access.may_speak(allowed)
    session.may_video = access.may_video(allowed)
    session.recheck_at = _end_of_timeout(session, room) if not session.may_video else None
    return access.may_sit(allowed)


def _end_of_timeout(session: VoiceSession, room: Room) -> datetime | None:
    """When something that silences them ends by itself."""
    timeouts = rooms_access.in_force(SanctionKind.TIMEOUT).filter(user=session.user)
    here = timeouts.filter(room=room) | timeouts.filter(server__isnull=False, server=room.server_id)
    return here.order_by("until").values_list("until", flat=True).first()


def find_session(actor: User, *, ref: UUID | str, sign_in: Session) -> VoiceSession | None:
    """The session that the person has in this room by this sign-in already."""
    room = rooms_access.find_room(ref)
    rows = VoiceSession.objects.select_related("user", "worker")
    return rows.filter(user=actor, room=room, sign_in=sign_in, is_moving=False).first()


@transaction.atomic
def set_state(
    actor: User,
    *,
    session_id: UUID | str,
    muted: bool | None = None,
    deafened: bool | None = None,
    screen_sharing: bool | None = None,
) -> VoiceSession:
    """How one sits. What is None stays; what changes nothing is told nobody."""
    session = _locked(access.get_session_of(actor, session_id).pk)
    wanted = {"muted": muted, "deafened": deafened, "screen_sharing": screen_sharing}
    return _change(session, {name: it for name, it in wanted.items() if it is not None})


def _change(session: VoiceSession, wanted: dict[str, object]) -> VoiceSession:
    changed = {name: it for name, it in wanted.items() if getattr(session, name) != it}
    for name, value in changed.items():
        setattr(session, name, value)
    return save(session, *changed) if changed else session


def _locked(session_id: UUID | str) -> VoiceSession:
    """The row for this transaction alone. Raises NotFound."""
    rows = VoiceSession.objects.select_for_update(of=("self",)).select_related(
        "worker", "user", "room"
    )
    found = rows.filter(pk=session_id).first()
    if found is None:
        raise NotFound("There is no such voice session.")
    return found


@transaction.atomic
def leave(actor: User, *, session_id: UUID | str) -> VoiceSession:
    """Get up."""
    session = access.get_session_of(actor, session_id)
    finish(session, "left")
    return session


@transaction.atomic
def end_session(session_id: UUID | str, reason: str) -> bool:
    """Somebody is gone (their media fell silent, they signed out, …). False: they were already."""
    rows = VoiceSession.objects.select_related("user", "worker")
    session = rows.filter(pk=session_id).first()
    return session is not None and finish(session, reason)


@transaction.atomic
def end_sessions_in(
    room_ids: Iterable[str], reason: str, user_ids: Iterable[str] | None = None
) -> None:
    """Everybody's, or these people's, sessions in rooms."""
    rows = VoiceSession.objects.filter(room__in=list(room_ids))
    if user_ids is not None:
        rows = rows.filter(user__in=list(user_ids))
    for session in rows.select_related("user", "worker"):
        finish(session, reason)


@transaction.atomic
def retell_room(room_id: str) -> None:
    """What its worker has to know of the room has changed: each session carries it there.

    With a new version of each, so that a worker that did not hear of it is reminded.
    """
    rows = VoiceSession.objects.filter(room__in=[room_id])
    for session_id in rows.values_list("pk", flat=True):
        save(_locked(session_id))


@transaction.atomic
def note_media(session_id: str, *, video: bool, screen_sharing: bool) -> None:
    """What somebody shows now, as their worker says."""
    rows = VoiceSession.objects.select_for_update(of=("self",)).select_related("user", "worker")
    session = rows.filter(pk=session_id).first()
    if session is not None:
        _change(session, {"video": video, "screen_sharing": screen_sharing})


def recheck_rooms(room_ids: Iterable[str], user_id: str | None = None) -> None:
    """Who may do what there has changed: everybody who sits there is looked at again."""
    rows = VoiceSession.objects.filter(room__in=list(room_ids))
    if user_id is not None:
        rows = rows.filter(user__in=[user_id])
    for session_id in rows.values_list("pk", flat=True):
        recheck(session_id)


@transaction.atomic
def recheck(session_id: UUID | str) -> None:
    """What somebody may do where they sit; who may no longer sit there is gone."""
    rows = VoiceSession.objects.select_for_update(of=("self",))
    session = rows.select_related("user", "worker", "room__server").filter(pk=session_id).first()
    if session is None:
        return
    before = session.server_muted, session.may_video, session.recheck_at
    allowed = rooms_access.permissions_of(session.user, session.room)
    if not _apply_access(session, session.room, allowed):
        finish(session, "removed" if session.room.is_active else "ended")
    elif before[:2] != (session.server_muted, session.may_video):
        save(session, "server_muted", "may_video", "recheck_at")
    elif before[2] != session.recheck_at:
        session.save(update_fields=["recheck_at"])


def remind_worker(session_id: UUID | str) -> None:
    """Its worker obeys an older state: what was said to it was lost."""
    rows = VoiceSession.objects.select_related("worker", "user")
    session = rows.filter(pk=session_id).first()
    if session is not None:
        tell_worker(session)


@transaction.atomic
def move_room(room_id: UUID, reason: str) -> None:
    """The room's worker is lost or leaves: its people come again, to another one."""
    RoomHead.objects.select_for_update().get(pk=room_id)
    lease = MediaRoom.objects.filter(pk=room_id).select_related("worker").first()
    if lease is None or lease.worker is None:
        return
    if lease.worker.lost_at is None and not lease.worker.is_draining:
        return  # somebody was quicker, and it is placed anew
    move(list(VoiceSession.objects.filter(room=room_id, is_moving=False)), reason)
    placement.release(room_id)


@transaction.atomic
def keep_sockets(session_ids: Iterable[str]) -> None:
    """These sign-ins have sockets: their sessions go on."""
    rows = VoiceSession.objects.filter(pk__in=list(session_ids), is_moving=False)
    rows.filter(is_of_gateway=True).update(ends_at=placement.ago(-SOCKET_LOST_S))
