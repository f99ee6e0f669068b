"""REST input of voice. What mediasoup-client made is taken as it is; the worker checks it."""

from typing import Any

from rest_framework import serializers

from api.errors import ValidationFailed
from api.serializers import Id, Input, Line, StrictBoolean, StrictString

REF = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
KIND = "^(audio|video)$"
SOURCE = "^(mic|camera|screen)$"
MAX_ID = 64


class Ortc(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """An object of mediasoup's, with keys of its own."""

    default_error_messages = {"invalid": "Must be an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object."""
        if not isinstance(data, dict):
            self.fail("invalid")
        return data

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Itself."""
        return value


class Number(serializers.Field[float, Any, float, Any]):
    """A JSON number within bounds."""

    default_error_messages = {
        "invalid": "Must be a number.",
        "out_of_range": "Must be between {minimum} and {maximum}.",
    }

    def __init__(self, *, minimum: float, maximum: float, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum

    def to_internal_value(self, data: Any) -> float:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        if not self.minimum <= data <= self.maximum:
            self.fail("out_of_range", minimum=self.minimum, maximum=self.maximum)
        return float(data)

    def to_representation(self, value: float) -> float:
        """Itself."""
        return value


class NewTransport(Input):
    """The room to sit in; with `sessionId` a session that one has there already."""

    channel_id = StrictString(max_length=128, pattern=REF)
    session_id = Id(required=False, allow_null=True)
    muted = StrictBoolean(required=False)
    deafened = StrictBoolean(required=False)


class TransportRef(Input):
    """A transport of one's own."""

    transport_id = StrictString(max_length=MAX_ID)


class Connect(TransportRef):
    """Which certificate the client has."""

    dtls_parameters = Ortc()


class AppData(Input):
    """What mediasoup-client's `produce` was told."""

    source = StrictString(  # type: ignore[assignment]
        pattern=SOURCE, required=False, allow_null=True
    )


class Produce(TransportRef):
    """What one sends from now on. Without a source sound is the mic's and pictures the camera's."""

    kind = StrictString(pattern=KIND)
    rtp_parameters = Ortc()
    paused = StrictBoolean(required=False)
    app_data = AppData(required=False, allow_null=True)


class Consume(TransportRef):
    """What one hears or sees from now on."""

    producer_id = StrictString(max_length=MAX_ID)
    rtp_capabilities = Ortc()
    paused = StrictBoolean(required=False)


class SessionChanges(Input):
    """How one sits; what is left out stays."""

    muted = StrictBoolean(required=False)
    deafened = StrictBoolean(required=False)
    screen_sharing = StrictBoolean(required=False)


class StateOfOther(Input):
    """What is done to somebody: silenced (or no longer), moved to a room (null: out)."""

    schema_rules = {"anyOf": [{"required": ["serverMuted"]}, {"required": ["moveTo"]}]}

    server_muted = StrictBoolean(required=False)
    move_to = StrictString(max_length=128, pattern=REF, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something has to be wanted."""
        if not attrs:
            raise ValidationFailed("Say serverMuted or moveTo.")
        return attrs


class NewMetrics(Input):
    """How well one hears and is heard, as one's browser says."""

    session_id = Id()
    bitrate = Number(minimum=0, maximum=10**12, required=False, allow_null=True)
    packet_loss = Number(minimum=0, maximum=1, required=False, allow_null=True)
    jitter = Number(minimum=0, maximum=3600, required=False, allow_null=True)
    rtt = Number(minimum=0, maximum=3_600_000, required=False, allow_null=True)
    resolution = Line(max_length=20, required=False, allow_null=True, allow_blank=True)
    fps = Number(minimum=0, maximum=1000, required=False, allow_null=True)
