"""What a worker refuses, in the words of api/errors.py, which it does not import."""


class Refused(Exception):
    """What was asked cannot be; `kind` is the name of an error in api/errors.py."""

    def __init__(self, kind: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.kind, self.message, self.field = kind, message, field
