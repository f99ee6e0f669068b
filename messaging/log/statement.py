"""New messages of any number of rooms in one statement of PostgreSQL, which is its own transaction.

It locks the rooms' heads in the order of their ids, finds the nonces that are written already and
the entries whose access version is not the room's any more, numbers and inserts the others and
counts them on the heads. The entries go in as one JSON parameter: the work on them is PostgreSQL's.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg
from django.db import connection
from django.utils import timezone

from accounts.payloads import person, person_of
from api.errors import NotFound
from messaging import changes, payloads
from messaging.entries import AccessChanged, AppendedNew, NewMessage, NewRow
from messaging.events import MessageNew
from messaging.log.line import Line
from messaging.log.transaction import Outcome, Told
from messaging.models import Message
from realtime.threads import run_db

LOCK_TIMEOUT_MS = 200

_SQL = """
WITH entry AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS given (
        n int, id uuid, room_id uuid, sender_id uuid, content text, html text, mentions jsonb,
        nonce text, request_hash text, reply_to_id uuid, access_version bigint
    )
), head AS MATERIALIZED (
    SELECT room_id, last_seq, access_version FROM rooms_roomhead
    WHERE room_id = ANY($2::uuid[]) ORDER BY room_id FOR UPDATE {skip_locked}
), found AS MATERIALIZED (
    SELECT entry.*, head.last_seq, head.access_version AS room_version,
        message.id AS written_id, sender.username, sender.display_name, sender.avatar_url
    FROM entry
    LEFT JOIN head USING (room_id)
    LEFT JOIN LATERAL (
        SELECT id FROM messaging_message AS before
        WHERE before.room_id = entry.room_id AND before.sender_id = entry.sender_id
            AND before.nonce = entry.nonce
        LIMIT 1
    ) AS message ON TRUE
    LEFT JOIN accounts_user AS sender ON sender.id = entry.sender_id
), fresh AS MATERIALIZED (
    SELECT found.*, last_seq + row_number() OVER (PARTITION BY room_id ORDER BY n) AS seq
    FROM found
    WHERE written_id IS NULL AND access_version = room_version AND username IS NOT NULL
), inserted AS (
    INSERT INTO messaging_message (id, room_id, seq, change_seq, type, sender_id, content, html,
        mentions, nonce, request_hash, reply_to_id, created_at, updated_at)
    SELECT id, room_id, seq, seq, 'user', sender_id, content, html,
        mentions, nonce, request_hash, reply_to_id, given_now, given_now
    FROM fresh, (SELECT $3::timestamptz AS given_now) AS clock
), mentioned AS (
    INSERT INTO messaging_mention (message_id, user_id, room_id, seq)
    SELECT id, person.value::uuid, room_id, seq
    FROM fresh, jsonb_array_elements_text(mentions) AS person
), counted AS (
    UPDATE rooms_roomhead AS head
    SET last_seq = head.last_seq + added.n, message_count = head.message_count + added.n
    FROM (SELECT room_id, count(*) AS n FROM fresh GROUP BY room_id) AS added
    WHERE head.room_id = added.room_id
)
SELECT json_agg(json_build_array(fresh.seq, found.written_id, found.room_version,
    found.username, found.display_name, found.avatar_url) ORDER BY found.n)
FROM found LEFT JOIN fresh USING (n)
"""
_WAITING = _SQL.format(skip_locked="").encode()
_SKIPPING = _SQL.format(skip_locked="SKIP LOCKED").encode()


class Locked:
    """The entry's room is locked by another transaction: nothing was written."""


Answer = Outcome | AppendedNew | Locked


class WrittenNews(NamedTuple):
    """One outcome per entry, in their order; and what the rooms are to be told."""

    outcomes: list[Answer]
    told: list[Told]


class _Given(msgspec.Struct):
    """An entry as the statement takes it."""

    n: int
    id: UUID
    room_id: UUID
    sender_id: UUID
    content: str
    html: str
    mentions: tuple[str, ...]
    nonce: str
    request_hash: str
    reply_to_id: UUID | None
    access_version: int


class _Found(msgspec.Struct, array_like=True):
    """A row of the answer. `seq` is there where the entry was written, `written_id` where its nonce
    was before, `room_version` where the room is there and not locked, names where the sender is.
    """

    seq: int | None
    written_id: UUID | None
    room_version: int | None
    username: str | None
    display_name: str | None
    avatar_url: str | None


_answers = msgspec.json.Decoder(list[_Found])


class Statement:
    """The statement on a connection of its own, opened when it is needed. One at a time."""

    def __init__(self) -> None:
        self._line: Line | None = None

    async def write(self, entries: Sequence[NewMessage], *, skip_locked: bool) -> WrittenNews:
        """Write them all, or raise psycopg's error: then none is written, or that is unknown.

        Waits for locked rooms for LOCK_TIMEOUT_MS (and raises LockNotAvailable), or skips them.
        """
        now = timezone.now()
        given = [_given(n, entry) for n, entry in enumerate(entries)]
        rooms = list({str(entry.room_id) for entry in entries})
        line = await self._open()
        answer = await line.ask(
            _SKIPPING if skip_locked else _WAITING,
            (msgspec.json.encode(given), f"{{{','.join(rooms)}}}".encode(), str(now).encode()),
        )
        found = _answers.decode(answer.get_value(0, 0) or b"[]")
        written = WrittenNews([], [])
        for entry, row in zip(entries, found, strict=True):
            if row.seq is None:
                written.outcomes.append(_refusal(row, skip_locked))
                continue
            new = NewRow(entry.message_id, entry.room_id, row.seq, entry.nonce, now)
            written.outcomes.append(AppendedNew(new))
            sender = person_of(
                str(entry.sender_id),
                row.username or "",
                row.display_name or "",
                row.avatar_url or "",
            )
            event = MessageNew(message=payloads.new_message(entry, row.seq, sender, now))
            written.told.append((event.message.room_id, row.seq, event))
        await _answer_repeated(entries, found, written)
        return written

    async def close(self) -> None:
        """Let the connection go; the next write opens another."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def _open(self) -> Line:
        if self._line is not None and self._line.is_broken:
            await self.close()
        if self._line is None:
            given = connection.get_connection_params()
            for name in ("cursor_factory", "context"):
                given.pop(name, None)
            given |= {"autocommit": True, "tcp_user_timeout": 10_000}
            database = await psycopg.AsyncConnection.connect(**given)
            await database.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
            # The plan is made once, perhaps while tables are empty, and must do when they are not.
            await database.execute("SET enable_seqscan = off")
            self._line = Line(database)
        return self._line


def _given(n: int, entry: NewMessage) -> _Given:
    return _Given(
        n,
        entry.message_id,
        entry.room_id,
        entry.sender_id,
        entry.words.content,
        entry.words.html,
        entry.words.mentions,
        entry.nonce,
        entry.request_hash,
        entry.reply_to_id,
        entry.access_version,
    )


def _refusal(row: _Found, skip_locked: bool) -> Answer:
    """Why an entry was not written; that of a known nonce is answered later."""
    if row.room_version is None:
        return Locked() if skip_locked else NotFound("There is no such room.")
    if row.username is None:
        return NotFound("There is no such person.")
    return AccessChanged()


async def _answer_repeated(
    entries: Sequence[NewMessage], found: Sequence[_Found], written: WrittenNews
) -> None:
    """The answers to nonces that were written before; seldom."""
    repeated = {n: row.written_id for n, row in enumerate(found) if row.written_id}
    if not repeated:
        return
    rows = await run_db(_load, list(repeated.values()))
    for n, written_id in repeated.items():
        try:
            appended = changes.repeated(entries[n], rows[written_id])
        except Exception as error:
            written.outcomes[n] = error
            continue
        written.outcomes[n] = appended
        if appended.is_change:  # by a try that was never answered
            sender = person(appended.message.sender)
            event = changes.event_of(entries[n], appended.message, {entries[n].sender_id: sender})
            written.told.append((str(entries[n].room_id), appended.message.seq, event))


def _load(ids: Sequence[UUID]) -> dict[UUID, Message]:
    return Message.objects.select_related("sender").in_bulk(ids)
