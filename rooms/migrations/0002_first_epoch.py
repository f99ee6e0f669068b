"""The epoch of a database is made with it and changed only by `manage.py new_epoch`."""

from django.db import migrations
from uuid_utils.compat import uuid7


def make_epoch(apps, schema_editor):
    epoch = apps.get_model("rooms", "DatabaseEpoch")
    if not epoch.objects.exists():
        epoch.objects.create(value=uuid7())


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_servers_rooms_and_epoch")]

    operations = [migrations.RunPython(make_epoch, migrations.RunPython.noop)]
