"""Weights on disk: found, sized, identified, without torch and without a network.

A checkpoint is a folder in the layout that diffusers writes: `model_index.json` and a folder a part; or in that of transformers:
`config.json` and the tensors beside it. Only safetensors are ever read; pickles and code that lie beside them are not looked at.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import EngineUnavailable
from qwen_pipeline.settings import Settings

INDEX = "model_index.json"
_TENSORS = "*.safetensors"
_DTYPES = {"F32": "float32", "BF16": "bfloat16", "F16": "float16", "F8_E4M3": "float8_e4m3fn"}
_LICENCE = re.compile(r"^license(?:_name)?:\s*(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which checkpoint an engine reads: its repository on Hugging Face, and how one is known by its index."""

    repo: str
    parts: tuple[str, ...]
    """Folders with weights that must be there; "" is the checkpoint's own folder."""
    fits: Callable[[Mapping[str, Any]], bool]
    gb: float
    """What is to be fetched, in GB."""
    index: str = INDEX
    """The file that `fits` is shown."""
    told: Callable[[Path], bool] = lambda folder: True
    """Whether a folder is this checkpoint, where others have the same index."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a checkpoint: `transformer`, `vae`, `text_encoder`."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    """Its safetensors, in the order of their names."""
    bytes: int

    def config(self) -> dict[str, Any]:
        return read_json(self.folder / "config.json")

    def dtype(self) -> str:
        """The precision that most of its first file's tensors are stored in: `bfloat16`, `float32`."""
        kinds = [entry["dtype"] for name, entry in header(self.files[0]).items() if name != "__metadata__"]
        most = max(sorted(set(kinds)), key=kinds.count)
        return _DTYPES.get(str(most), str(most))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A whole checkpoint on disk. `name`: the repository or the folder it was found as."""

    path: Path
    name: str
    parts: tuple[Part, ...]
    licence: str
    """As its own README states it; "" where it states none."""

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def index(self) -> dict[str, Any]:
        return read_json(self.path / INDEX)

    def described(self) -> Iterator[Path]:
        """Every file that decides what the model is, beside its tensors."""
        whole = any(part.folder == self.path for part in self.parts)
        folders = sorted(entry for entry in self.path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        yield from () if whole else (self.path / INDEX,)
        for folder in (self.path,) if whole else folders:
            yield from sorted(f for f in folder.iterdir() if f.suffix in (".json", ".txt", ".jinja") and f.is_file())


# --- finding ------------------------------------------------------------------------------------------------------------


def find(wanted: Wanted, settings: Settings) -> Checkpoint | None:
    """The checkpoint that an engine would read here: under `settings.weights`, else in the Hugging Face cache; None = none.

    Raises `EngineUnavailable` with code `weights-damaged` where one is there but cannot be used.
    """
    for folder, name in _places(wanted, settings):
        index = folder / wanted.index
        if index.is_file() and wanted.fits(read_json(index)) and wanted.told(folder):
            return inspect(folder, name, wanted.parts)
    return None


def require(wanted: Wanted, settings: Settings) -> Checkpoint:
    """As `find`; raises `EngineUnavailable` with code `weights-missing` where there is none."""
    found = find(wanted, settings)
    if found is None:
        raise EngineUnavailable(absent(wanted, settings), hint=hint(wanted), code="weights-missing")
    return found


def absent(wanted: Wanted, settings: Settings) -> str:
    """Why no checkpoint was found, for people."""
    place = f"under {settings.weights}" if settings.weights else "in the Hugging Face cache"
    return f"no weights of {wanted.repo} {place}"


def hint(*wanted: Wanted) -> str:
    what = " and ".join(f"{one.repo} ({one.gb:.0f} GB)" for one in wanted)
    return f"--weights DIR for a diffusers folder on this machine, or `build --download` to fetch {what}; or --engine draft"


def _places(wanted: Wanted, settings: Settings) -> Iterator[tuple[Path, str]]:
    """(folder, name) to look at, the best first."""
    if settings.weights is None:
        yield from ((folder, wanted.repo) for folder in cached(wanted.repo))
        return
    root, short = settings.weights, wanted.repo.rpartition("/")[2]
    yield root, root.resolve().name
    for name in (short, wanted.repo, wanted.repo.replace("/", "--")):
        yield root / name, short
    if root.is_dir():
        yield from ((entry, entry.name) for entry in sorted(root.iterdir()) if entry.is_dir())


def cached(repo: str) -> Iterator[Path]:
    """Snapshots of a repository in the Hugging Face cache, the current one first; no network."""
    folder = _cache_root() / f"models--{repo.replace('/', '--')}"
    main = folder / "refs" / "main"
    if main.is_file():
        yield folder / "snapshots" / main.read_text().strip()
    if (folder / "snapshots").is_dir():
        yield from sorted((folder / "snapshots").iterdir(), key=lambda entry: entry.stat().st_mtime, reverse=True)


def _cache_root() -> Path:
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return Path.home() / ".cache" / "huggingface" / "hub"
    return Path(HF_HUB_CACHE)


def inspect(folder: Path, name: str, parts: tuple[str, ...]) -> Checkpoint:
    """A checkpoint's parts and sizes. Raises `EngineUnavailable` (`weights-damaged`) where a part or a shard is not there."""
    return Checkpoint(folder, name, tuple(_part(folder / part) for part in parts), _licence(folder))


def check(checkpoint: Checkpoint) -> None:
    """Raise `EngineUnavailable` (`weights-damaged`) where a file is cut off or no safetensors; headers are all that is read."""
    for part in checkpoint.parts:
        part.config()
        for file in part.files:
            header(file)


def _part(folder: Path) -> Part:
    files = _tensor_files(folder)
    gone = [file for file in files if not file.is_file()]
    if not files or gone:
        what = f"{folder.name}/{gone[0].name} is missing" if gone else f"{folder.name}/ holds no safetensors"
        raise damaged(folder.parent, what)
    return Part(folder.name, folder, files, sum(file.stat().st_size for file in files))


def _tensor_files(folder: Path) -> tuple[Path, ...]:
    """The shards that an index names, else every safetensors file."""
    for index in sorted(folder.glob(_TENSORS + ".index.json")):
        names = {Path(name).name for name in read_json(index).get("weight_map", {}).values()}
        return tuple(folder / name for name in sorted(names))
    return tuple(sorted(folder.glob(_TENSORS)))


def _licence(folder: Path) -> str:
    readme = folder / "README.md"
    found = _LICENCE.findall(readme.read_text("utf-8", errors="replace")[:4000]) if readme.is_file() else []
    return found[-1] if found else ""


def damaged(folder: Path, what: str) -> EngineUnavailable:
    """The error for weights that are there but cannot be used."""
    return EngineUnavailable(
        f"the weights in {folder} cannot be used: {what}", hint="fetch them again, or name another folder", code="weights-damaged"
    )


# --- reading ------------------------------------------------------------------------------------------------------------


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises `EngineUnavailable` (`weights-damaged`) for anything else."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(path.parent, f"{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise damaged(path.parent, f"{path.name} holds no object")
    return found


def header(path: Path) -> dict[str, Any]:
    """A safetensors file's header: name -> {dtype, shape, data_offsets}. Raises `EngineUnavailable` (`weights-damaged`)."""
    try:
        with path.open("rb") as handle:
            (length,) = struct.unpack("<Q", handle.read(8))
            if length > 100_000_000:
                raise ValueError("its header is longer than any is")
            found = json.loads(handle.read(length))
            end = max((entry["data_offsets"][1] for name, entry in found.items() if name != "__metadata__"), default=0)
            if path.stat().st_size != 8 + length + end:
                raise ValueError("it is cut off")
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise damaged(path.parent, f"{path.name}: {error}") from error
    return dict(found)
