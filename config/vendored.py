"""Static files of the client's few libraries, served from node_modules by name; hashed in production."""

from django.contrib.staticfiles.finders import FileSystemFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage


class VendoredFinder(FileSystemFinder):
    """Placeholder of the web client's part, replaced with it."""


class HashedModulesStorage(CompressedManifestStaticFilesStorage):
    """Manifest storage that rewrites imports between ES modules."""

    support_js_module_import_aggregation = True
