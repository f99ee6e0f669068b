"""Who may do what: every REST door and every socket frame, for everybody, in two tables.

alice owns a private server and its room; bob is a member of both and wrote the message; mallory has
an account and belongs to neither; the guest came in by a name alone; anonymous has no token. A door
of the URL map or a frame type of the registry that has no row fails the test: whoever adds one says
here what it means for each of the five.
"""

import asyncio
import re
from typing import Any

import pytest

from accounts.services import register_guest
from realtime.registry import handlers
from rooms import services as rooms_services
from rooms.tests.rest import BASE, Caller, doors

PEOPLE = ("anonymous", "guest", "mallory", "bob", "alice")

# {call} is a call of alice's by its code, which bob has joined; {call-id} the same by its id;
# {open} a room of hers that stands alone; {session} is bob's.
DOORS = """
                                        anonymous guest mallory bob alice
    POST   /auth/register                     201   201     201 201   201
    POST   /auth/signup                       201   201     201 201   201
    POST   /auth/guest                        201   201     201 201   201
    POST   /auth/login                        200   200     200 200   200
    POST   /auth/refresh                      401   200     200 200   200
    POST   /auth/logout                       401   200     200 200   200
    GET    /auth/me                           401   200     200 200   200
    GET    /auth/sessions                     401   200     200 200   200
    DELETE /auth/sessions                     401   200     200 200   200
    DELETE /auth/sessions/{session}           401   404     404 200   404
    GET    /users                             401   200     200 200   200
    GET    /users/search                      401   200     200 200   200
    GET    /users/{person}                    401   200     200 200   200
    GET    /users/me                          401   200     200 200   200
    PUT    /users/me                          401   200     200 200   200
    PATCH  /users/me                          401   200     200 200   200
    PUT    /users/me/status                   401   200     200 200   200
    GET    /servers                           401   200     200 200   200
    GET    /servers/{server}                  401   404     404 200   200
    GET    /servers/{server}/channels         401   404     404 200   200
    GET    /rooms                             401   200     200 200   200
    POST   /rooms                             401   403     201 201   201
    GET    /rooms/{room}                      401   404     404 200   200
    GET    /rooms/{call}                      200   200     200 200   200
    GET    /rooms/{call-id}                   401   404     404 200   200
    GET    /rooms/{open}                      401   200     200 200   200
    POST   /rooms/{room}/join                 401   404     404 200   200
    POST   /rooms/{call}/join                 401   200     200 200   200
    POST   /rooms/{open}/join                 401   200     200 200   200
    POST   /rooms/{room}/leave                401   404     404 200   200
    POST   /rooms/{call}/leave                401   200     200 200   200
    GET    /rooms/{room}/messages             401   404     404 200   200
    GET    /rooms/{call}/messages             401   403     403 200   200
    GET    /rooms/{open}/messages             401   200     200 200   200
    POST   /rooms/{room}/messages             401   404     404 201   201
    POST   /rooms/{call}/messages             401   403     403 201   201
    POST   /rooms/{open}/messages             401   201     201 201   201
    GET    /rooms/{room}/changes              401   404     404 200   200
    GET    /channels                          401   200     200 200   200
    POST   /channels                          401   404     404 403   201
    GET    /channels/{room}                   401   404     404 200   200
    GET    /messages                          401   404     404 200   200
    POST   /messages                          401   404     404 201   201
    GET    /messages/{message}                401   404     404 200   200
    PUT    /messages/{message}                401   404     404 200   403
    PATCH  /messages/{message}                401   404     404 200   403
    DELETE /messages/{message}                401   404     404 200   200
"""

# A type is the frame that answers, capitals are the code of an error, "-" is silence. {call} is a
# call of alice's which bob has joined and both hear; {server} is everybody's, {elsewhere} nobody's.
FRAMES = """
                                    anonymous         guest           mallory         bob               alice
    auth:identify                   auth:error        CONFLICT        CONFLICT        CONFLICT          CONFLICT
    ping                            NOT_AUTHENTICATED pong            pong            pong              pong
    presence:set                    NOT_AUTHENTICATED presence:update presence:update presence:update   presence:update
    server:view {server}            NOT_AUTHENTICATED presence:update presence:update presence:update   presence:update
    server:view {elsewhere}         NOT_AUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN         FORBIDDEN
    room:join {call}                NOT_AUTHENTICATED NOT_FOUND       NOT_FOUND       room:joined       room:joined
    connection:recover {call}       NOT_AUTHENTICATED NOT_FOUND       NOT_FOUND       connection:missed connection:missed
    room:leave {call}               NOT_AUTHENTICATED room:left       room:left       room:left         room:left
    typing:start {call}             NOT_AUTHENTICATED FORBIDDEN       FORBIDDEN       -                 -
    typing:stop {call}              NOT_AUTHENTICATED FORBIDDEN       FORBIDDEN       -                 -
    message:send {call}             NOT_AUTHENTICATED FORBIDDEN       FORBIDDEN       message:ack       message:ack
    message:edit {message}          NOT_AUTHENTICATED NOT_FOUND       NOT_FOUND       message:ack       FORBIDDEN
    message:delete {message}        NOT_AUTHENTICATED NOT_FOUND       NOT_FOUND       message:ack       message:ack
"""


def rows(table: str, words: int) -> list[tuple[str, list[str]]]:
    """(door, an outcome for each of PEOPLE) of every row; a door is so many words, or fewer."""
    found = []
    for line in table.strip().splitlines()[1:]:
        cells = line.split()
        assert 1 <= len(cells) - len(PEOPLE) <= words, line
        found.append((" ".join(cells[: -len(PEOPLE)]), cells[-len(PEOPLE) :]))
    return found


DOOR_ROWS, FRAME_ROWS = rows(DOORS, 2), rows(FRAMES, 2)
assert DOORS.split()[: len(PEOPLE)] == FRAMES.split()[: len(PEOPLE)] == list(PEOPLE)


# --- nothing is left out -------------------------------------------------------------------------
def test_every_door_has_a_row():
    def shape(method: str, path: str) -> str:
        return f"{method} {re.sub('{[^}]+}', '{}', path)}"

    in_the_table = {shape(*door.split()) for door, _ in DOOR_ROWS}
    assert in_the_table == {shape(method, path.removeprefix(BASE)) for method, path in doors()}


def test_every_frame_type_has_a_row():
    assert {frame.split()[0] for frame, _ in FRAME_ROWS} == set(handlers)


# --- REST ----------------------------------------------------------------------------------------
@pytest.fixture
def people(alice, bob, mallory):
    """PEOPLE by name."""
    guest = register_guest(username="wanderer")
    return {"anonymous": None, "guest": guest, "mallory": mallory, "bob": bob, "alice": alice}


@pytest.fixture
def house(alice, bob, server, room, settings):
    """What the table names, by name."""
    settings.RATE_LIMITS = "off"
    as_bob = Caller(bob)
    call = rooms_services.create_room(alice, kind="call")
    rooms_services.join_room(bob, ref=call.code)
    return {
        "server": str(server.pk),
        "room": str(room.pk),
        "call": call.code,
        "call-id": str(call.pk),
        "open": str(rooms_services.create_room(alice, kind="text", name="open").pk),
        "message": as_bob.send(room)["id"],
        "person": "alice",
        "session": as_bob.session_id,
    }


def body_of(door: str, house: dict[str, str], caller: Any) -> dict[str, Any] | None:
    """What a door is asked with; people ask with what they have."""
    fresh = {"email": "eve@example.com", "password": "correct horse", "username": "eve"}
    bodies: dict[str, dict[str, Any]] = {
        "POST /auth/register": fresh,
        "POST /auth/signup": fresh,
        "POST /auth/guest": {"username": "passer-by"},
        "POST /auth/login": {"email": "bob@example.com", "password": "correct horse"},
        "POST /auth/refresh": {"refreshToken": caller.refresh_token},
        "PUT /users/me": {"bio": "x"},
        "PATCH /users/me": {"bio": "x"},
        "PUT /users/me/status": {"status": "idle"},
        "POST /rooms": {"name": "den"},
        "POST /channels": {"name": "attic", "serverId": house["server"]},
        "POST /messages": {"content": "x", "channelId": house["room"]},
        "PUT /messages/{message}": {"content": "x"},
        "PATCH /messages/{message}": {"content": "x"},
    }
    if door.startswith("POST /rooms/") and door.endswith("/messages"):
        return {"content": "x"}
    return bodies.get(door, None if door.startswith(("GET", "DELETE")) else {})


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("door", "outcomes"), DOOR_ROWS, ids=[door for door, _ in DOOR_ROWS])
def test_a_door(door, outcomes, who, house, people):
    caller = Caller(people[who])
    method, path = door.split()
    query = {"channelId": house["room"]} if door == "GET /messages" else {}
    path = path.format(**house)
    answer = caller.request(method, path, body_of(door, house, caller), **query)
    assert answer.status == int(outcomes[PEOPLE.index(who)]), answer


# --- the socket ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def town(parlor):
    """People of a running Parlor, by name, and what the table names."""
    alice, bob, mallory = (parlor.person(name) for name in ("alice", "bob", "mallory"))
    guest = type(alice)(parlor, parlor.url)
    name = f"guest-{alice.username[-8:]}"
    guest.sign_in(guest.post("/auth/guest", {"username": name})["data"])
    call = alice.post("/rooms", {})["data"]
    bob.post(f"/rooms/{call['code']}/join")
    return {
        "people": {"guest": guest, "mallory": mallory, "bob": bob, "alice": alice},
        "call": call["id"],
        "server": alice.get("/servers")["data"][0]["id"],
        "elsewhere": call["id"],
    }


def data_of(frame: str, town: dict[str, Any]) -> dict[str, Any]:
    """What a frame is sent with."""
    type_, _, name = frame.partition(" ")
    target = town.get(name.strip("{}"))
    if name == "{message}":
        bob = town["people"]["bob"]
        sent = bob.post(f"/rooms/{town['call']}/messages", {"content": "hello"})
        target = sent["data"]["id"]
    return {
        "auth:identify": {"token": "no token", "protocol": 1},
        "presence:set": {"status": "idle"},
        "server:view": {"serverId": target},
        "room:join": {"roomId": target},
        "connection:recover": {"rooms": [{"roomId": target, "lastSeenSeq": 0}]},
        "room:leave": {"roomId": target},
        "typing:start": {"roomId": target},
        "typing:stop": {"roomId": target},
        "message:send": {"roomId": target, "content": "hello"},
        "message:edit": {"messageId": target, "content": "hello again"},
        "message:delete": {"messageId": target},
    }.get(type_, {})


async def socket_of(who: str, town: dict[str, Any], parlor: Any) -> Any:
    """A socket of one of PEOPLE; bob's and alice's hear the call."""
    from tests.live import Client

    if who == "anonymous":
        return await Client.open(parlor.url)
    socket = await town["people"][who].client()
    if who in ("bob", "alice"):
        await socket.ask("room:join", roomId=town["call"])
    return socket


async def outcome(socket: Any, frame: str, data: dict[str, Any]) -> str:
    """The type of the answer, the code of an error, or "-" for silence."""
    await socket.send(frame.partition(" ")[0], "asked", **data)
    await socket.send("ping", "after")
    await socket.wait(lambda heard: heard.get("id") in ("asked", "after"))
    if frame.startswith("message:"):  # its commit does not hold up the ping
        await socket.wait(lambda heard: heard.get("id") == "asked")
    answers = [heard for heard in socket.heard if heard.get("id") == "asked"]
    if not answers:
        return "-"
    answer = answers[0]
    code = answer["data"].get("code") if answer["type"] == "error" else None
    refused = answer["data"].get("error")  # of one room among several
    return code or (refused["code"] if refused else answer["type"])


@pytest.mark.parametrize(("frame", "outcomes"), FRAME_ROWS, ids=[frame for frame, _ in FRAME_ROWS])
async def test_a_frame(frame, outcomes, town, parlor):
    sockets = [await socket_of(who, town, parlor) for who in PEOPLE]
    found = [await outcome(socket, frame, data_of(frame, town)) for socket in sockets]
    await asyncio.gather(*(socket.close() for socket in sockets))
    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, outcomes, strict=True))
