"""Who may do what: every REST door and every socket frame, for everybody, in two tables.

alice owns a private server and its room. In it are an admin, a moderator, bob, who is a member and
wrote the message, and somebody who is silenced (a timeout); a banned one is kept out. mallory has an
account and belongs to nothing; the guest came in by a name alone; anonymous has no token. A door of
the URL map or a frame type of the registry that has no row fails the test: whoever adds one says here
what it means for each of them.
"""

import asyncio
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.services import register_guest
from realtime.registry import handlers
from rooms import services
from rooms.access import Permission, forget_all_grants
from rooms.tests.rest import BASE, Caller, doors
from voice.sfu.ortc import router_capabilities
from voice.sfu.tests.peer import audio_parameters, video_parameters
from voice.tests.kit import Media, Studio, a_certificate
from voice.tests.sdp_kit import audio_offer

PEOPLE = (
    "anonymous", "guest", "mallory", "banned", "silenced", "bob", "moderator", "admin", "alice",
)  # fmt: skip
SPEAK, NOTHING = Permission.SPEAK, Permission.NONE

# {room} is a channel of the server, {private} one of a member that is in none of the columns: the
# {victim}. {call} is a call of alice's outside it by its code, which bob and the victim have joined;
# {call-id} the same by its id; {open} a room of hers that stands alone; {session} is bob's.
# {voice} is a voice channel of the server, where the moderator sits and bob, with {seat}, {producer}
# and {consumer}.
DOORS = """
                                                          anonymous guest mallory banned silenced bob moderator admin alice
    POST   /auth/register                                       201   201     201    201      201 201       201   201   201
    POST   /auth/signup                                         201   201     201    201      201 201       201   201   201
    POST   /auth/guest                                          201   201     201    201      201 201       201   201   201
    POST   /auth/login                                          200   200     200    200      200 200       200   200   200
    POST   /auth/refresh                                        401   200     200    200      200 200       200   200   200
    POST   /auth/logout                                         401   200     200    200      200 200       200   200   200
    GET    /auth/me                                             401   200     200    200      200 200       200   200   200
    GET    /auth/sessions                                       401   200     200    200      200 200       200   200   200
    DELETE /auth/sessions                                       401   200     200    200      200 200       200   200   200
    DELETE /auth/sessions/{session}                             401   404     404    404      404 200       404   404   404
    GET    /users                                               401   200     200    200      200 200       200   200   200
    GET    /users/search                                        401   200     200    200      200 200       200   200   200
    GET    /users/{person}                                      401   200     200    200      200 200       200   200   200
    GET    /users/me                                            401   200     200    200      200 200       200   200   200
    PUT    /users/me                                            401   200     200    200      200 200       200   200   200
    PATCH  /users/me                                            401   200     200    200      200 200       200   200   200
    PUT    /users/me/status                                     401   200     200    200      200 200       200   200   200
    GET    /servers                                             401   200     200    200      200 200       200   200   200
    POST   /servers                                             401   403     201    201      201 201       201   201   201
    GET    /servers/{server}                                    401   404     404    404      200 200       200   200   200
    PATCH  /servers/{server}                                    401   404     404    404      403 403       403   200   200
    PUT    /servers/{server}                                    401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}                                    401   404     404    404      403 403       403   403   200
    POST   /servers/{server}/transfer                           401   404     404    404      403 403       403   403   200
    GET    /servers/{server}/permissions                        401   404     404    404      200 200       200   200   200
    GET    /servers/{server}/channels                           401   404     404    404      200 200       200   200   200
    POST   /servers/{server}/channels                           401   404     404    404      403 403       403   201   201
    PUT    /servers/{server}/channels/order                     401   404     404    404      403 403       403   200   200
    GET    /servers/{server}/categories                         401   404     404    404      200 200       200   200   200
    POST   /servers/{server}/categories                         401   404     404    404      403 403       403   201   201
    PATCH  /servers/{server}/categories/{category}              401   404     404    404      403 403       403   200   200
    PUT    /servers/{server}/categories/{category}              401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/categories/{category}              401   404     404    404      403 403       403   200   200
    GET    /servers/{server}/members                            401   404     404    404      200 200       200   200   200
    GET    /servers/{server}/members/me                         401   404     404    404      200 200       200   200   200
    PUT    /servers/{server}/members/me                         401   404     404    404      200 200       200   200   200
    PUT    /servers/{public}/members/me                         401   200     200    200      200 200       200   200   200
    DELETE /servers/{server}/members/me                         401   404     404    404      200 200       200   200   409
    GET    /servers/{server}/members/{victim}                   401   404     404    404      200 200       200   200   200
    PATCH  /servers/{server}/members/{victim}                   401   404     404    404      403 403       403   200   200
    PUT    /servers/{server}/members/{victim}                   401   404     404    404      403 403       403   200   200
    PATCH  /servers/{server}/members/{moderator}                401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/members/{victim}                   401   404     404    404      403 403       200   200   200
    DELETE /servers/{server}/members/{moderator}                401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/members/{owner}                    401   404     404    404      403 403       403   403   403
    GET    /servers/{server}/roles                              401   404     404    404      200 200       200   200   200
    POST   /servers/{server}/roles                              401   404     404    404      403 403       403   201   201
    PUT    /servers/{server}/roles/order                        401   404     404    404      403 403       403   200   200
    PATCH  /servers/{server}/roles/{role}                       401   404     404    404      403 403       403   200   200
    PUT    /servers/{server}/roles/{role}                       401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/roles/{role}                       401   404     404    404      403 403       403   200   200
    GET    /servers/{server}/bans                               401   404     404    404      403 403       200   200   200
    PUT    /servers/{server}/bans/{victim}                      401   404     404    404      403 403       200   200   200
    PUT    /servers/{server}/bans/{moderator}                   401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/bans/{kept-out}                    401   404     404    404      403 403       200   200   200
    PUT    /servers/{server}/timeouts/{victim}                  401   404     404    404      403 403       200   200   200
    PUT    /servers/{server}/timeouts/{moderator}               401   404     404    404      403 403       403   200   200
    DELETE /servers/{server}/timeouts/{silent}                  401   404     404    404      403 403       200   200   200
    GET    /servers/{server}/invites                            401   404     404    404      403 403       403   200   200
    POST   /servers/{server}/invites                            401   404     404    404      403 403       201   201   201
    GET    /invites/{invite}                                    401   200     200    200      200 200       200   200   200
    POST   /invites/{invite}/accept                             401   200     200    403      200 200       200   200   200
    DELETE /invites/{invite}                                    401   403     403    403      403 403       403   200   200
    GET    /invites/{invite}/uses                               401   403     403    403      403 403       403   200   200
    GET    /rooms                                               401   200     200    200      200 200       200   200   200
    POST   /rooms                                               401   403     201    201      201 201       201   201   201
    POST   /rooms/direct                                        401   403     201    201      201 201       201   201   201
    GET    /rooms/{room}                                        401   404     404    404      200 200       200   200   200
    GET    /rooms/{call}                                        200   200     200    200      200 200       200   200   200
    GET    /rooms/{call-id}                                     401   404     404    404      404 200       404   404   200
    GET    /rooms/{open}                                        401   200     200    200      200 200       200   200   200
    GET    /rooms/{private}                                     401   404     404    404      404 404       404   200   200
    PATCH  /rooms/{room}                                        401   404     404    404      403 403       403   200   200
    PUT    /rooms/{room}                                        401   404     404    404      403 403       403   200   200
    PATCH  /rooms/{call}                                        401   403     403    403      403 403       403   403   200
    DELETE /rooms/{room}                                        401   404     404    404      403 403       403   200   200
    DELETE /rooms/{call}                                        401   403     403    403      403 403       403   403   200
    POST   /rooms/{room}/join                                   401   404     404    404      200 200       200   200   200
    POST   /rooms/{call}/join                                   401   200     200    200      200 200       200   200   200
    POST   /rooms/{open}/join                                   401   200     200    200      200 200       200   200   200
    POST   /rooms/{room}/leave                                  401   404     404    404      200 200       200   200   200
    POST   /rooms/{call}/leave                                  401   200     200    200      200 200       200   200   200
    POST   /rooms/{call}/end                                    401   403     403    403      403 403       403   403   200
    GET    /rooms/{room}/participants                           401   404     404    404      200 200       200   200   200
    GET    /rooms/{call}/participants                           401   403     403    403      403 200       403   403   200
    GET    /rooms/{room}/permissions                            401   404     404    404      200 200       200   200   200
    GET    /rooms/{call}/permissions                            401   200     200    200      200 200       200   200   200
    GET    /rooms/{private}/members                             401   404     404    404      404 404       404   200   200
    PUT    /rooms/{private}/members/{victim}                    401   404     404    404      404 404       404   200   200
    DELETE /rooms/{private}/members/{victim}                    401   404     404    404      404 404       404   200   200
    POST   /rooms/{call}/kick                                   401   403     403    403      403 403       403   403   200
    POST   /rooms/{private}/kick                                401   404     404    404      404 404       404   200   200
    POST   /rooms/{call}/ban                                    401   403     403    403      403 403       403   403   200
    POST   /rooms/{room}/ban                                    401   404     404    404      403 403       403   200   200
    POST   /rooms/{call}/mute                                   401   403     403    403      403 403       403   403   200
    POST   /rooms/{room}/mute                                   401   404     404    404      403 403       403   200   200
    GET    /rooms/{room}/bans                                   401   404     404    404      403 403       403   200   200
    GET    /rooms/{call}/bans                                   401   403     403    403      403 403       403   403   200
    DELETE /rooms/{room}/bans/{victim}                          401   404     404    404      403 403       403   200   200
    GET    /rooms/{room}/overrides                              401   404     404    404      403 403       403   200   200
    PUT    /rooms/{room}/overrides/{everybody}                  401   404     404    404      403 403       403   200   200
    PUT    /rooms/{room}/overrides/{moderators}                 401   404     404    404      403 403       403   200   200
    DELETE /rooms/{room}/overrides/{everybody}                  401   404     404    404      403 403       403   200   200
    GET    /rooms/{room}/messages                               401   404     404    404      200 200       200   200   200
    GET    /rooms/{call}/messages                               401   403     403    403      403 200       403   403   200
    GET    /rooms/{open}/messages                               401   200     200    200      200 200       200   200   200
    POST   /rooms/{room}/messages                               401   404     404    404      403 201       201   201   201
    POST   /rooms/{call}/messages                               401   403     403    403      403 201       403   403   201
    POST   /rooms/{open}/messages                               401   201     201    201      201 201       201   201   201
    GET    /rooms/{room}/changes                                401   404     404    404      200 200       200   200   200
    PUT    /rooms/{room}/read                                   401   404     404    404      200 200       200   200   200
    PUT    /rooms/{call}/read                                   401   403     403    403      403 200       403   403   200
    GET    /unread                                              401   200     200    200      200 200       200   200   200
    GET    /channels                                            401   200     200    200      200 200       200   200   200
    POST   /channels                                            401   404     404    404      403 403       403   201   201
    GET    /channels/{room}                                     401   404     404    404      200 200       200   200   200
    PATCH  /channels/{room}                                     401   404     404    404      403 403       403   200   200
    PUT    /channels/{room}                                     401   404     404    404      403 403       403   200   200
    DELETE /channels/{room}                                     401   404     404    404      403 403       403   200   200
    GET    /messages                                            401   404     404    404      200 200       200   200   200
    POST   /messages                                            401   404     404    404      403 201       201   201   201
    GET    /messages/{message}                                  401   404     404    404      200 200       200   200   200
    PUT    /messages/{message}                                  401   404     404    404      403 200       403   403   403
    PATCH  /messages/{message}                                  401   404     404    404      403 200       403   403   403
    DELETE /messages/{message}                                  401   404     404    404      403 200       200   200   200
    GET    /messages/{message}/reactions/{up}                   401   404     404    404      200 200       200   200   200
    PUT    /messages/{message}/reactions/{up}                   401   404     404    404      403 200       200   200   200
    DELETE /messages/{message}/reactions/{up}                   401   404     404    404      403 200       200   200   200
    GET    /voice/rtp-capabilities                              401   200     200    200      200 200       200   200   200
    GET    /voice/ice-servers                                   401   200     200    200      200 200       200   200   200
    GET    /voice/states                                        401   200     200    200      200 200       200   200   200
    POST   /voice/transport/send                                401   404     404    404      201 201       201   201   201
    POST   /voice/transport/recv                                401   404     404    404      201 201       201   201   201
    POST   /voice/transport/connect                             401   404     404    404      404 200       404   404   404
    POST   /voice/transport/restart-ice                         401   404     404    404      404 200       404   404   404
    POST   /voice/produce                                       401   404     404    404      404 201       404   404   404
    POST   /voice/consume                                       401   404     404    404      404 201       404   404   404
    POST   /voice/produce/{producer}/pause                      401   404     404    404      404 200       404   404   404
    POST   /voice/produce/{producer}/resume                     401   404     404    404      404 200       404   404   404
    DELETE /voice/produce/{producer}                            401   404     404    404      404 200       404   404   404
    POST   /voice/consumers/{consumer}/pause                    401   404     404    404      404 200       404   404   404
    POST   /voice/consumers/{consumer}/resume                   401   404     404    404      404 200       404   404   404
    DELETE /voice/consumers/{consumer}                          401   404     404    404      404 200       404   404   404
    GET    /voice/channels/{voice}/states                       401   404     404    404      200 200       200   200   200
    GET    /voice/channels/{call}/states                        401   403     403    403      403 200       403   403   200
    GET    /voice/channels/{voice}/producers                    401   404     404    404      200 200       200   200   200
    GET    /voice/channels/{call}/producers                     401   403     403    403      403 200       403   403   200
    GET    /voice/channels/{room}/producers                     401   404     404    404      409 409       409   409   409
    PATCH  /voice/channels/{voice}/states/{victim}              401   404     404    404      403 403       200   200   200
    PATCH  /voice/channels/{voice}/states/{moderator}           401   404     404    404      403 403       200   200   200
    GET    /voice/sessions/{seat}                               401   404     404    404      404 200       404   404   404
    PUT    /voice/sessions/{seat}                               401   404     404    404      404 200       404   404   404
    PATCH  /voice/sessions/{seat}                               401   404     404    404      404 200       404   404   404
    DELETE /voice/sessions/{seat}                               401   404     404    404      404 200       404   404   404
    POST   /voice/metrics                                       401   404     404    404      404 201       404   404   404
    POST   /voice/rooms/{voice}/whip                            401   404     404    404      201 201       201   201   201
    POST   /voice/rooms/{voice}/whep                            401   404     404    404      201 201       201   201   201
    POST   /voice/rooms/{room}/whip                             401   404     404    404      409 409       409   409   409
    DELETE /voice/rooms/{voice}/whip/{way}                      401   404     404    404      404 200       404   404   404
    DELETE /voice/rooms/{voice}/whep/{ear}                      401   404     404    404      404 200       404   404   404
    GET    /rooms/{voice}/metrics                               401   404     404    404      200 200       200   200   200
"""

# After the frame stands the type that answers it ("-": nothing does). "ok" is that answer; else the
# code of an error: AUTH is NOT_AUTHENTICATED, HIDDEN NOT_FOUND, NO FORBIDDEN, TWICE CONFLICT.
# {room} is a channel of alice's server {server}, heard by all who can; {home} is everybody's server.
# {voice} is its voice channel; {seat}, {way} (in), {ear} and {producer} are bob's there.
FRAMES = """
                                             anonymous  guest mallory banned silenced   bob moderator admin alice
    auth:identify               auth:error          ok  TWICE   TWICE  TWICE    TWICE TWICE     TWICE TWICE TWICE
    ping                        pong              AUTH     ok      ok     ok       ok    ok        ok    ok    ok
    presence:set                presence:update   AUTH     ok      ok     ok       ok    ok        ok    ok    ok
    server:view {home}          presence:update   AUTH     ok      ok     ok       ok    ok        ok    ok    ok
    server:view {server}        presence:update   AUTH     NO      NO     NO       ok    ok        ok    ok    ok
    room:join {room}            room:joined       AUTH HIDDEN  HIDDEN HIDDEN       ok    ok        ok    ok    ok
    connection:recover {room}   connection:missed AUTH HIDDEN  HIDDEN HIDDEN       ok    ok        ok    ok    ok
    room:leave {room}           room:left         AUTH     ok      ok     ok       ok    ok        ok    ok    ok
    typing:start {room}         -                 AUTH     NO      NO     NO       NO    ok        ok    ok    ok
    typing:stop {room}          -                 AUTH     NO      NO     NO       ok    ok        ok    ok    ok
    message:send {room}         message:ack       AUTH     NO      NO     NO       NO    ok        ok    ok    ok
    message:edit {message}      message:ack       AUTH HIDDEN  HIDDEN HIDDEN       NO    ok        NO    NO    NO
    message:delete {message}    message:ack       AUTH HIDDEN  HIDDEN HIDDEN       NO    ok        ok    ok    ok
    reaction:add {message}      message:ack       AUTH HIDDEN  HIDDEN HIDDEN       NO    ok        ok    ok    ok
    reaction:remove {message}   message:ack       AUTH HIDDEN  HIDDEN HIDDEN       NO    ok        ok    ok    ok
    read:update {room}          read:updated      AUTH HIDDEN  HIDDEN HIDDEN       ok    ok        ok    ok    ok
    read:set {room}             read:updated      AUTH HIDDEN  HIDDEN HIDDEN       ok    ok        ok    ok    ok
    voice:join {voice}          voice:joined      AUTH HIDDEN  HIDDEN HIDDEN       ok    ok        ok    ok    ok
    voice:transport {seat}      voice:transport_created AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:connect {way}         voice:connected   AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:restart_ice {way}     voice:ice_restarted AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:produce {way}         voice:produced    AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:consume {ear}         voice:consumed    AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:pause {producer}      voice:paused      AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:resume {producer}     voice:resumed     AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:close {producer}      voice:closed      AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:publish {seat}        voice:answer      AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:subscribe {seat}      voice:offer       AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:answer {seat}         voice:connected   AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN TWICE    HIDDEN HIDDEN HIDDEN
    voice:set_state {seat}      voice:state       AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
    voice:leave {seat}          voice:left        AUTH HIDDEN  HIDDEN HIDDEN   HIDDEN    ok    HIDDEN HIDDEN HIDDEN
"""
CODES = {"AUTH": "NOT_AUTHENTICATED", "HIDDEN": "NOT_FOUND", "NO": "FORBIDDEN", "TWICE": "CONFLICT"}


def rows(table: str, words: int) -> list[tuple[str, list[str]]]:
    """(door, an outcome for each of PEOPLE) of every row; a door is so many words, or fewer."""
    found = []
    for line in table.strip().splitlines()[1:]:
        cells = line.split()
        assert 1 <= len(cells) - len(PEOPLE) <= words, line
        found.append((" ".join(cells[: -len(PEOPLE)]), cells[-len(PEOPLE) :]))
    return found


DOOR_ROWS, FRAME_ROWS = rows(DOORS, 2), rows(FRAMES, 3)
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
def people(alice, bob, mallory, server):
    """PEOPLE by name, and the victim, who is nobody's column."""
    from accounts.services import register_person

    def member(name, role="member"):
        made = register_person(
            email=f"{name}@example.com", password="correct horse", username=f"the-{name}"
        )
        services.join_server(made, server=server)
        made.memberships.update(role=role)
        return made

    found = {
        "anonymous": None,
        "guest": register_guest(username="wanderer"),
        "mallory": mallory,
        "banned": member("banned"),
        "silenced": member("silenced"),
        "bob": bob,
        "moderator": member("moderator", "moderator"),
        "admin": member("administrator", "admin"),
        "alice": alice,
        "victim": member("victim"),
    }
    ref, hour = str(server.pk), timezone.now() + timedelta(hours=1)
    services.ban_from_server(alice, ref=ref, user_id=str(found["banned"].pk))
    services.time_out(alice, ref=ref, user_id=str(found["silenced"].pk), until=hour)
    return found


@pytest.fixture(scope="module")
def studio():
    """Media without a lease: the rows of these tests are seen by no other process."""
    running = Studio().start()
    yield running
    running.stop()


def sit(as_bob, voice):
    """bob sits in voice, and sends and hears something: what the table names of it."""
    to = {"channelId": voice}
    way = as_bob.post("/voice/transport/send", to).data
    ear = as_bob.post("/voice/transport/recv", to).data["id"]
    mic = {"transportId": way["id"], "kind": "audio", "rtpParameters": audio_parameters()}
    producer = as_bob.post("/voice/produce", mic).data["id"]
    wanted = {"producerId": producer, "rtpCapabilities": router_capabilities()}
    consumer = as_bob.post("/voice/consume", {"transportId": ear} | wanted).data["id"]
    seat = {"seat": way["sessionId"], "way": way["id"], "ear": ear}
    return seat | {"producer": producer, "consumer": consumer}


@pytest.fixture
def house(people, server, room, settings, studio, request):
    """What the table names, by name."""
    settings.RATE_LIMITS = "off"
    alice, bob, victim = people["alice"], people["bob"], people["victim"]
    as_alice, as_bob = Caller(alice), Caller(bob)
    call = services.create_room(alice, kind="call")
    for person in (bob, victim):
        services.join_room(person, ref=call.code)
    private = services.create_room(alice, kind="text", name="p", server=server, is_private=True)
    services.add_room_member(alice, ref=str(private.pk), user_id=str(victim.pk))
    at = f"/servers/{server.pk}"
    services.set_override(alice, ref=str(room.pk), target="member", allow=SPEAK, deny=NOTHING)
    voice = services.create_room(alice, kind="voice", name="lounge", server=server)
    seats = {}
    if "voice" in request.node.callspec.params["door"]:
        studio.hire()
        seats = sit(as_bob, str(voice.pk))
    return seats | {
        "voice": str(voice.pk),
        "server": str(server.pk),
        "public": str(services.create_server(alice, name="Open house").pk),
        "room": str(room.pk),
        "private": str(private.pk),
        "call": call.code,
        "call-id": str(call.pk),
        "open": str(services.create_room(alice, kind="text", name="open").pk),
        "message": as_bob.send(room)["id"],
        "person": "alice",
        "up": "%F0%9F%91%8D",
        "session": as_bob.session_id,
        "category": as_alice.post(f"{at}/categories", {"name": "Talk"}).data["id"],
        "role": as_alice.post(f"{at}/roles", {"name": "Helpers"}).data["id"],
        "invite": as_alice.post(f"{at}/invites").data["code"],
        "owner": str(alice.pk),
        "everybody": "member",
        "moderators": "moderator",
        "victim": str(victim.pk),
        "moderator": str(people["moderator"].pk),
        "kept-out": str(people["banned"].pk),
        "silent": str(people["silenced"].pk),
    }


def body_of(door: str, house: dict[str, str], caller: Any) -> Any:
    """What a door is asked with; people ask with what they have."""
    fresh = {"email": "eve@example.com", "password": "correct horse", "username": "eve"}
    victim, name = {"userId": house["victim"]}, {"name": "x"}
    bodies: dict[str, dict[str, Any]] = {
        "POST /auth/register": fresh,
        "POST /auth/signup": fresh,
        "POST /auth/guest": {"username": "passer-by"},
        "POST /auth/login": {"email": "bob@example.com", "password": "correct horse"},
        "POST /auth/refresh": {"refreshToken": caller.refresh_token},
        "PUT /users/me/status": {"status": "idle"},
        "POST /servers": name,
        "DELETE /servers/{server}": {"name": "The house"},
        "POST /servers/{server}/transfer": {"userId": house["moderator"]},
        "POST /servers/{server}/channels": name,
        "PUT /servers/{server}/channels/order": {
            "channels": [{"id": house["room"], "position": 5}]
        },
        "POST /servers/{server}/categories": name,
        "POST /servers/{server}/roles": name,
        "PUT /servers/{server}/roles/order": {"roleIds": [house["role"]]},
        "PATCH /servers/{server}/members/{victim}": {"roleIds": [house["role"]]},
        "PUT /servers/{server}/members/{victim}": {"role": "moderator"},
        "PATCH /servers/{server}/members/{moderator}": {"role": "member"},
        "POST /rooms": {"name": "den"},
        "POST /rooms/direct": {"userIds": [house["victim"]]},
        "POST /channels": {"name": "attic", "serverId": house["server"]},
        "POST /messages": {"content": "x", "channelId": house["room"]},
        "PUT /messages/{message}": {"content": "x"},
        "PATCH /messages/{message}": {"content": "x"},
    }
    if door.startswith("POST /rooms/") and door.endswith("/messages"):
        return {"content": "x"}
    if door.endswith("/read"):
        return {"seq": 0}
    if re.fullmatch("POST /rooms/.*/(kick|ban|mute)", door):
        return victim
    if door.startswith("PUT /servers/{server}/timeouts"):
        return {"seconds": 60}
    if door.startswith("PUT /rooms/{room}/overrides"):
        return {"deny": ["post"]}
    if door.endswith(("/whip", "/whep")):
        return audio_offer(direction="sendonly" if door.endswith("/whip") else "recvonly")
    if door.startswith(("POST /voice", "PUT /voice", "PATCH /voice")):
        return voice_body(door, house)
    if door in bodies:
        return bodies[door]
    if door.startswith(("PUT", "PATCH")) and not door.endswith(
        ("/members/me", "/members/{victim}")
    ):
        return {} if "reactions" in door or "bans" in door else CHANGE
    return None if door.startswith(("GET", "DELETE", "PUT")) else {}


def voice_body(door: str, house: dict[str, str]) -> dict[str, Any]:
    """As mediasoup-client would ask."""
    way, ear, door = {"transportId": house["way"]}, {"transportId": house["ear"]}, door.split()[1]
    return {
        "/voice/transport/send": {"channelId": house["voice"]},
        "/voice/transport/recv": {"channelId": house["voice"]},
        "/voice/transport/connect": way | {"dtlsParameters": a_certificate()},
        "/voice/transport/restart-ice": way,
        "/voice/produce": way | {"kind": "video", "rtpParameters": video_parameters()},
        "/voice/consume": ear
        | {"producerId": house["producer"], "rtpCapabilities": router_capabilities()},
        "/voice/channels/{voice}/states/{victim}": {"serverMuted": True},
        "/voice/channels/{voice}/states/{moderator}": {"serverMuted": True},
        "/voice/sessions/{seat}": {"muted": True},
        "/voice/metrics": {"sessionId": house["seat"], "fps": 30},
    }.get(door, {})


CHANGE = {"bio": "x", "topic": "x", "description": "x", "name": "x"}  # each door takes its own


@pytest.mark.parametrize(("door", "outcomes"), DOOR_ROWS, ids=[door for door, _ in DOOR_ROWS])
def test_a_door(door, outcomes, house, people):
    """Everybody in turn, each as if nobody had come before."""
    method, path = door.split()
    query = {"channelId": house["room"]} if door == "GET /messages" else {}
    found = {}
    for who in PEOPLE:
        before = transaction.savepoint()
        caller = Caller(people[who])
        body = body_of(door, house, caller)
        found[who] = str(caller.request(method, path.format(**house), body, **query).status)
        transaction.savepoint_rollback(before)
        forget_all_grants()
    assert found == dict(zip(PEOPLE, outcomes, strict=True))


# --- the socket ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def media(parlor):
    """Its media worker."""
    with Media(parlor) as running:
        yield running


@pytest.fixture(scope="module")
def town(parlor, media):
    """People of a running Parlor, by name, and what the table names."""
    names = [name for name in PEOPLE if name not in ("anonymous", "guest")]
    people = {name: parlor.person(name) for name in names}
    alice = people["alice"]
    people["guest"] = type(alice)(parlor, parlor.url)
    name = f"guest-{alice.username[-8:]}"
    people["guest"].sign_in(people["guest"].post("/auth/guest", {"username": name})["data"])
    server = alice.post("/servers", {"name": "Matrix", "isPublic": False})["data"]["id"]
    invite = alice.post(f"/servers/{server}/invites")["data"]["code"]
    for name in ("banned", "silenced", "bob", "moderator", "admin"):
        people[name].post(f"/invites/{invite}/accept")
    at = f"/servers/{server}"
    for name in ("moderator", "admin"):
        alice.request("PATCH", f"{at}/members/{people[name].id}", {"role": name})
    alice.request("PUT", f"{at}/bans/{people['banned'].id}", {})
    alice.request("PUT", f"{at}/timeouts/{people['silenced'].id}", {"seconds": 3600})
    return {
        "people": people,
        "room": alice.post(f"{at}/channels", {"name": "matrix"})["data"]["id"],
        "voice": alice.post(f"{at}/channels", {"name": "v", "type": "voice"})["data"]["id"],
        "server": server,
        "home": parlor.admin().get("/servers")["data"][0]["id"],
    }


def data_of(frame: str, town: dict[str, Any]) -> dict[str, Any]:
    """What a frame is sent with."""
    type_, _, name = frame.partition(" ")
    name = name.split()[0]
    target = town.get(name.strip("{}"))
    if frame.startswith("voice:") and name != "{voice}":
        return voice_data_of(type_, name, town)
    if name == "{message}":
        bob = town["people"]["bob"]
        sent = bob.post(f"/rooms/{town['room']}/messages", {"content": "hello"})
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
        "reaction:add": {"messageId": target, "emoji": "👍"},
        "reaction:remove": {"messageId": target, "emoji": "👍"},
        "read:update": {"roomId": target, "seq": 0},
        "read:set": {"roomId": target, "seq": 0},
        "voice:join": {"roomId": target},
    }.get(type_, {})


def voice_data_of(type_: str, name: str, town: dict[str, Any]) -> dict[str, Any]:
    """What a frame about bob's seat is sent with; each frame finds him sitting anew."""
    if type_ not in town:
        town[type_] = sit(Rest(town["people"]["bob"]), town["voice"])
    known = town[type_]
    target = known[name.strip("{}")]
    transport = {"transportId": target}
    return {
        "voice:transport": {"sessionId": target, "direction": "recv"},
        "voice:connect": transport | {"dtlsParameters": a_certificate()},
        "voice:restart_ice": transport,
        "voice:produce": transport | {"kind": "video", "rtpParameters": video_parameters()},
        "voice:consume": transport
        | {"producerId": known["producer"], "rtpCapabilities": router_capabilities()},
        "voice:publish": {"sessionId": target} | SILENT_OFFER,
        "voice:subscribe": {"sessionId": target},
        "voice:answer": {"sessionId": target} | SILENT_OFFER,  # to an offer that nobody made
        "voice:set_state": {"sessionId": target, "muted": True},
        "voice:leave": {"sessionId": target},
    }.get(type_, {"producerId": target})


SILENT_OFFER = {"negotiationId": "n", "sdp": audio_offer(direction="inactive")}


class Rest:
    """A live person, with answers as `Caller` gives them."""

    def __init__(self, person: Any) -> None:
        self._person = person
        for session in person.get("/voice/states")["data"]:
            if session["userId"] == person.id:
                person.request("DELETE", f"/voice/sessions/{session['sessionId']}")

    def post(self, path: str, body: Any) -> Any:
        return SimpleNamespace(data=self._person.post(path, body)["data"])


async def socket_of(who: str, town: dict[str, Any], parlor: Any) -> Any:
    """A socket of one of PEOPLE; it hears the room where they may."""
    from tests.live import Client

    if who == "anonymous":
        return await Client.open(parlor.url)
    socket = await town["people"][who].client()
    await socket.ask("room:join", roomId=town["room"])
    return socket


async def outcome(socket: Any, frame: str, data: dict[str, Any]) -> str:
    """The type of the answer, the code of an error, or "-" for silence."""
    await socket.send(frame.partition(" ")[0], "asked", **data)
    await socket.send("ping", "after")
    await socket.wait(lambda heard: heard.get("id") in ("asked", "after"))
    if frame.startswith(
        ("message:", "reaction:", "read:", "voice:")
    ):  # its commit does not hold up the ping
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
    expected = [frame.split()[-1] if cell == "ok" else CODES[cell] for cell in outcomes]
    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, expected, strict=True))
