"""A Parlor with people and words in it, the same at every run: for pictures and for looking round.

Everything goes in through the API; what the API decides itself (roles, hours) is set afterwards.
"""

from typing import Any

from playwright.sync_api import expect

from tests.live import Parlor, Person

PASSWORD = "correct horse"
PEOPLE = {
    "nora": ("Nora Lindqvist", "Keeps the tea warm and the list of chairs up to date."),
    "jonas": ("Jonas", "Carpenter. Ask me about folding chairs."),
    "ines": ("Ines Duarte", ""),
    "maya": ("Maya Weber", "Reads aloud on Thursdays. Writes the rest of the week."),
    "tomek": ("Tomek", ""),
    "ada": ("Ada", ""),
}
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
TALK = (
    ("maya", "Good evening! Is anyone coming to the **reading on Thursday**?"),
    ("jonas", "I am. I'll bring the folding chairs from the workshop."),
    ("jonas", "Nine of them, if the car holds."),
    ("nora", "Perfect. Doors at seven, tea from half past six."),
    ("ines", "Can I read something short?\nTwo pages, I promise."),
    ("maya", "Yes please! You open the evening."),
    ("nora", "@maya could you bring the lamp again? The one with the green shade."),
)
# Roles, a second community, hours of a day long ago: what nobody can ask the API for (yet).
SET_UP = """
from datetime import datetime, timedelta, timezone
from accounts.models import User
from messaging.models import Message
from rooms import services
from rooms.models import RoomMember, RoomType, Server, ServerMember
days = datetime(2026, 3, 5, 18, 36, tzinfo=timezone.utc)
server = Server.objects.get(slug="parlor")
people = {user.username: user for user in User.objects.all()}
for name, role in (("nora", "admin"), ("jonas", "moderator")):
    ServerMember.objects.filter(server=server, user=people[name]).update(role=role)
ServerMember.objects.update(joined_at=days - timedelta(days=40))
Server.objects.filter(pk=server.pk).update(name="Reading Room")
server.refresh_from_db()
User.objects.filter(pk=people["admin"].pk).update(display_name="Elias")
night = services.create_server(people["nora"], name="Night Garden")
services.join_server(people["maya"], server=night)
services.create_room(people["nora"], kind=RoomType.TEXT, name="moths", server=night)
services.create_room(people["admin"], kind=RoomType.TEXT, name="recitals", server=server, topic="What is read next")
private = services.create_room(people["admin"], kind=RoomType.TEXT, name="organisers", server=server, is_private=True)
RoomMember.objects.get_or_create(room=private, user=people["maya"])
for index, message in enumerate(Message.objects.order_by("id")):
    at = days + timedelta(minutes=2 * index)
    Message.objects.filter(pk=message.pk).update(created_at=at, updated_at=at)
"""


# Nobody can ask for this by API yet.
ALONE = """
from rooms.models import ServerMember
ServerMember.objects.filter(user__username="tomek").delete()
"""


# What those who look after the two communities have done, on days long ago and with codes that stay.
LOOK_AFTER = """
from datetime import datetime, timedelta, timezone
from accounts.models import User
from rooms.models import Invite, InviteUse, MemberRole, Sanction, Server, ServerMember, ServerRole
days = datetime(2026, 3, 5, 18, 36, tzinfo=timezone.utc)
people = {user.username: user for user in User.objects.all()}
room, night = Server.objects.get(name="Reading Room"), Server.objects.get(name="Night Garden")
Server.objects.update(created_at=days - timedelta(days=60))
Server.objects.filter(pk=room.pk).update(description="We read aloud to each other on Thursdays, and bring chairs.")
Server.objects.filter(pk=night.pk).update(description="Moths, bats and everything that flowers in the dark.")
for position, name in enumerate(("Organiser", "Baker")):
    role = ServerRole.objects.create(server=room, name=name, position=position)
    for username in ("maya",) if position == 0 else ("maya", "ines"):
        member = ServerMember.objects.get(server=room, user=people[username])
        MemberRole.objects.create(member=member, role=role)
rolf = User.objects.create(username="rolf", display_name="Rolf Bender", email="rolf@example.com")
ban = Sanction.objects.create(kind="ban", server=room, user=rolf, by=people["jonas"], reason="Sold the folding chairs.")
Sanction.objects.filter(pk=ban.pk).update(created_at=days - timedelta(days=3))
asleep = {"kind": "timeout", "server": room, "user": people["ada"], "by": people["nora"]}
Sanction.objects.create(**asleep, until=datetime(2099, 3, 6, tzinfo=timezone.utc))
for age, code, uses, limit, ends in (
    (1, "kq7wm2xt", 3, 10, days + timedelta(days=6)),
    (9, "b4nh8rpz", 1, None, None),
    (30, "t9cv5jdf", 1, 1, None),
):
    invite = Invite.objects.create(server=room, inviter=people["nora"], code=code, uses=uses, max_uses=limit)
    # The server counts with its own clock: what ends in the picture has not ended yet.
    ends = ends and ends.replace(year=2099)
    Invite.objects.filter(pk=invite.pk).update(created_at=days - timedelta(days=age), expires_at=ends)
"""


def look_after(parlor: Parlor) -> None:
    """Roles, invites, a ban and a timeout in the Reading Room; once."""
    parlor.manage("shell", "-v0", "-c", LOOK_AFTER)


def furnish(parlor: Parlor) -> dict[str, Person]:
    """Six people and their talk in #general; answers who can speak REST."""
    people = {}
    for username, (display_name, bio) in PEOPLE.items():
        person = Person(parlor, parlor.url)
        person.http.headers["User-Agent"] = PHONE
        account = {"email": f"{username}@example.com", "password": PASSWORD, "username": username}
        person.sign_in(
            person.post("/auth/register", account | {"displayName": display_name})["data"]
        )
        if bio:
            person.request("PATCH", "/users/me", {"bio": bio})
        people[username] = person
    said = [people[who].post("/rooms/general/messages", {"content": text}) for who, text in TALK]
    chairs, promise = said[1]["data"], said[4]["data"]
    for who, message, emoji in (
        ("maya", chairs, "🪑"),
        ("nora", chairs, "🪑"),
        ("ines", chairs, "❤️"),
        ("maya", promise, "📖"),
    ):
        people[who].request("PUT", f"/messages/{message['id']}/reactions/{emoji}")
    answer = {
        "content": "With pleasure, it is already in the hall.",
        "replyTo": said[6]["data"]["id"],
    }
    people["maya"].post("/rooms/general/messages", answer)
    parlor.manage("shell", "-v0", "-c", SET_UP)
    return people


def tea_club(people: dict[str, Person]) -> dict[str, Any]:
    """A community that nora owns: channels under categories, roles with colours, an override; maya
    knows nothing of it.
    """
    nora = people["nora"]
    server = nora.post("/servers", {"name": "Tea Club", "isPublic": False})["data"]
    at = f"/servers/{server['id']}"
    for one in nora.get(f"{at}/channels")["data"]:
        nora.request("DELETE", f"/rooms/{one['id']}")
    made = {"server": server}
    categories = {
        name: nora.post(f"{at}/categories", {"name": name})["data"]["id"]
        for name in ("Kettle", "Garden")
    }
    for name, category, fields in (
        ("arrivals", None, {"type": "announcement"}),
        ("leaves", "Kettle", {"topic": "Black, green, and what grows beside the door"}),
        ("recipes", "Kettle", {}),
        ("Parlour", "Kettle", {"type": "voice"}),
        ("beds", "Garden", {}),
        ("cellar-key", "Garden", {"isPrivate": True}),
        ("winter", "Garden", {}),
    ):
        channel = {"name": name, "categoryId": categories.get(category or ""), **fields}
        made[name] = nora.post(f"{at}/channels", channel)["data"]
    nora.request("PATCH", f"/rooms/{made['winter']['id']}", {"isArchived": True})
    roles = {
        name: nora.post(f"{at}/roles", {"name": name, "colour": colour, "permissions": gives})[
            "data"
        ]
        for name, colour, gives in (
            ("Gardeners", "#3f7d3a", ["manage_room", "invite"]),
            ("Readers", "#b5523b", ["mention_everyone"]),
            ("Newcomers", None, []),
        )
    }
    invite = nora.post(f"{at}/invites", {})["data"]["code"]
    for who, role in (("ines", "Gardeners"), ("jonas", "Readers")):
        people[who].post(f"/invites/{invite}/accept", {})
        given = {"roleIds": [roles[role]["id"]]}
        nora.request("PATCH", f"{at}/members/{people[who].id}", given)
    overrides = f"/rooms/{made['leaves']['id']}/overrides"
    nora.request("PUT", f"{overrides}/member", {"deny": ["mention_everyone"]})
    wanted = {"allow": ["mention_everyone", "manage_messages"], "deny": ["react"]}
    nora.request("PUT", f"{overrides}/{roles['Readers']['id']}", wanted)
    nora.request("PUT", f"/rooms/{made['cellar-key']['id']}/members/{people['ines'].id}")
    for who, words in (("ines", "The roses want pruning."), ("jonas", "I read that as prunes.")):
        people[who].post(f"/rooms/{made['leaves']['id']}/messages", {"content": words})
    return made


def status(person: Person, status: str, words: str = "") -> None:
    """How somebody wants to look."""
    person.request("PUT", "/users/me/status", {"status": status, "customStatus": words})


def say(visitor: Any, text: str) -> None:
    """By the button: on a phone Enter breaks the line."""
    visitor.get("composer").fill(text)
    visitor.get("send").click()


def open_menu(visitor: Any, row: Any) -> None:
    """Of a message: by its button; under a finger by holding it."""
    if not visitor.page.evaluate("matchMedia('(pointer: coarse)').matches"):
        row.hover()
        row.get_by_test_id("more").click()
    else:
        at = row.get_by_test_id("content").bounding_box()
        finger = visitor.page.context.new_cdp_session(visitor.page)
        place = {"x": at["x"] + 20, "y": at["y"] + at["height"] / 2}
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
        expect(visitor.get("row-menu")).to_be_visible()
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(visitor.get("row-menu")).to_be_visible()


def enter(visitor: Any, username: str, room: str = "") -> Any:
    """By the door for those who have an account."""
    visitor.open(room)
    visitor.wait_state("signed-out")
    return log_in(visitor, username)


def log_in(visitor: Any, username: str) -> Any:
    """At that door."""
    visitor.get("door-login").click()
    visitor.get("field-email").fill(f"{username}@example.com")
    visitor.get("field-password").fill(PASSWORD)
    visitor.get("enter").click()
    visitor.wait_state("ready")
    return visitor


def sign_in(visitor: Any, username: str, room: str = "") -> Any:
    """The same, up to a room with its messages."""
    return enter(visitor, username, room).settled()
