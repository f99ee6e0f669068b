"""Occasions in a person's life that upper apps take part in."""

from accounts.models import User
from api.hooks import Hook, Moment

# A new person or guest, just written. Rooms let them join the default server.
person_registered: Hook[[User], None] = Hook("accounts.person_registered", Moment.INSIDE)

# What others see of this person has changed. Rooms tell the people of their servers.
person_changed: Hook[[User], None] = Hook("accounts.person_changed", Moment.AFTER_COMMIT)
