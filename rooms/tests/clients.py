"""A client as the contract describes it: what it fetched, and what it makes of every event.

`Client.take` is given what a real hub delivers to a socket of its person; `Client.fresh` is what a
new client would fetch now. After every action the two must be the same, and the socket must watch
exactly the rooms that its person may see.
"""

import json

from realtime.hub import Hub
from realtime.protocol import encode
from rooms import queries
from rooms.models import ServerMember


class FakeSocket:
    """What the hub needs of a socket; keeps the frames."""

    is_closing = False
    viewed_server = ""

    def __init__(self, user_id, watched, servers):
        self.id, self.user_id = f"socket of {user_id}", user_id
        self.joined, self.watched, self.servers = set(), watched, servers
        self.partners = set()
        self.frames = []

    def send(self, text):
        self.frames.append(json.loads(text))

    def reply(self, event):
        self.send(encode(event))


class Client:
    """One person's client and its state."""

    def __init__(self, caller, hub):
        self.caller, self.person = caller, caller.person
        watched = set(queries.heads_of_interest(self.person))
        servers = {str(s.pk) for s in queries.list_own_servers(self.person)}
        self.socket = FakeSocket(str(self.person.pk), watched, servers)
        hub.add(self.socket)
        self.state = self.fresh()

    def fresh(self):
        """Everything, fetched now."""
        mine = self.person.memberships.filter(server__deleted_at=None)
        ids = [str(pk) for pk in mine.values_list("server", flat=True)]
        rooms = {room["id"]: room for room in self.get("/rooms", mine="1") if room["isActive"]}
        found = {"rooms": rooms, "servers": {}}
        for server_id in ids:
            self._fetch_server(found, server_id)
        visible = set(queries.heads_of_interest(self.person))
        found["rooms"] = {k: room for k, room in found["rooms"].items() if k in visible}
        return found

    def get(self, path, **query):
        """Every row of a list."""
        answer = self.caller.get(path, **({"limit": 100} | query))
        assert answer.status == 200, answer
        return answer.data

    def _fetch_server(self, state, server_id):
        path = f"/servers/{server_id}"
        members = self.get(f"{path}/members")
        state["servers"][server_id] = {
            "server": plain(self.caller.get(path).data),
            "members": {member["user"]["id"]: member for member in members},
            "roles": self.get(f"{path}/roles"),
            "categories": self.get(f"{path}/categories"),
        }
        state["rooms"] |= {room["id"]: room for room in self.get(f"{path}/channels")}

    def catch_up(self):
        """Apply what the socket was sent."""
        frames, self.socket.frames = self.socket.frames, []
        for frame in frames:
            self.take(frame["type"], frame["data"])
        return frames

    def take(self, kind, data):
        """One event."""
        rooms, servers = self.state["rooms"], self.state["servers"]
        if kind == "room:updated":
            rooms[data["room"]["id"]] = data["room"]
        elif kind in ("room:removed", "room:deleted"):
            rooms.pop(data["roomId"], None)
        elif kind == "server:updated":
            if data["server"]["id"] in servers:
                servers[data["server"]["id"]]["server"] = plain(data["server"])
            else:  # new to this person: fetched
                self._fetch_server(self.state, data["server"]["id"])
        elif kind == "server:removed":
            servers.pop(data["serverId"], None)
            for room_id in [k for k, r in rooms.items() if r["serverId"] == data["serverId"]]:
                del rooms[room_id]
        elif data.get("serverId") in servers:
            self._take_inside(kind, data, servers[data["serverId"]])

    def _take_inside(self, kind, data, known):
        if kind == "server:roles_updated":
            known["roles"] = data["roles"]
            for member in known["members"].values():
                mine = [role for role in data["roles"] if role["id"] in member["roleIds"]]
                member["roleIds"] = [role["id"] for role in mine]
                member["roles"] = [member["roles"][0], *(role["name"] for role in mine)]
        elif kind == "server:categories_updated":
            known["categories"] = data["categories"]
        elif kind == "server:member_left":
            if known["members"].pop(data["member"]["user"]["id"], None):
                known["server"]["counts"]["members"] -= 1
        elif kind in ("server:member_joined", "server:member_updated"):
            member = data["member"]
            if member["user"]["id"] not in known["members"]:
                known["server"]["counts"]["members"] += 1
            known["members"][member["user"]["id"]] = member

    def agrees(self):
        """Fail where the state is not what a fresh client would fetch, or the socket hears of other
        rooms and servers than the person may see.
        """
        fresh = self.fresh()
        for part in ("rooms", "servers"):
            assert self.state[part] == fresh[part], (self.person.username, part)
        assert self.socket.watched == set(queries.heads_of_interest(self.person))
        mine = ServerMember.objects.filter(user=self.person, server__deleted_at=None)
        assert self.socket.servers == {str(pk) for pk in mine.values_list("server", flat=True)}


def plain(server):
    """A server without what every change moves, and without how many channels others see."""
    counts = {"members": server["counts"]["members"]}
    return {k: v for k, v in server.items() if k != "updatedAt"} | {"counts": counts}


def new_hub():
    """A hub of one process."""
    return Hub("tests", 20)
