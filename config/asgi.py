"""The ASGI application: HTTP to Django, /ws to the gateway, lifespan to the socket floor.

`uvicorn config.asgi:application` serves it; daphne does too (it has no lifespan: the floor then
starts with the first socket).
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django_app = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from api.asgi import BodyLimit
from config.single import refuse_second_process
from realtime.consumers import GatewayConsumer
from realtime.lifespan import Lifespan
from realtime.origins import KnownOrigins

refuse_second_process()

application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": BodyLimit(django_app),
            "websocket": KnownOrigins(URLRouter([path("ws", GatewayConsumer.as_asgi())])),
        }
    )
)
