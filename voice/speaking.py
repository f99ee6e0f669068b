"""Who speaks right now, as the media workers told this process. In memory only, no database."""

_speaking: set[str] = set()


def note(session_id: str, is_speaking: bool) -> None:
    """A session began or stopped."""
    (_speaking.add if is_speaking else _speaking.discard)(session_id)


def is_speaking(session_id: str) -> bool:
    """Whether they do."""
    return session_id in _speaking


def keep_only(session_ids: set[str]) -> None:
    """Sessions that are no more say nothing."""
    _speaking.intersection_update(session_ids)
