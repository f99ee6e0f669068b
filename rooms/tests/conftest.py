"""People with tokens, and what is told to sockets, for the tests of rooms."""

from rooms.tests.people import as_alice, as_bob, as_guest, as_mallory, as_nobody, guest, told

__all__ = ["as_alice", "as_bob", "as_guest", "as_mallory", "as_nobody", "guest", "told"]
