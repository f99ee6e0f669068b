"""Reads of voice: only what the actor may see (the filters are rooms.access')."""

from collections.abc import Iterable
from time import perf_counter
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from api.health import Part
from rooms import access
from rooms.access import Permission
from rooms.models import Room
from voice import payloads, speaking
from voice.models import CallMetrics, MediaRoom, MediaWorker, VoiceSession
from voice.placement import LEASE_S, ago


def list_states(actor: User, server_id: UUID | None = None) -> QuerySet[VoiceSession]:
    """Who sits where, in every room the actor sees (of one server)."""
    rooms = access.visible_rooms(actor)
    if server_id is not None:
        rooms = rooms.filter(server_id=server_id)
    rows = VoiceSession.objects.filter(room__in=rooms)
    return rows.select_related("user").order_by("room_id", "joined_at", "pk")


def list_states_in(room_id: UUID | str) -> QuerySet[VoiceSession]:
    """Who sits in a room that the caller has been let into, who came first first."""
    rows = VoiceSession.objects.filter(room_id=room_id)
    return rows.select_related("user").order_by("joined_at", "pk")


def get_states(session_ids: Iterable[str]) -> list[VoiceSession]:
    """These sessions, with what others see of them; for a process's own upkeep."""
    rows = VoiceSession.objects.filter(pk__in=list(session_ids))
    return list(rows.select_related("user"))


def show(rows: Iterable[VoiceSession]) -> list[payloads.VoiceState]:
    """As others see them."""
    return [payloads.state(row, is_speaking=speaking.is_speaking(str(row.pk))) for row in rows]


def states_of_room(room_id: str) -> list[payloads.VoiceState]:
    """Who sits in a room that the caller has been let into, as others see them."""
    return show(list_states_in(room_id))


def voice_count() -> Combinable:
    """How many sit in a room's voice, as an expression over rooms (rooms' slot)."""
    seated = VoiceSession.objects.filter(room=OuterRef("pk")).order_by().values("room")
    return Coalesce(Subquery(seated.annotate(n=Count("pk")).values("n")), 0)


def list_metrics(actor: User, room: Room) -> QuerySet[CallMetrics]:
    """Call quality in a room, the newest first: one's own; to who manages it everybody's."""
    rows = CallMetrics.objects.filter(room=room).order_by("-timestamp", "-pk")
    if access.permissions_of(actor, room) & Permission.MANAGE_ROOM:
        return rows
    return rows.filter(user=actor)


class Seated(NamedTuple):
    """A session as the upkeep needs it."""

    id: str
    room_id: str
    user_id: str
    sign_in_id: str
    worker_id: str
    version: int
    is_of_gateway: bool
    is_moving: bool
    is_new: bool  # its worker may not know it yet
    is_over: bool
    is_signed_out: bool
    is_due: bool  # what it may do is to be looked at again


SETTLED_S = 20.0
NO_WORKER = "None"  # its row is gone


def list_seated() -> list[Seated]:
    """Every session there is (one query)."""
    rows = VoiceSession.objects.annotate(
        is_new=_is(Q(joined_at__gt=ago(SETTLED_S))),
        is_over=_is(Q(ends_at__lte=Now())),
        is_signed_out=_is(
            Q(sign_in__revoked_at__isnull=False)
            | Q(sign_in__expires_at__lte=Now())
            | Q(user__is_active=False)
        ),
        is_due=_is(Q(recheck_at__lte=Now())),
    ).values_list(
        "pk", "room_id", "user_id", "sign_in_id", "worker_id", "version", "is_of_gateway",
        "is_moving", "is_new", "is_over", "is_signed_out", "is_due",
    )  # fmt: skip
    return [Seated(*map(str, row[:5]), *row[5:]) for row in rows]  # type: ignore[arg-type, call-arg]


def _is(condition: Q) -> Case:
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


class WorkerSeen(NamedTuple):
    """A worker as the upkeep needs it."""

    id: str
    url: str
    is_living: bool
    is_lost: bool
    is_draining: bool
    has_rooms: bool


def list_workers() -> list[WorkerSeen]:
    """Every worker that is not long gone (one query)."""
    rows = MediaWorker.objects.annotate(
        is_living=_is(Q(lost_at=None, beat_at__gt=ago(LEASE_S))),
        is_lost=_is(Q(lost_at__isnull=False)),
        has_rooms=Exists(MediaRoom.objects.filter(worker=OuterRef("pk"))),
    ).values_list("pk", "url", "is_living", "is_lost", "is_draining", "has_rooms")
    return [WorkerSeen(str(pk), *rest) for pk, *rest in rows]


def media_health() -> Part | None:
    """For /health: null where no worker has ever been here, unhealthy where none lives."""
    began_s = perf_counter()
    workers = list_workers()
    if not workers:
        return None
    if not any(worker.is_living for worker in workers):
        return Part(status="unhealthy", latency_ms=None)
    return Part(status="healthy", latency_ms=round((perf_counter() - began_s) * 1000, 2))
