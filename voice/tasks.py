"""Jobs of voice that run by the clock."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from voice import services


@db_periodic_task(crontab(minute="41", hour="3"))
@lock_task("voice-forget-old-metrics")
def forget_old_metrics() -> None:
    """Once a day: figures of call quality that are a month old."""
    services.forget_old()
