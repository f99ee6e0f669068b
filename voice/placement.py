"""Which media worker holds which room: leases in the database, with the database's clock.

A worker lives while its beat is fresh. Whoever finds it stale fences it (`give_up`): its next beat
fails, and it lets go of everything. A room's `generation` grows with every placement. Nothing here
tells anybody; moving people is services' (docs/decisions/0015-media-workers.md).
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from api.errors import Unavailable
from rooms.models import Room
from voice.models import MediaRoom, MediaWorker

LEASE_S = 3.0
BEAT_S = 1.0
BUSY = 0.8  # of a core: others first
KEPT_S = 24 * 3600.0  # rows of workers that are no more


def ago(seconds: float) -> Combinable:
    """So long before now, by the database's clock; negative: after it."""
    moment = Now() - Value(timedelta(seconds=seconds))
    return ExpressionWrapper(moment, output_field=DateTimeField())


# --- a worker's own ------------------------------------------------------------------------------
def register(worker_id: UUID, url: str) -> None:
    """A worker is there and takes rooms."""
    MediaWorker.objects.filter(beat_at__lt=ago(KEPT_S)).delete()
    MediaWorker.objects.create(pk=worker_id, url=url)


def beat(worker_id: UUID, busy: float) -> bool:
    """It lives, so busy (0–1). False: it was given up, and holds nothing any more."""
    mine = MediaWorker.objects.filter(pk=worker_id, lost_at=None)
    return bool(mine.update(beat_at=Now(), busy=busy))


def drain(worker_id: UUID) -> None:
    """It takes no more rooms and wants to be rid of its own."""
    MediaWorker.objects.filter(pk=worker_id).update(is_draining=True)


def give_up(worker_id: UUID, *, if_stale: bool = False) -> bool:
    """It is lost: for ever, even if it comes back. `if_stale`: unless it has beaten meanwhile.

    Without, by whoever saw its process end. Answers whether this call did it.
    """
    found = MediaWorker.objects.filter(pk=worker_id, lost_at=None)
    if if_stale:
        found = found.filter(beat_at__lte=ago(LEASE_S))
    return bool(found.update(lost_at=Now()))


def remove(worker_id: UUID) -> None:
    """It has ended in order, and held nothing."""
    MediaWorker.objects.filter(pk=worker_id).delete()


# --- everybody's ---------------------------------------------------------------------------------
def living() -> QuerySet[MediaWorker]:
    """Workers whose lease has not run out."""
    return MediaWorker.objects.filter(lost_at=None, beat_at__gt=ago(LEASE_S))


def place(room: Room) -> tuple[MediaRoom, bool]:
    """Where the room's media is from now on, and whether that is news. The caller holds the room's
    head, so that one at a time places it. Raises Unavailable without workers.
    """
    lease, _ = MediaRoom.objects.get_or_create(room=room)
    takers = living().filter(is_draining=False)
    current = takers.filter(pk=lease.worker_id).first() if lease.worker_id else None
    if current is not None:
        lease.worker = current
        return lease, False
    lease.worker = _least_loaded(takers)
    lease.generation += 1
    lease.save(update_fields=["worker", "generation"])
    return lease, True


def _least_loaded(takers: QuerySet[MediaWorker]) -> MediaWorker:
    """Those that are busy last; then who has the fewest people, counted here and now."""
    people = Count("rooms__room__voice_sessions", filter=Q(lost_at=None))
    ordered = takers.annotate(people=people, is_busy=Q(busy__gt=BUSY))
    found = ordered.order_by("is_busy", "people", "busy", "pk").first()
    if found is None:
        raise Unavailable("No media worker is there right now. Try again in a moment.")
    return found


def rooms_to_move() -> list[tuple[UUID, str]]:
    """Rooms whose worker is lost or wants to be rid of them, and which of both."""
    leases = MediaRoom.objects.filter(~Q(worker__lost_at=None) | Q(worker__is_draining=True))
    found = leases.exclude(worker=None).values_list("pk", "worker__lost_at")
    return [(pk, "worker_lost" if lost_at else "draining") for pk, lost_at in found]


def release(room_id: UUID) -> None:
    """The room has no worker until it is placed anew."""
    MediaRoom.objects.filter(pk=room_id).update(worker=None, generation=F("generation") + 1)
