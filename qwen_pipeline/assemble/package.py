"""Files that are ZIP packages, written so that equal contents give equal bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

_DATE = (2000, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16


def write_package(path: Path, entries: Iterable[tuple[str, bytes, bool]]) -> None:
    """Write `(name, content, whether to pack it)` in the order given, without the time and the machine."""
    with zipfile.ZipFile(path, "w") as package:
        for name, content, packed in entries:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3
            info.external_attr = _PLAIN_FILE
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            package.writestr(info, content)
