"""Families of type beside the built-in sans: which a spec names, which are on this machine, and how one is fetched.

Nothing is downloaded but by `qwen-pipeline fonts add`. A brand's own files always win over what is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import FontsError
from qwen_pipeline.types.spec import Document, FontSpec, Spec, TextLayerSpec, Theme

BUILT_IN = "sans"
_CHUNK = 1 << 20
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class FontSource:
    """A package that holds a family. `integrity`: of the archive (SRI, as registries write it); `members`: name -> its path."""

    family: str
    url: str
    integrity: str
    members: Mapping[str, str]
    regular: str
    bold: str
    licence: str
    size_bytes: int


CATALOGUE: dict[str, FontSource] = {
    "serif": FontSource(
        "serif",
        "https://registry.yarnpkg.com/@expo-google-fonts/noto-serif-sc/-/noto-serif-sc-0.4.3.tgz",
        "sha512-fSmUpiSFtSeyHV45/2xUOy5SdfExklQwwMKN3cQjAZAujITHDmSbpMHCVdCMhRqMjQtu0ZRgc29u8A+CU3akfw==",
        {
            "NotoSerifSC-Regular.ttf": "package/400Regular/NotoSerifSC_400Regular.ttf",
            "NotoSerifSC-Bold.ttf": "package/700Bold/NotoSerifSC_700Bold.ttf",
            "LICENSE": "package/LICENSE_FONT",
        },
        "NotoSerifSC-Regular.ttf",
        "NotoSerifSC-Bold.ttf",
        "Noto Serif SC, SIL OFL 1.1",
        68_620_613,
    )
}
"""Noto Serif SC as static TrueType: the only serif with glyf outlines and all of GB 2312 and Big5 in a public registry."""

Fetch = Callable[[str, Path], None]


def installed(folder: Path) -> dict[str, FontSpec]:
    """The families of the catalogue that are whole in `folder`, by name."""
    found = {}
    for name, source in CATALOGUE.items():
        paths = {member: folder / name / member for member in source.members}
        if all(path.is_file() for path in paths.values()):
            regular, bold = str(paths[source.regular]), str(paths[source.bold])
            found[name] = FontSpec(latin=regular, latin_bold=bold, cjk=regular, cjk_bold=bold)
    return found


def add(source: FontSource, folder: Path, archive: Path | None = None, fetch: Fetch | None = None) -> tuple[Path, ...]:
    """Put the family's files into `folder`, from its address or from an `archive` that was fetched before.

    Whole or not at all. Raises FontsError: `font-download`, or `font-integrity` where the archive is not the one named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".add-", dir=folder) as made:
        staging = Path(made)
        if archive is None:
            archive = staging / "archive.tgz"
            (fetch or download)(source.url, archive)
        _require_integrity(archive, source)
        whole = staging / source.family
        whole.mkdir()
        _unpack(archive, source, whole)
        target = folder / source.family
        if target.exists():
            shutil.rmtree(target)
        os.replace(whole, target)
    return tuple(target / name for name in source.members)


def download(url: str, target: Path) -> None:
    """One GET over HTTPS."""
    import urllib.request

    if not url.startswith("https://"):
        raise FontsError(f"{url} is not fetched over HTTPS", code="font-download")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
            shutil.copyfileobj(answer, file, _CHUNK)
    except OSError as error:
        hint = "fetch the archive on another machine, and give it with --from"
        raise FontsError(f"{url} cannot be fetched: {error}", hint=hint, code="font-download") from error


def _require_integrity(archive: Path, source: FontSource) -> None:
    name, _, wanted = source.integrity.partition("-")
    try:
        with archive.open("rb") as file:
            found = base64.b64encode(hashlib.file_digest(file, name).digest()).decode()
    except OSError as error:
        raise FontsError(f"{archive} cannot be read: {error.strerror}", code="font-download") from error
    if found != wanted:
        hint = "nothing was kept; fetch it again, from " + source.url
        raise FontsError(
            f"{archive.name} is not the archive that was asked for: {name} {found}", hint=hint, code="font-integrity"
        )


def _unpack(archive: Path, source: FontSource, folder: Path) -> None:
    """Only the files named, each read as data: nothing that the archive says about paths or links is followed."""
    import tarfile

    try:
        with tarfile.open(archive, "r:gz") as packed:
            for name, member in source.members.items():
                data = packed.extractfile(member)
                if data is None:
                    raise KeyError(member)
                with data, (folder / name).open("wb") as file:
                    shutil.copyfileobj(data, file, _CHUNK)
    except (KeyError, tarfile.TarError, EOFError) as error:
        raise FontsError(f"{archive.name} does not hold what it should: {error}", code="font-integrity") from error


# --- what a spec names -----------------------------------------------------------------------------------------------


def with_families(spec: Spec, folder: Path) -> Spec:
    """The spec with the families that it names and this machine has; a notice for each that neither it nor its brand has."""
    if spec.template is not None:
        inner = with_families(spec.template, folder)
        fresh = tuple(notice for notice in inner.notices if notice not in spec.notices)
        return replace(spec, template=inner, theme=inner.theme, notices=(*spec.notices, *fresh))
    if spec.theme is None:
        return spec
    wanted = named_families(spec) - {BUILT_IN, *spec.theme.fonts}
    kept = installed(folder) if wanted else {}
    theme = replace(spec.theme, fonts={**spec.theme.fonts, **{name: kept[name] for name in sorted(wanted & set(kept))}})
    return replace(spec, theme=theme, notices=(*spec.notices, *_notices(sorted(wanted - set(kept)))))


def _notices(missing: Sequence[str]) -> tuple[str, ...]:
    """One for all families that are not here, with what brings them."""
    if not missing:
        return ()
    cures = [f"qwen-pipeline fonts add {name}" for name in missing if name in CATALOGUE]
    cure = ", ".join([*cures, "or name files under the brand's fonts" if cures else "name files under the brand's fonts"])
    return (f"not here, and set in {BUILT_IN}: the families {', '.join(missing)} ({cure})",)


def named_families(spec: Spec) -> frozenset[str]:
    """Every family that text of the spec may be set in."""
    assert spec.theme is not None
    return frozenset(filter(None, (*_of_theme(spec.theme), *_of_pages(spec))))


def _of_theme(theme: Theme) -> Iterator[str | None]:
    yield theme.family
    yield from (role.family for role in theme.roles.values())


def _of_pages(spec: Spec) -> Iterator[str | None]:
    if isinstance(spec.document, Document):
        yield spec.document.family
    for name in {page.scene.style for page in spec.pages if page.scene}:
        style = spec.styles.get(name)
        if style is not None:
            yield style.family
            yield from (role.family for role in style.roles.values())
    for layout in {id(layout): layout for page in spec.pages for layout in page.layouts.values()}.values():
        yield layout.family
        yield from (layer.family for layer in layout.layers if isinstance(layer, TextLayerSpec))
