"""Addresses of api/views.py, relative to the site's root (not to /api/v1).

config/urls.py includes these first, the apps' urls under /api/v1/ and /api/, and
`unknown_paths` last. It also sets handler400, 403, 404 and 500 to those of api.views.
"""

from django.urls import path, re_path

from api import views

urlpatterns = [
    path("api", views.RootView.as_view(), name="api-root"),
    path("api/", views.RootView.as_view()),
    path("api/v1", views.RootView.as_view()),
    path("api/v1/", views.RootView.as_view()),
    path("api/schema", views.schema, name="api-schema"),
    path("docs", views.docs, name="api-docs"),
    path("health", views.HealthView.as_view(), name="health"),
    path("health/live", views.LiveView.as_view(), name="health-live"),
    path("health/ready", views.ReadyView.as_view(), name="health-ready"),
]

unknown_paths = [re_path(r"^api/.*$", views.not_found)]
