"""How a file was made, and making its pictures again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qwen_pipeline import assemble, render
from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import RenderError
from qwen_pipeline.fingerprint import file_digest, scene_fingerprint
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import REQUEST_KEY, Store, open_store
from qwen_pipeline.store.records import adapter
from qwen_pipeline.types import EngineInfo, Failure, Scene, SceneRequest

from .scenes import SCENE_REFERENCE
from .state import WorkSetup, make_state


@dataclass(frozen=True, slots=True)
class Reproduced:
    """A picture drawn again. `same`: its pixels are those that were delivered."""

    path: str
    fingerprint: str
    same: bool


def read_record(path: Path) -> dict[str, Any]:
    """What a delivered file, or a picture of the store, says about itself. Raises NoRecord (exit code 2)."""
    request = _stored_request(path)
    if request is None:
        return assemble.read(path)
    scene = {"fingerprint": path.stem, "request": request, "sources": [], "picture": file_digest(path), "versions": {}}
    engine = {"id": request["engine"], "version": request["engine_version"], "licence": ""}
    return {"generator": "qwen-pipeline", "engine": engine, "drawn_by": "", "scenes": [scene]}


def _stored_request(path: Path) -> dict[str, Any] | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            text = getattr(image, "text", {}).get(REQUEST_KEY)
    except OSError:
        return None
    return dict(json.loads(text)) if text else None


def reproduce(path: Path, out: Path, settings: Settings, assets: Path | None = None) -> tuple[Reproduced, ...]:
    """Draw every picture that a file shows from the requests inside it, into `out`. Nothing is taken from the store's pictures.

    Raises NoRecord, EngineUnavailable, or RenderError where a reference picture cannot be found or drawing fails.
    """
    files = _digests(assets) if assets else {}
    with Store(settings.store).staging() as scratch:
        # A store of its own, so that every picture is drawn and none is found.
        return tuple(_redraw(entry, out, settings, Store(scratch), files) for entry in read_record(path)["scenes"])


def _redraw(entry: Mapping[str, Any], out: Path, settings: Settings, scratch: Store, files: Mapping[str, Path]) -> Reproduced:
    requests = [read_request(data) for data in (*entry["sources"], entry["request"])]
    _check_engine(requests, settings)
    store = open_store(settings)
    state = make_state(WorkSetup(scratch.root, requests[-1].engine, settings.model_copy(update={"shared": None})))
    for digest in {request.lettering for request in requests if request.lettering}:
        found = store.asset(digest) or files.get(digest)
        if found is None:
            raise RenderError(f"the lettering {digest[:12]} is not in the store", code="no-lettering", hint="build the spec once")
        scratch.put_asset(found.read_bytes())
    scenes = [_scene(request, files, store) for request in requests]
    last = state.session(scenes).render(scenes)[-1]
    if isinstance(last, Failure):
        raise RenderError(last.message, code=last.code, hint=last.hint)
    target = out / f"{entry['fingerprint'][:16]}.png"
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(last.path, target)
    return Reproduced(str(target), str(entry["fingerprint"]), last.digest == entry["picture"])


def read_request(data: Any) -> SceneRequest:
    """A request from the JSON inside a file."""
    request: SceneRequest = adapter(SceneRequest).validate_json(json.dumps(_without_names(data)))
    return request


def _without_names(value: Any) -> Any:
    """Canonical JSON without the names of classes."""
    if isinstance(value, dict):
        return {name: _without_names(item) for name, item in value.items() if name != "_"}
    return [_without_names(item) for item in value] if isinstance(value, list) else value


def _check_engine(requests: Sequence[SceneRequest], settings: Settings) -> None:
    """The engine and the weights here must be those that drew the pictures: the last one, and those it was made from."""
    info = render.engine_info(requests[-1].engine, settings)
    for request in requests:
        _check_weights(info, request)
    render.require_engine(info.id, settings, requests)


def _check_weights(info: EngineInfo, request: SceneRequest) -> None:
    if info.version != request.engine_version:
        message = f"this picture was drawn by {request.engine} {request.engine_version}; here is version {info.version}"
        raise RenderError(message, code="other-version", hint="install the version that drew it")
    found = info.weights(request.source is not None or bool(request.references)).digest
    if found != request.weights_digest:
        here = f"here are {found[:16]}" if found else "none are here"
        message = f"this picture was drawn with the weights {request.weights_digest[:16]}; {here}"
        raise RenderError(message, code="other-weights", hint="--weights DIR: the folder of those that drew it")


def _scene(request: SceneRequest, files: Mapping[str, Path], store: Store) -> Scene:
    """A request with its files: references, mask and adapters by their digests."""
    return Scene(
        scene_fingerprint(request),
        request,
        _references(request, files, store),
        mask_path=_file(request.mask, files, "mask") if request.mask else "",
        adapter_paths=tuple(_file(adapter.digest, files, "adapter") for adapter in request.adapters),
    )


def _file(digest: str, files: Mapping[str, Path], what: str) -> str:
    if digest not in files:
        code = "no-mask" if what == "mask" else "no-adapter"
        hint = "--assets DIR: the folder where it lies"
        raise RenderError(f"the {what} {digest[:12]} of this file was not found", code=code, hint=hint)
    return str(files[digest])


def _references(request: SceneRequest, files: Mapping[str, Path], store: Store) -> tuple[str, ...]:
    """Files of the pictures that a request refers to: by digest among `files`, and other scenes from the store."""
    found = [_reference(name, files, store) for name in request.references]
    if None in found:
        message = f"{found.count(None)} reference picture(s) of this file were not found"
        raise RenderError(message, code="no-reference", hint="--assets DIR: the folder where they lie")
    return tuple(str(path) for path in found)


def _reference(name: str, files: Mapping[str, Path], store: Store) -> Path | None:
    if not name.startswith(SCENE_REFERENCE):
        return files.get(name) or store.asset(name)  # a layout sketch lies in the store
    scene = store.scene(name.removeprefix(SCENE_REFERENCE))
    return Path(scene.path) if scene else None


def _digests(folder: Path) -> dict[str, Path]:
    files: Iterable[Path] = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {file_digest(path): path for path in files}
