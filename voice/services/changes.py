"""What every write of voice shares: telling what changed, after commit, and the worker with it."""

from api.hooks import after_commit
from realtime import publish
from voice import control, speaking
from voice.events import VoiceLeft, VoiceMoved, state_changed
from voice.models import VoiceSession
from voice.placement import ago

MOVE_WITHIN_S = 5.0  # whoever does not come again by then is gone


def tell_state(session: VoiceSession, *, is_joined: bool = True) -> None:
    """Everybody who sees the room hears how somebody sits there now."""
    room_id, key = str(session.room_id), str(session.pk)
    event = state_changed(
        session, is_joined=is_joined, is_speaking=is_joined and speaking.is_speaking(key)
    )
    after_commit(publish.stated, room_id, key, session.version, event)


def tell_worker(session: VoiceSession) -> None:
    """Its worker obeys it from now on."""
    if session.worker_id is not None and not session.is_moving:
        after_commit(control.tell, control.where(session), "set_state", seat_of(session))


def seat_of(session: VoiceSession) -> dict[str, object]:
    """What a worker has to know of a session."""
    return {
        "sessionId": str(session.pk),
        "roomId": str(session.room_id),
        "userId": str(session.user_id),
        "generation": session.generation,
        "version": session.version,
        "muted": session.muted,
        "deafened": session.deafened,
        "serverMuted": session.server_muted,
        "mayVideo": session.may_video,
        "bitrate": session.room.bitrate,
    }


def finish(
    session: VoiceSession, reason: str, *, is_replaced: bool = False, moves_to: str = ""
) -> bool:
    """End a session (inside a transaction). False where somebody did before.

    `is_replaced`: the same person sits in the same room by another session, so they never left.
    """
    if not VoiceSession.objects.filter(pk=session.pk).delete()[0]:
        return False
    session.version += 1_000_000  # beyond any change that is still on its way
    if not is_replaced:
        tell_state(session, is_joined=False)
    left = VoiceLeft(session_id=str(session.pk), room_id=str(session.room_id), reason=reason)
    after_commit(publish.to_user, str(session.user_id), left)
    if moves_to:
        moved = VoiceMoved(room_id=moves_to, session_id=str(session.pk), reason=reason)
        after_commit(publish.to_user, str(session.user_id), moved)
    if session.worker_id is not None:
        after_commit(control.tell, control.where(session), "leave", {"sessionId": str(session.pk)})
    return True


def save(session: VoiceSession, *fields: str) -> VoiceSession:
    """Write what others see of a session, and tell them and its worker."""
    session.version += 1
    session.save(update_fields=[*fields, "version"])
    tell_state(session)
    tell_worker(session)
    return session


def move(sessions: list[VoiceSession], reason: str) -> None:
    """Their media is lost or leaves: they are told to come again, and awaited for a while."""
    for session in sessions:
        VoiceSession.objects.filter(pk=session.pk).update(
            is_moving=True, ends_at=ago(-MOVE_WITHIN_S)
        )
        event = VoiceMoved(room_id=str(session.room_id), session_id=str(session.pk), reason=reason)
        after_commit(publish.to_user, str(session.user_id), event)
