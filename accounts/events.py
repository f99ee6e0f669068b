"""What the sockets are told about people."""

from accounts.payloads import User
from api.payloads import Payload
from realtime.protocol import event


@event("user:updated")
class UserUpdated(Payload):
    """A person changed their profile. Their own sockets get it with their e-mail."""

    user: User
