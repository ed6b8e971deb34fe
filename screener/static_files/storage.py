"""How static files of a deployment are stored: compressed, under the hash of their content, scripts in one file."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from screener.static_files.javascript_bundle import bundle_modules

BUNDLED = ("screener/room/room.js",)
"""Modules of pages. In a deployment each contains all its imports."""


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Hash and compress the collected files, with bundles in place of their modules."""
        for entry in () if dry_run else BUNDLED:
            if entry in paths:
                content = bundle_modules(entry, lambda path: _read_source(paths, path))
                self.delete(entry)
                self._save(entry, ContentFile(content.encode()))
                paths[entry] = (self, entry)
        yield from super().post_process(paths, dry_run, **options)


def _read_source(paths: dict[str, Any], path: str) -> str:
    storage, stored = paths[path]
    with storage.open(stored) as file:
        content: bytes = file.read()
    return content.decode()
