"""Jobs about people that run by the clock."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from accounts import services


@db_periodic_task(crontab(minute="17", hour="3"))
@lock_task("accounts-forget-ended-sessions")
def forget_ended_sessions() -> None:
    """Once a day: sessions and tokens that ended more than 30 days ago."""
    services.forget_ended_sessions()


@db_periodic_task(crontab(minute="*"))
@lock_task("accounts-clear-expired-statuses")
def clear_expired_statuses() -> None:
    """Every minute: statuses that were chosen until now."""
    services.clear_expired_statuses()
