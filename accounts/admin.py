"""People and sessions in Django's admin: to look at, and to end. Writes go through the services."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import services
from accounts.models import Session, User

admin.site.unregister(Group)


if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Rows can be looked at; what may be done to them are actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: services make rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: services change rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: people are anonymised, not deleted; sessions are revoked."""
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People."""

    list_display = ("username", "display_name", "email", "is_guest", "is_active", "created_at")
    list_filter = ("is_active", "is_guest", "is_staff")
    search_fields = ("username", "display_name", "email")
    ordering = ("-created_at",)
    exclude = ("password",)
    actions = ("sign_out_everywhere", "disable", "enable")

    def has_view_or_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff with the right to change people may use the actions."""
        return super().has_view_permission(request, obj)

    @admin.action(description="End all sessions", permissions=["view"])
    def sign_out_everywhere(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Sockets close at once."""
        sessions = Session.objects.filter(user__in=people, revoked_at=None)
        services.revoke_sessions(list(sessions.values_list("pk", flat=True)))

    @admin.action(description="Disable: no sign-in, all sessions end", permissions=["moderate"])
    def disable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """The account stays, nobody gets in."""
        self._set_active(request, people, is_active=False)

    @admin.action(description="Enable again", permissions=["moderate"])
    def enable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """They can sign in again."""
        self._set_active(request, people, is_active=True)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Whether actions that lock people out are offered."""
        return bool(request.user.has_perm("accounts.change_user"))

    def _set_active(self, request: HttpRequest, people: QuerySet[User], *, is_active: bool) -> None:
        assert isinstance(request.user, User)
        for person in people:
            services.set_active(request.user, person=person, is_active=is_active)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Where people are signed in."""

    list_display = ("user", "address", "user_agent", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("revoked_at",)
    search_fields = ("user__username", "address")
    ordering = ("-last_used_at",)
    actions = ("revoke",)

    @admin.action(description="End these sessions", permissions=["view"])
    def revoke(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        """Sockets close at once."""
        services.revoke_sessions(list(sessions.values_list("pk", flat=True)))
