"""The other end of `workers`: a process that reads tasks from its standard input until that is closed, by whatever end."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import IO, Any

_answers: IO[bytes] | None = None
"""Where answers go, in a worker."""


def main() -> None:
    """Serve. Whatever else writes to standard output goes to standard error, so that it cannot mix with the answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    tasks = sys.stdin.buffer
    global _answers
    _answers = answers
    state = pickle.load(tasks)()
    while True:
        try:
            function, task = pickle.load(tasks)
        except EOFError:
            return
        _send(answers, _answer(function, state, task))


def beat(said: Any) -> None:
    """Show the owner that the task goes on, and what it has come to; nothing where the task runs in the owner itself."""
    if _answers is not None:
        _send(_answers, (None, said))


def _send(answers: IO[bytes], found: Any) -> None:
    try:
        answers.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))
        answers.flush()
    except BrokenPipeError:
        os._exit(0)  # the owner was killed; what was made lies in the store


def _answer(function: Any, state: Any, task: Any) -> tuple[bool, Any]:
    try:
        return True, function(state, task)
    except Exception as error:
        return False, error if _travels(error) else RuntimeError(f"{type(error).__name__}: {error}")


def _travels(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return True
