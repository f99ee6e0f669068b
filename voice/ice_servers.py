"""STUN and TURN servers for browsers, with credentials that are good for a while.

TURN's are coturn's `static-auth-secret` scheme: the name is the end as Unix seconds and who it is
for, the password its HMAC (draft-uberti-behave-turn-rest-00 §2.2).
"""

import base64
import hmac
from hashlib import sha1
from time import time

from django.conf import settings

from voice.payloads import IceServer, IceServers

TTL_S = 12 * 3600


def ice_servers(user_id: str) -> IceServers:
    """For one person."""
    found = []
    if settings.STUN_URLS:
        found.append(IceServer(urls=settings.STUN_URLS, username=None, credential=None))
    if settings.TURN_URLS and settings.TURN_SECRET:
        name = f"{int(time()) + TTL_S}:{user_id}"
        digest = hmac.new(settings.TURN_SECRET.encode(), name.encode(), sha1).digest()
        credential = base64.b64encode(digest).decode()
        found.append(IceServer(urls=settings.TURN_URLS, username=name, credential=credential))
    return IceServers(ice_servers=found, ttl_seconds=TTL_S)
