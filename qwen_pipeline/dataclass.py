"""`dataclass` as the standard library's, with methods that are compiled when they are first called.

The library compiles up to eight functions a class at once: half a millisecond of every start for each of two hundred classes,
of which a short command makes objects of a third and compares fewer. Here the fields are the library's own, so that `replace`,
`fields`, `asdict`, slots and matching are too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False):
        """As `dataclasses.dataclass`; the rest of what that one can be told is not known here."""
        return _made(cls, frozen, slots) if cls is not None else lambda cls: _made(cls, frozen, slots)


_Field = dataclasses.Field[Any]
_NONE = dataclasses.MISSING


def _made(cls: Any, frozen: bool, slots: bool) -> Any:
    stated = {name for name, value in vars(cls).items() if value is not None}  # an own __eq__ makes __hash__ None
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = dataclasses.fields(made)
    methods = {"__repr__": _repr, "__eq__": _when_called(made, "__eq__", lambda: _eq_text(fields)), "__hash__": None}
    if frozen:
        methods["__hash__"] = _when_called(made, "__hash__", lambda: _hash_text(fields))
    if frozen and slots:
        methods |= {"__getstate__": _state, "__setstate__": _restore}
    for name in methods.keys() - stated:
        setattr(made, name, methods[name])
    if frozen:
        made.__setattr__, made.__delattr__ = _refuse_to_assign, _refuse_to_delete
    made.__init__ = _when_called(made, "__init__", lambda: _init_text(fields, frozen, hasattr(made, "__post_init__")))
    return made


def _when_called(cls: Any, name: str, text: Callable[[], str]) -> Callable[..., Any]:
    """A method that compiles the real one and puts it into its own place. Two threads may both do that, to the same effect."""

    def method(*args: Any, **kwargs: Any) -> Any:
        known: dict[str, Any] = {"_set": object.__setattr__, "_NONE": _NONE}
        known |= {f"_{key}_{f.name}": getattr(f, key) for f in dataclasses.fields(cls) for key in ("default", "default_factory")}
        exec(text(), known)
        compiled: Callable[..., Any] = known[name]
        compiled.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, compiled)
        return compiled(*args, **kwargs)

    return method


# --- texts of methods --------------------------------------------------------------------------------------------------


def _init_text(fields: Iterable[_Field], frozen: bool, post_init: bool) -> str:
    parameters, body = ["self"], []
    for field in fields:
        name, value = field.name, field.name
        made = field.default_factory is not _NONE
        if made:
            value = f"_default_factory_{name}() if {name} is _NONE else {name}" if field.init else f"_default_factory_{name}()"
        elif not field.init:
            value = f"_default_{name}"
        has_default = made or field.default is not _NONE
        if field.init:
            parameters.append(f"{name}=_default_{name}" if has_default else name)  # which is MISSING where a factory makes it
        if field.init or has_default:
            body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    body += ["self.__post_init__()"] if post_init else []
    return f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body or ["pass"])


def _eq_text(fields: Iterable[_Field]) -> str:
    equal = f"{_values('self', fields)} == {_values('other', fields)}"
    return f"def __eq__(self, other):\n return {equal} if other.__class__ is self.__class__ else NotImplemented"


def _hash_text(fields: Iterable[_Field]) -> str:
    return f"def __hash__(self):\n return hash({_values('self', fields)})"


def _values(of: str, fields: Iterable[_Field]) -> str:
    """A tuple of the values that count when two objects are compared."""
    return f"({''.join(f'{of}.{field.name}, ' for field in fields if field.compare)})"


# --- methods that are the same for every class --------------------------------------------------------------------------


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_assign(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    """For pickles and copies: what has slots is restored by assignment, which what is frozen refuses."""
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
