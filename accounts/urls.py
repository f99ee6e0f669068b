"""Addresses under /api/v1/ (and its alias /api/)."""

from django.urls import path

from accounts import views

sessions = views.SessionViewSet
users = views.UserViewSet

urlpatterns = [
    path("auth/register", views.RegisterView.as_view()),
    path("auth/signup", views.RegisterView.as_view()),
    path("auth/login", views.LoginView.as_view()),
    path("auth/guest", views.GuestView.as_view()),
    path("auth/refresh", views.RefreshView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("auth/me", sessions.as_view({"get": "me"})),
    path("auth/sessions", sessions.as_view({"get": "list", "delete": "destroy_others"})),
    path("auth/sessions/<str:session_id>", sessions.as_view({"delete": "destroy"})),
    path("users", users.as_view({"get": "list"})),
    path("users/search", users.as_view({"get": "list"})),
    path("users/me", users.as_view({"get": "me", "patch": "update_me", "put": "update_me"})),
    path("users/me/status", users.as_view({"put": "status"})),
    path("users/<str:ref>", users.as_view({"get": "retrieve"})),
]
