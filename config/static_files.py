"""How static files go out: our modules without their comments, a third of them; compressed also
where they are served as they lie in the tree (DEBUG); and without the headers that only pages need.
A first visit fetches well over a hundred of them.
"""

import re
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

MODULES = "js/"  # ours, below the static files' root
_COMMENT_LINES = re.compile(rb"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/[ \t]*$|//[^\n]*$)", re.MULTILINE)


def without_comments(module: bytes) -> bytes:
    """A module without the comments that have lines of their own. Lines keep their numbers.

    Knows nothing of strings: that no line of ours only looks like a comment, a test holds for every
    module.
    """
    return _COMMENT_LINES.sub(lambda found: b"\n" * found[0].count(b"\n"), module)


class ModulesStorage(FileSystemStorage):
    """The tree's static files, as collectstatic is to read them."""

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        file: File[bytes] = super()._open(name, mode)  # type: ignore[misc]
        if not (name.startswith(MODULES) and name.endswith(".js")):
            return file
        with file:
            return ContentFile(without_comments(file.read()), name)


class ModulesFinder(FileSystemFinder):
    """Django's, on that storage."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(app_names, *args, **kwargs)
        for prefix, root in self.locations:
            storage = ModulesStorage(location=root)
            storage.prefix = prefix  # type: ignore[attr-defined]
            self.storages[root] = storage


class StaticFilesMiddleware(GZipMiddleware):
    """Does to files that are served as they lie what is else done when they are collected.

    Only to whole ones, and to nothing else: a part of one keeps its numbers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """The response, compressed where it is a file and the client takes it so."""
        if response.status_code != 200 or not request.path.startswith(settings.STATIC_URL):
            return response
        if isinstance(response, FileResponse) and request.method == "GET":
            response = whole(response, is_module=_is_module(request.path))
        return super().process_response(request, response)


def _is_module(path: str) -> bool:
    return path.startswith(settings.STATIC_URL + MODULES)


def whole(response: FileResponse, *, is_module: bool) -> HttpResponse:
    """The same, read: an ASGI server would read it at once as well, and warn of it."""
    content = b"".join(response.streaming_content)  # type: ignore[arg-type]
    if response.file_to_stream is not None:
        response.file_to_stream.close()
    if is_module:
        content = without_comments(content)
    headers = dict(response.items()) | {"Content-Length": str(len(content))}
    return HttpResponse(content, headers=headers)


def add_static_headers(headers: Headers, path: str, url: str) -> None:
    """What a file needs of what api/middleware.py gives every page."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
