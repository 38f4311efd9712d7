"""No local path, no user name and no secret of the machine inside delivered files."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from .builds import BATCH, CARD, Call, digests, write_batch

SECRET = "hunter2-not-for-print"
USER = "wilhelmina-q"
OUTPUTS = """\
outputs:
  - {format: png, name: "{id}.png"}
  - {format: jpeg, name: "{id}.jpg"}
  - {format: webp, name: "{id}.webp"}
  - {format: pdf, name: "{id}.pdf"}
  - {format: contact_sheet, name: "sheet.pdf"}
  - {format: contact_sheet, name: "sheet.html"}
  - {format: contact_sheet, name: "sheet.png"}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Someone's home, with a batch of which one row is bad, a picture elsewhere, and what was built of it."""
    home = tmp_path_factory.mktemp("homes") / USER
    (home / "pictures").mkdir(parents=True)
    Image.new("RGB", (40, 40), (200, 30, 30)).save(home / "pictures" / "logo.png")
    batch = BATCH[: BATCH.index("outputs:")] + OUTPUTS
    card = CARD.replace("title: Name\n", 'title: Name\nlogo: logo.png\nsubtitle: "{{ 6 // (row.name[1:] | int - 1) }}"\n')
    spec = write_batch(home / "work" / "spec", 3, card=card, batch=batch)
    for name in ("temp", "cache"):
        (home / name).mkdir()
    env = {
        "HOME": str(home),
        "USER": USER,
        "LOGNAME": USER,
        "TMPDIR": str(home / "temp"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "API_TOKEN": SECRET,
    }
    more = ("--assets", str(home / "pictures"), "--workers", "1")
    first = Call(spec, home / "out", home / "store", more, env).run()
    assert (first.code, "1 piece not" in first.out) == (2, True), first.err
    again = Call(Path("batch.yaml"), home / "again", home / "store2", more, env, cwd=spec.parent).run()
    assert again.code == 2, again.err
    return home


def texts(path: Path) -> list[bytes]:
    """All bytes of a file, as they are and unpacked."""
    data = path.read_bytes()
    found = [data, data.decode("utf-16-be", "ignore").encode(), data.decode("utf-16-le", "ignore").encode()]
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            for item in pdf.objects:
                found.append(repr(item).encode())
                if isinstance(item, pikepdf.Stream):
                    found += [item.read_raw_bytes(), unpacked(item)]
    if path.suffix in (".png", ".jpg", ".webp"):
        with Image.open(path) as image:
            image.load()
            found += [str(value).encode() for value in image.info.values()]
            found += [value for value in image.info.values() if isinstance(value, bytes)]
    packed = re.findall(rb"recordDeflated>([A-Za-z0-9+/=]+)<", data)
    found += [zlib.decompress(__import__("base64").b64decode(text)) for text in packed]
    return found


def unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return b""


def test_nothing_of_the_machine_is_inside(home: Path) -> None:
    words = [str(home), USER, str(home.parent), SECRET, "homes", "pictures/", "/tmp", "site-packages"]
    files = [path for path in (home / "out").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".png", ".jpg", ".webp", ".pdf", ".html", ".json", ".txt"}
    for path in files:
        for text in texts(path):
            for word in words:
                assert word.encode() not in text, (path.name, word, text[max(0, text.find(word.encode()) - 80) :][:200])


def test_the_folder_it_is_built_from_does_not_matter(home: Path) -> None:
    assert digests(home / "out") == digests(home / "again")
