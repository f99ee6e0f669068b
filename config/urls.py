"""Addresses: REST under /api/v1 (and the same under /api), health and docs, admin, the client."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from api.urls import unknown_paths
from realtime.docs import GatewayDocsView, gateway_schema

rest = [
    path("", include("accounts.urls")),
    path("", include("rooms.urls")),
    path("", include("messaging.urls")),
    path("", include("voice.urls")),
]
client = TemplateView.as_view(template_name="index.html")

urlpatterns = [
    path("", include("api.urls")),
    path("api/v1/", include(rest)),
    path("api/", include(rest)),
    path("docs/ws", GatewayDocsView.as_view()),
    path("docs/ws.json", gateway_schema),
    path("admin/", admin.site.urls),
    path("", client),
    path("call/<str:code>", client),
    *unknown_paths,
]
handler400 = "api.views.bad_request"
handler403 = "api.views.permission_denied"
handler404 = "api.views.page_not_found"
handler500 = "api.views.server_error"
