"""Nothing outside the output and store folders is touched, nothing outside the spec's is read: by good, bad and hostile specs."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from .builds import BATCH, POSTER, ROOT, SLOW, Call, Ended, digests, write_batch, write_poster

HOOK = """
import json, os, sys
log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
ACTS = ["os." + act for act in "mkdir rename remove rmdir link symlink truncate chmod chown utime".split()]
def hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        kind = "write" if isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else "read"
    elif event in ACTS:
        kind = "write"
    elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        kind = "network"
    elif event in ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"):
        kind = "start"
    else:
        return
    named = args[:2] if kind in ("read", "write") else ()
    paths = [os.path.abspath(os.fsdecode(a)) for a in named if isinstance(a, (str, bytes))]
    if event in ("open", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"):
        paths = paths[:1]
        if event != "open" and args[-1] != -1:  # from a folder that is open, as rmtree works
            paths = [os.path.join(os.readlink(f"/proc/self/fd/{args[-1]}"), os.fsdecode(args[0]))]
    os.write(log, (json.dumps([kind, event, paths or [repr(args)[:200]]]) + "\\n").encode())
sys.addaudithook(hook)
"""
"""Writes down every file that a process opens or changes, every connection and every program that it starts."""

Case = Callable[[Path, Path], Path]
"""(folder of the spec, a folder outside of it): writes a spec, returns its path."""


def good(folder: Path, outside: Path) -> Path:
    return write_batch(folder, 2)


def poster(extra: str) -> Case:
    return lambda folder, outside: write_poster(
        folder, POSTER.replace("outputs:\n", extra.replace("OUTSIDE", "../outside") + "outputs:\n")
    )


def named(name: str) -> Case:
    return lambda folder, outside: write_poster(folder, POSTER.replace("sub/{name}.png", name))


def row(value: str) -> Case:
    def make(folder: Path, outside: Path) -> Path:
        path = write_batch(folder, 2)
        (folder / "rows.csv").write_text(f'id,name\n"{value}",x\n', "utf-8")
        return path

    return make


def linked(name: str, target: str, extra: str) -> Case:
    def make(folder: Path, outside: Path) -> Path:
        path = poster(extra)(folder, outside)
        (folder / name).symlink_to(target.replace("OUTSIDE", str(outside)))
        return path

    return make


def holding(name: str, data: Callable[[], bytes], extra: str) -> Case:
    def make(folder: Path, outside: Path) -> Path:
        path = poster(extra)(folder, outside)
        (folder / name).write_bytes(data())
        return path

    return make


def fifo(folder: Path, outside: Path) -> Path:
    path = poster("logo: logo.png\n")(folder, outside)
    os.mkfifo(folder / "logo.png")
    return path


def png_bomb() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * 50_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def svg_bomb() -> bytes:
    lines = ["<!ENTITY a0 'x'>"] + [f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)]
    text = f"<!DOCTYPE svg [{''.join(lines)}]><svg xmlns='http://www.w3.org/2000/svg'><text>&a9;</text></svg>"
    return text.encode()


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 300_000_000)
    return out.getvalue()


def svg_with_entity() -> bytes:
    head = '<!DOCTYPE svg [<!ENTITY e SYSTEM "../outside/secret.csv">]>'
    return f"{head}<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&e;</text></svg>".encode()


def xlsx_with_entity() -> bytes:
    """A workbook of which the words come from a file beside it."""
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active
    book.active.append(["k", "v"])
    book.active.append(["a", "WORD"])
    book.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            head, data = b'<!DOCTYPE x [<!ENTITY e SYSTEM "../outside/secret.csv">]>', old.read(name)
            at = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
            new.writestr(name, data[:at] + head + data[at:].replace(b"WORD", b"&e;") if b"WORD" in data else data)
    return changed.getvalue()


def long_line() -> bytes:
    return b"k,v\na," + b"x" * (100_000_000 if SLOW else 20_000_000) + b"\n"


def jinja(text: str) -> Case:
    return lambda folder, outside: write_batch(folder, 1, batch=BATCH.replace("{{ row.name }}", text))


LOGO, TABLE = "logo: logo.png\n", "data: {q: {csv: q.csv}}\n"
CASES: dict[str, tuple[Case, tuple[int, ...]]] = {
    "good": (good, (0,)),
    "a check fails": (lambda f, o: write_poster(f, POSTER.replace("title: Lamp", f"title: {'Interminable ' * 40}")), (1,)),
    "a bad key": (poster("titel: x\n"), (2,)),
    "asset outside": (poster("logo: OUTSIDE/secret.png\n"), (2,)),
    "asset by absolute path": (poster("logo: /etc/passwd\n"), (2,)),
    "asset is a device": (poster("logo: /dev/zero\n"), (2,)),
    "asset by an address": (poster("logo: https://example.org/logo.png\n"), (2,)),
    "asset by a file address": (poster("logo: file:///etc/passwd\n"), (2,)),
    "asset on another machine": (poster("logo: //example.org/share/logo.png\n"), (2,)),
    "a YAML tag that runs code": (poster("x-a: !!python/object/apply:os.system ['touch ../outside/owned']\n"), (2,)),
    "a YAML tag that makes an object": (poster("x-a: !!python/object/new:pathlib.Path [/etc/passwd]\n"), (2,)),
    "data outside": (poster("data: {q: {csv: OUTSIDE/secret.csv}}\n"), (2,)),
    "brand outside": (poster("brand: OUTSIDE/secret.yaml\n"), (2,)),
    "layout outside": (lambda f, o: write_poster(f, POSTER.replace("minimal", "../outside/secret.yaml")), (2,)),
    "font outside": (poster("brand: {name: x, fonts: {sans: OUTSIDE/secret.ttf}}\n"), (2,)),
    "reference outside": (
        lambda f, o: write_poster(f, POSTER.replace("a lamp}", "a lamp, references: [../outside/secret.png]}")),
        (2,),
    ),
    "output outside": (named("../{name}.png"), (2,)),
    "output by absolute path": (named("/tmp/{name}.png"), (2,)),
    "output under our own name": (named("prompts/x.png"), (2,)),
    "output by a row": (row("../../evil"), (2,)),
    "output by a row, absolute": (row("/tmp/evil"), (2,)),
    "output by a row, NUL": (row("a\0b"), (2,)),
    "output by a template": (lambda f, o: write_batch(f, 1, batch=BATCH.replace("{id}.png", "{{ '../' }}{id}.png")), (2,)),
    "link in the spec's folder": (linked("logo.png", "OUTSIDE/secret.png", LOGO), (2,)),
    "link to a device": (linked("logo.png", "/dev/zero", LOGO), (2,)),
    "link to a folder": (linked("dir", "OUTSIDE", "logo: dir/secret.png\n"), (2,)),
    "table that is a link": (linked("q.csv", "OUTSIDE/secret.csv", TABLE), (2,)),
    "pipe": (fifo, (2,)),
    "jinja: classes": (jinja("{{ ''.__class__.__mro__[1].__subclasses__() }}"), (2,)),
    "jinja: include": (jinja("{% include '../outside/secret.csv' %}"), (2,)),
    "jinja: import": (jinja("{{ cycler.__init__.__globals__.os.environ }}"), (2,)),
    "jinja: format": (jinja("{{ '{0.__class__}'.format(row) }}"), (2,)),
    "jinja: endless": (jinja("{{ 'x' * 10 ** 10 }}"), (2,)),
    "jinja: range": (jinja("{{ range(10 ** 10) | list }}"), (2,)),
    "jinja: power": (jinja("{{ 9 ** 9 ** 9 }}"), (2,)),
    "huge canvas": (lambda f, o: write_poster(f, POSTER.replace("64x64px", "99999999x99999999px")), (2,)),
    "huge output": (named('{name}.png", width: 999999, x-a: "'), (2,)),
    "PNG bomb": (holding("logo.png", png_bomb, LOGO), (1, 2, 4)),
    "SVG bomb": (holding("logo.svg", svg_bomb, "logo: logo.svg\n"), (1, 2, 4)),
    "SVG that names a file": (holding("logo.svg", svg_with_entity, "logo: logo.svg\n"), (2,)),
    "XLSX that names a file": (holding("q.xlsx", xlsx_with_entity, "data: {q: {xlsx: q.xlsx}}\n"), (2,)),
    "XLSX bomb": (holding("q.xlsx", zip_bomb, "data: {q: {xlsx: q.xlsx}}\n"), (2,)),
    "one endless CSV line": (holding("q.csv", long_line, TABLE), (2,)),
}


def watched(tmp_path: Path, spec: Path, *, out: Path | None = None) -> tuple[Ended, list[tuple[str, str, list[str]]]]:
    """A build with a home of its own, and what it did."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK, "utf-8")
    log = tmp_path / "audit.log"
    homes = {name: tmp_path / "home" / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    for folder in homes.values():
        folder.mkdir(parents=True)
    env = {name: str(folder) for name, folder in homes.items()}
    env |= {"PYTHONPATH": f"{tmp_path / 'hook'}{os.pathsep}{ROOT}", "AUDIT_LOG": str(log)}
    call = Call(spec, out or tmp_path / "out", tmp_path / "store", ("--workers", "1", "--json"), env, cwd=tmp_path / "home")
    ended = call.run(stdin=-3)
    return ended, [tuple(json.loads(line)) for line in log.read_text("utf-8").splitlines()]


def make_outside(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name, text in {"secret.png": "PNG", "secret.csv": "k,v\n1,2\n", "secret.yaml": "name: x\n", "secret.ttf": "x"}.items():
        (outside / name).write_text(text)
    return outside


def assert_only_there(acts: list[tuple[str, str, list[str]]], tmp_path: Path) -> None:
    allowed = (str(tmp_path / "out"), str(tmp_path / "store"), "/dev/null")
    assert [act for act in acts if act[0] in ("network", "start")] == []
    assert [act for act in acts if act[0] == "write" and not all(path.startswith(allowed) for path in act[2])] == []
    forbidden = (str(tmp_path / "outside"), "/dev/zero", "/etc/passwd")
    assert [act for act in acts if any(path.startswith(forbidden) for path in act[2])] == []


@pytest.mark.parametrize("name", CASES)
def test_only_out_and_store_are_touched(name: str, tmp_path: Path) -> None:
    make, codes = CASES[name]
    spec = make(tmp_path / "in", make_outside(tmp_path))
    before = {part: digests(tmp_path / part) for part in ("outside", *(() if name == "pipe" else ("in",)))}
    ended, acts = watched(tmp_path, spec)
    assert ended.code in codes, ended.out[:2000] + ended.err[:2000]
    assert "Traceback" not in ended.err
    assert_only_there(acts, tmp_path)
    assert {part: digests(tmp_path / part) for part in before} == before
    assert [p for p in (tmp_path / "home").rglob("*") if not p.is_dir()] == []
    assert sorted(p.name for p in tmp_path.iterdir()) in (
        sorted({"audit.log", "home", "hook", "in", "out", "outside", "store"} - gone)
        for gone in ({"-"}, {"out"}, {"out", "store"})
    )


@pytest.mark.parametrize("link", ["poster.pdf", "sub", "manifest.json", "prompts"])
def test_links_in_the_output_folder(link: str, tmp_path: Path) -> None:
    """A link to a file is replaced, a link to a folder elsewhere is refused; what they lead to stays as it is."""
    spec, outside, out = write_poster(tmp_path / "in"), make_outside(tmp_path), tmp_path / "out"
    out.mkdir()
    is_folder = "." not in link
    (out / link).symlink_to(outside if is_folder else outside / "secret.csv")
    before = digests(outside)
    ended, acts = watched(tmp_path, spec)
    assert ended.code == (3 if is_folder else 0), ended.out
    assert digests(outside) == before
    assert [act for act in acts if act[0] == "write" and any(path.startswith(str(outside)) for path in act[2])] == []
    assert is_folder or not (out / link).is_symlink()


def test_an_output_does_not_replace_what_it_is_made_of(tmp_path: Path) -> None:
    """Built into the spec's own folder, under the name of one of its pictures."""
    from PIL import Image

    spec = write_poster(tmp_path / "in", POSTER.replace("sub/{name}.png", "logo.png").replace("title:", "logo: logo.png\ntitle:"))
    Image.new("RGB", (40, 40), (200, 30, 30)).save(tmp_path / "in" / "logo.png")
    before = digests(tmp_path / "in")
    ended = Call(spec, tmp_path / "in", tmp_path / "store", ("--json",)).run()
    assert ended.code in (2, 3), ended.out
    assert before.items() <= digests(tmp_path / "in").items()
