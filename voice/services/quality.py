"""How well people hear: figures of the workers and of clients, kept for a while."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from voice import access, placement
from voice.models import CallMetrics, VoiceSession

KEPT_S = 30 * 24 * 3600.0


@transaction.atomic
def record(figures: Iterable[dict[str, Any]]) -> None:
    """What a worker measured of its sessions (`sessionId` and the fields of CallMetrics)."""
    by_id = {one["sessionId"]: one for one in figures}
    seated = VoiceSession.objects.filter(pk__in=list(by_id)).values_list("pk", "room", "user")
    CallMetrics.objects.bulk_create(
        CallMetrics(
            room_id=room_id,
            user_id=user_id,
            bitrate=by_id[str(pk)]["bitrate"],
            packet_loss=by_id[str(pk)]["packetLoss"],
            jitter=by_id[str(pk)]["jitter"],
            rtt=by_id[str(pk)]["rtt"],
        )
        for pk, room_id, user_id in seated
    )


@transaction.atomic
def add_metrics(actor: User, *, session_id: str, **figures: Any) -> CallMetrics:
    """What a client says of its own session."""
    session = access.get_session_of(actor, session_id)
    made = CallMetrics.objects.create(room_id=session.room_id, user=actor, **figures)
    made.refresh_from_db()
    return made


def forget_old() -> None:
    """Figures are kept for a month."""
    CallMetrics.objects.filter(timestamp__lt=placement.ago(KEPT_S)).delete()
