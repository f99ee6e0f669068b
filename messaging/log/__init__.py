"""The room log: takes a room's next number and writes the change, in one transaction.

The one writer of messages and of `RoomHead.last_seq` (PROTOCOL.md, sequence rules 1–3 and 8). The
rooms' head rows are locked first, in the order of their ids, so numbers are dense and commit in
their order; ack and broadcast come after COMMIT. Says nothing about who may write: an entry carries
the access version it was checked against, and a different one is refused here.

`append` in a process with an event loop: entries queue (batcher.py), and whatever queued while the
last batch was committed goes into the next one, by SQLite's one writer (sqlite.py) or PostgreSQL's
one statement (postgres.py, statement.py). `append_now` anywhere else, in a transaction of its own
(transaction.py). What an entry does to the rows is messaging/changes.py's; statement.py says it
again of new messages as SQL, and one set of tests holds the two against each other.
"""

import asyncio

from django.db import connection

from messaging.entries import Appended, AppendedNew, Entry
from messaging.log.batcher import Batcher
from messaging.log.postgres import PostgresBatcher
from messaging.log.sqlite import SqliteBatcher
from messaging.log.transaction import append_now

__all__ = ["append", "append_now"]

_batcher: Batcher | None = None


def append(entry: Entry) -> "asyncio.Future[Appended | AppendedNew]":
    """Write an entry from the event loop. Entries of a room are written in the order of the calls.

    The future raises AccessChanged, Conflict, Gone, NotFound, Unavailable.
    """
    global _batcher
    loop = asyncio.get_running_loop()
    if _batcher is None or _batcher.loop is not loop:
        _batcher = (SqliteBatcher if connection.vendor == "sqlite" else PostgresBatcher)(loop)
    return _batcher.append(entry)
