"""The password door of Django's admin, under the same limits and the same clock as auth/login."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in import is_password_right
from api import limits
from api.addresses import client_address
from api.errors import RateLimited


class LimitedBackend(ModelBackend):
    """Django's own, but counted per address and account."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The person, or None. Raises `PermissionDenied` (“wrong password”) past the limits."""
        if username is None or password is None:
            return None
        try:
            limits.hit_address("login_address", client_address(request.META if request else {}))
            limits.hit("login", f"admin:{username.lower()}")
        except RateLimited:
            raise PermissionDenied from None
        person = User.objects.filter(username=username).first()
        return person if is_password_right(person, password) else None
