from django.db import migrations


def open_visits(apps, schema_editor):
    """Whoever belongs to a room by now is on a visit there since they came."""
    members = apps.get_model("rooms", "RoomMember").objects.filter(room__ended_at=None)
    visits = apps.get_model("rooms", "RoomVisit")
    visits.objects.bulk_create(
        (
            visits(
                room_id=member.room_id,
                user_id=member.user_id,
                role=member.role,
                joined_at=member.joined_at,
            )
            for member in members.iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("rooms", "0003_roles_overrides_sanctions_invites_and_visits")]

    operations = [migrations.RunPython(open_visits, migrations.RunPython.noop, elidable=True)]
