"""One file = one engine, format, check or reader; the file's name is its id. Listing imports nothing.

A module's name cannot hold every sign an id can, so a name is read by these rules: `__` is a dot, an underscore between two
digits is a dot (`qwen_image_2_1` is `qwen-image-2.1`), and every other underscore is the package's separator. Names that start
with an underscore are helpers and have no id.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import re
from functools import lru_cache
from types import ModuleType

from qwen_pipeline.errors import Diagnostic, QwenPipelineError, SpecError
from qwen_pipeline.types import Place

_DECIMAL = re.compile(r"(?<=\d)_(?=\d)")


def module_id(name: str, separator: str = "_") -> str:
    """The id that a module's name stands for: `qwen_image_2_1` with separator `-` is `qwen-image-2.1`."""
    return _DECIMAL.sub(".", name.replace("__", ".")).replace("_", separator)


@lru_cache(maxsize=32)
def _modules(package: str, separator: str) -> tuple[tuple[str, str], ...]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise QwenPipelineError(f"{package} is no package")
    names = sorted(m.name for m in pkgutil.iter_modules(spec.submodule_search_locations) if not m.name.startswith("_"))
    return tuple((module_id(name, separator), f"{package}.{name}") for name in names)


def modules(package: str, *, separator: str = "_") -> dict[str, str]:
    """id -> dotted module path, for every public module in `package`, in the order of the names."""
    return dict(_modules(package, separator))


def load(package: str, id: str, *, separator: str = "_", what: str = "module", place: Place | None = None) -> ModuleType:
    """The module with this id, imported.

    An unknown id is the user's error: SpecError `unknown-<what>` at `place`, with the nearest ids. A module that does not
    import is ours, and fatal: QwenPipelineError `broken-module`, naming the file.
    """
    known = modules(package, separator=separator)
    if id not in known:
        raise SpecError([Diagnostic(f"unknown-{what}", f"no {what} {id!r}", place or Place(f"--{what}"), suggest(id, known))])
    try:
        return importlib.import_module(known[id])
    except Exception as error:
        found = importlib.util.find_spec(known[id])
        file = found.origin if found and found.origin else known[id]
        message = f"{what} {id!r} does not import: {type(error).__name__}: {error}"
        raise QwenPipelineError(message, place=Place(file), code="broken-module") from error


def suggest(word: str, known: object) -> str:
    """A hint for a word that is not known: the nearest ones, or all of them."""
    words = sorted(str(k) for k in known)  # type: ignore[attr-defined]
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known: {', '.join(words)}" if words else "none is installed"
