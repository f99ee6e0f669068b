"""What there is to be permitted, and what each built-in standing has. Values only, no database."""

from collections.abc import Iterable
from enum import IntFlag

from rooms.models import Role


class Permission(IntFlag):
    """What a person may do. FIND is knowing that a room is there. The numbers are stored."""

    NONE = 0
    FIND = 1
    VIEW = 2
    POST = 4
    MANAGE_MESSAGES = 8
    MANAGE_ROOM = 16
    REACT = 32
    INVITE = 64
    KICK = 128
    BAN = 256
    TIMEOUT = 512
    MANAGE_SERVER = 1024
    MANAGE_ROLES = 2048
    MENTION_EVERYONE = 4096
    JOIN_VOICE = 8192
    SPEAK = 16384
    VIDEO = 32768
    MUTE_OTHERS = 65536
    MOVE_OTHERS = 131072


ALL = ~Permission.NONE
READ = Permission.FIND | Permission.VIEW
ATTEND = READ | Permission.REACT
VOICE = Permission.JOIN_VOICE | Permission.SPEAK | Permission.VIDEO
TALK = ATTEND | Permission.POST | VOICE
MODERATE_ROOM = (
    Permission.POST
    | Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
    | Permission.MUTE_OTHERS
    | Permission.MOVE_OTHERS
)
MODERATE_SERVER = Permission.INVITE | Permission.KICK | Permission.BAN | Permission.TIMEOUT

# What is decided for a whole server; the rest is decided room by room.
OF_SERVER = MODERATE_SERVER | Permission.MANAGE_SERVER | Permission.MANAGE_ROLES
OF_ROOM = ALL & ~OF_SERVER
# FIND goes with VIEW: nobody sees what they cannot find, nobody finds what they may not see.
SETTABLE = ALL & ~Permission.FIND

TAKING_PART = Permission.POST | Permission.REACT | VOICE  # not where a room has ended
SILENCED = (  # what a timeout takes
    Permission.POST
    | Permission.REACT
    | Permission.SPEAK
    | Permission.VIDEO
    | Permission.INVITE
    | Permission.MENTION_EVERYONE
)

OF_STANDING: dict[str, Permission] = {  # in a server, or in a room that stands alone
    Role.OWNER: ALL,
    Role.ADMIN: ALL,
    Role.MODERATOR: TALK | MODERATE_ROOM | MODERATE_SERVER,
    Role.MEMBER: TALK,
}
SEES_PRIVATE = (Role.OWNER, Role.ADMIN)  # and no override binds them
RANKS = {Role.OWNER: 4, Role.ADMIN: 3, Role.MODERATOR: 2, Role.MEMBER: 0}


def names_of(permissions: Permission) -> list[str]:
    """On the wire: lower-case names, in the order above."""
    return [str(one.name).lower() for one in Permission if one & permissions]


def of_names(names: Iterable[str]) -> Permission:
    """From the wire; the serializer has let only known names through."""
    found = Permission.NONE
    for name in names:
        found |= Permission[name.upper()]
    return found
