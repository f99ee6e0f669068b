"""The socket's first frame: who this is, and the servers and rooms that are theirs."""

from dataclasses import dataclass

from django.conf import settings
from msgspec.structs import asdict

from accounts import payloads as accounts_payloads
from accounts.authentication import authenticate_token
from api.errors import Conflict, ValidationFailed
from api.payloads import Payload, Person
from realtime import wire
from realtime.events import AuthError
from realtime.handlers import running
from realtime.hub import now_s
from realtime.protocol import PROTOCOL_VERSION, Command, event
from realtime.registry import on
from realtime.socket import Socket
from realtime.sources import Head
from realtime.threads import run_db
from rooms import hooks, payloads, queries
from rooms.models import read_epoch


class Identify(Command):
    """An access token. `protocol` is the version of the contract the client was written for."""

    token: str
    protocol: int = PROTOCOL_VERSION


@event("auth:ok")
class AuthOk(Payload):
    """Signed in on this socket; it now hears the person's own topic and their servers'."""

    user: accounts_payloads.User
    session_id: str
    epoch: str
    heartbeat_seconds: int
    servers: list[payloads.Server]
    rooms: list[payloads.RoomState]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Everything an identified socket needs, in one visit to the database."""

    answer: AuthOk
    person: Person
    version: int
    chosen_status: str
    custom_status: str | None
    heads: dict[str, Head]
    server_versions: dict[str, int]
    partners: set[str]


@on("auth:identify", Identify, answers=(AuthOk, AuthError), before_identify=True)
async def identify(socket: Socket, data: Identify) -> AuthOk:
    """Sign the socket in; once per socket."""
    if data.protocol != PROTOCOL_VERSION:
        raise ValidationFailed.of(
            "protocol", "unsupported", f"This server speaks protocol {PROTOCOL_VERSION}."
        )
    if socket.user_id:
        raise Conflict("This socket is signed in already.")
    arrival = await run_db(_read_arrival, data.token)
    _let_in(socket, arrival)
    return arrival.answer


def _read_arrival(token: str) -> Arrival:
    session = authenticate_token(token)
    user = session.user
    heads = queries.heads_of_interest(user)
    servers = list(queries.list_own_servers(user))
    states: dict[str, payloads.ReadState] = {}
    for read in hooks.read_states.run(user, list(heads)):
        states |= read
    answer = AuthOk(
        user=accounts_payloads.user(user, user.pk),
        session_id=str(session.pk),
        epoch=str(read_epoch()),
        heartbeat_seconds=settings.GATEWAY["heartbeat_s"],
        servers=[payloads.server(server) for server in servers],
        rooms=[
            payloads.RoomState(id=room_id, **asdict(states[room_id]))
            for room_id in heads
            if room_id in states
        ],
    )
    return Arrival(
        answer=answer,
        person=accounts_payloads.person(user),
        version=user.version,
        chosen_status=user.chosen_status,
        custom_status=user.custom_status or None,
        heads=heads,
        server_versions={str(server.pk): server.version for server in servers},
        partners=queries.ids_of_partners(user),
    )


def _let_in(socket: Socket, arrival: Arrival) -> None:
    """Registries only; nothing here waits, so `auth:ok` is the first frame the client gets."""
    here = running()
    socket.opened_at = now_s()  # as of now: the newest of its person's, never one to give way
    socket.user_id = arrival.answer.user.id
    socket.session_id = arrival.answer.session_id
    socket.person = arrival.person
    socket.servers = set(arrival.server_versions)
    socket.watched = set(arrival.heads)
    socket.partners = arrival.partners
    here.watch.know(arrival.heads, arrival.server_versions, {socket.user_id: arrival.version})
    here.presence.arrive(socket, arrival.chosen_status, arrival.custom_status)
    here.hub.add(socket)
    here.hub.mentioned[socket.user_id] |= {r.id for r in arrival.answer.rooms if r.mentions}
    limit = settings.GATEWAY["max_sockets_per_person"]
    opened = here.roster.socket_times(socket.user_id)
    if len(opened) > limit:
        here.hub.publish(wire.Evict(socket.user_id, opened[-limit - 1]))
