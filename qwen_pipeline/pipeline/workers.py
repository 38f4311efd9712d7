"""Worker processes: one task at a time each, over pipes.

pdfium is not safe in threads, so pieces are made in processes. They are plain child processes and not `multiprocessing`'s:
they never import the caller's main module, and they end by themselves when the caller does, even by kill -9, because their
input closes.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from qwen_pipeline.errors import QwenPipelineError

_START = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from qwen_pipeline.pipeline.worker import main; main()"
_MAX_AUTO = 16
OnBeat = Callable[[Any], None]


class WorkerKilled(QwenPipelineError):
    """A worker went away in the middle of a task, twice: the system ended it."""

    exit_code = 4
    code = "worker-killed"


class TimedOut(QwenPipelineError):
    """A task took longer than `limit_s`, and its process was ended."""

    exit_code = 4
    code = "timed-out"


def worker_count(asked: int | None, tasks: int) -> int:
    """How many processes: as asked for, else one for a few tasks and one a core for many. 1 = no process beside ours."""
    if asked is not None:
        return max(1, min(asked, tasks))
    if tasks < 4:
        return 1
    return max(
        1, min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, tasks, _MAX_AUTO)
    )


def _unheard(beat: Any) -> None:
    """Where nobody listens; that there is a beat is enough."""


class _Worker:
    """One process."""

    def __init__(self, make_state: Callable[[], Any], limit_s: float | None) -> None:
        self._make_state = make_state
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def ask(self, function: Callable[[Any, Any], Any], task: Any, on_beat: OnBeat) -> tuple[bool, Any]:
        """The answer to a task; a process that dies over it is replaced once, one that takes too long is ended."""
        question = pickle.dumps((function, task), protocol=pickle.HIGHEST_PROTOCOL)
        for last in (False, True):
            late = threading.Event()
            try:
                return self._ask(question, on_beat, late)
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # ValueError: its pipe was closed meanwhile
                self.close()
                if late.is_set():
                    return False, self._timed_out()
                if last or self._ended:
                    break
        message = "a worker process was killed, twice, over this task"
        return False, WorkerKilled(message, hint="most likely memory: run with --workers 1, or with a smaller output")

    def _ask(self, question: bytes, on_beat: OnBeat, late: threading.Event) -> tuple[bool, Any]:
        if self._ended:
            raise EOFError
        process = self._process or self._start()
        assert process.stdin
        process.stdin.write(question)
        process.stdin.flush()
        while True:
            ok, value = self._read(process, late)
            if ok is not None:
                return ok, value
            on_beat(value)

    def _read(self, process: subprocess.Popen[bytes], late: threading.Event) -> tuple[bool | None, Any]:
        """The next answer, or (None, beat). A process that says nothing for `limit_s` is ended."""
        assert process.stdout

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limit_s, end) if self._limit_s else None
        try:
            if timer:
                timer.daemon = True
                timer.start()
            found: tuple[bool | None, Any] = pickle.load(process.stdout)
            return found
        finally:
            if timer:
                timer.cancel()

    def _timed_out(self) -> TimedOut:
        message = f"no answer within {self._limit_s:g} s; the process was ended"
        return TimedOut(message, hint="QWEN_PIPELINE_LIMIT_S or --limit for a longer time, or a smaller picture")

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = process
        assert process.stdin
        pickle.dump(sys.path, process.stdin)
        pickle.dump(self._make_state, process.stdin)
        return process

    def end(self) -> None:
        """For good: what is asked meanwhile is not asked again."""
        self._ended = True
        self.close()

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            process.wait()


class Pool:
    """Runs `function(state, task)` for many tasks, in this process or in several.

    `make_state` is called once in each process and must be picklable (a partial of a function in a module). Results do not
    depend on the number of processes.
    """

    def __init__(self, make_state: Callable[[], Any], workers: int, *, apart: bool = False, limit_s: float | None = None) -> None:
        """`apart`: work in a process of its own even where there is one, because the caller has threads. `limit_s`: seconds
        that a task may take, or may be silent; only a process of its own can be ended, so there is one then."""
        self._make_state = make_state
        self._state: Any = None
        self._workers = [_Worker(make_state, limit_s) for _ in range(workers)] if workers > 1 or apart or limit_s else []

        self.is_watched = bool(apart or limit_s)
        """Whether an engine that is loaded draws in another process than ours, which can be ended."""

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.end()

    def ask(self, function: Callable[[Any, Any], Any], task: Any, on_beat: OnBeat) -> tuple[bool, Any]:
        """One task in another process; `on_beat` hears what it says meanwhile (`worker.beat`)."""
        return self._workers[0].ask(function, task, on_beat)

    def run(self, function: Callable[[Any, Any], Any], tasks: Iterable[Any]) -> Iterator[tuple[Any, bool, Any]]:
        """(task, True, result) or (task, False, error), as they are finished. Tasks are taken up as workers are free."""
        return self._across(function, iter(tasks)) if self._workers else self._here(function, tasks)

    def _here(self, function: Callable[[Any, Any], Any], tasks: Iterable[Any]) -> Iterator[tuple[Any, bool, Any]]:
        for task in tasks:
            if self._state is None:
                self._state = self._make_state()
            try:
                answer = True, function(self._state, task)
            except Exception as error:
                answer = False, error
            yield task, *answer

    def _across(self, function: Callable[[Any, Any], Any], tasks: Iterator[Any]) -> Iterator[tuple[Any, bool, Any]]:
        answers: queue.Queue[tuple[Any, bool, Any] | None] = queue.Queue(maxsize=4 * len(self._workers))
        guard, stopped = threading.Lock(), threading.Event()

        def serve(worker: _Worker) -> None:
            try:
                while not stopped.is_set():
                    with guard:
                        task = next(tasks, stopped)
                    if task is stopped:
                        return
                    try:
                        answer = worker.ask(function, task, _unheard)
                    except Exception as error:
                        answer = False, error
                    answers.put((task, *answer))
            finally:
                answers.put(None)

        threads = [threading.Thread(target=serve, args=(worker,), daemon=True) for worker in self._workers]
        for thread in threads:
            thread.start()
        try:
            running = len(threads)
            while running:
                answer = answers.get()
                if answer is None:
                    running -= 1
                else:
                    yield answer
        finally:
            stopped.set()
