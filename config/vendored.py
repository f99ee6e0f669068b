"""The client's few libraries: from node_modules by name, and hashed with the rest in production.

Nothing else of node_modules is reachable, and nothing third-party is committed. Which module the
browser imports under which name says the import map in templates/index.html.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

LIBRARIES = {
    "vendor/preact.js": "preact/dist/preact.mjs",
    "vendor/preact-hooks.js": "preact/hooks/dist/hooks.mjs",
    "vendor/signals-core.js": "@preact/signals-core/dist/signals-core.mjs",
    "vendor/signals.js": "@preact/signals/dist/signals.mjs",
    "vendor/htm.js": "htm/dist/htm.mjs",
    # Only fetched when an emoji is first looked for.
    "vendor/gemoji.js": "gemoji/index.js",
    # Only fetched when somebody first talks. CommonJS as it comes: installing makes it one module
    # (`npm run bundle`, decision 0018).
    "vendor/mediasoup-client.js": ".bundles/mediasoup-client.js",
}
SOURCE_MAP = b"//# sourceMappingURL="


class VendoredStorage(FileSystemStorage):
    """The files of `libraries` (static name: path below node_modules), and no other."""

    def __init__(self, node_modules: Path, libraries: Mapping[str, str]) -> None:
        super().__init__(location=str(node_modules))
        self.libraries = libraries

    def path(self, name: str) -> str:
        """Where a library lies. Raises ImproperlyConfigured where it was never fetched."""
        found = Path(self.location) / self.libraries[name]
        if not found.is_file():
            raise ImproperlyConfigured(
                f"The client's library {self.libraries[name]} is not in node_modules. "
                "`make install` (or `npm ci` and `npm run bundle`) fetches it."
            )
        return str(found)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """Without the source map's address: it is not served, and hashing would look for it."""
        content = Path(self.path(name)).read_bytes()
        return ContentFile(content.partition(SOURCE_MAP)[0].rstrip() + b"\n", name=name)


class VendoredFinder(BaseFinder):
    """Finds `vendor/<name>.js`, for development and for collectstatic."""

    def __init__(
        self, node_modules: Path | None = None, libraries: Mapping[str, str] = LIBRARIES
    ) -> None:
        self.storage = VendoredStorage(
            node_modules or settings.BASE_DIR / "node_modules", libraries
        )

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """A warning only: everything but the web page works without the client's libraries."""
        try:
            for name in self.storage.libraries:
                self.storage.path(name)
        except ImproperlyConfigured as missing:
            return [Warning(str(missing), id="parlor.W001")]
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file of one name."""
        found = [self.storage.path(path)] if path in self.storage.libraries else []
        return found if find_all else next(iter(found), [])

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every name, with the storage that opens it."""
        for name in self.storage.libraries:
            if not matches_patterns(name, list(ignore_patterns or ())):
                yield name, self.storage


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    """Files under names that hold their hash, cached for ever; imports between modules follow."""

    support_js_module_import_aggregation = True
    # A changed hash goes up one import a pass; modules that import each other would never settle.
    max_post_process_passes = 30
