"""Faults in processes of their own: engines that are found where the real ones are, and do wrong in the picture that says so.

`environment(folder)` is what a process needs to see them. The fault engines are loaded ones (drawn in one batch); each does its
deed over a scene whose prompt has the word "fault", and only while the file `folder/armed` is there.
"""

from __future__ import annotations

import os
from pathlib import Path

HOOK = """
import importlib.machinery, sys
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        folder = {plugged!r}.get(name)
        if folder:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.submodule_search_locations.append(folder)
            return spec
sys.meta_path.insert(0, Finder)
"""
ENGINE = """
import os, time
from dataclasses import replace
from pathlib import Path
from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.render.engines import draft
CAPABILITIES = frozenset({{"generate", "edit"}})
INFO = replace(draft.INFO, id={id!r}, capabilities=CAPABILITIES, describe="fails on purpose")
count_tokens, counter, info, missing = draft.count_tokens, draft.counter, lambda settings, on_phase=None: INFO, draft.missing
class Engine:
    info = INFO
    count_tokens = staticmethod(draft.count_tokens)
    def encode(self, requests, inputs):
        from qwen_pipeline.fingerprint import scene_fingerprint
        return {{scene_fingerprint(r): r.seed for r in requests}}
    def render(self, request, conditioning, inputs):
        import numpy as np
        from PIL import Image
        with open({log!r}, "a") as log:
            log.write(f"{{os.getpid()}} {{request.seed}}\\n")
        if "fault" in request.prompt.lower() and Path({armed!r}).exists():
            Path({armed!r} + ".pid").write_text(str(os.getpid()))
            self.deed()
        shape = (request.height_px, request.width_px, 3)
        return Image.fromarray(np.random.default_rng(request.seed).integers(0, 256, shape, dtype=np.uint8))
    def deed(self):
        {deed}
    def close(self):
        pass
def open_engine(settings):
    return Engine()
"""
ENHANCER = """
import os, time
from dataclasses import replace
from pathlib import Path
from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.render.enhancers import qwen_image_2_1_pe_t2i as real
from qwen_pipeline.types import Answer
INFO = replace(real.INFO, id="aloud", usages=frozenset({{"commercial", "research"}}))
info, missing, read = lambda settings, on_phase=None: INFO, lambda settings: "", real.read
fetch = require = lambda settings: None
class Enhancer:
    info = INFO
    def answer(self, question, on_token):
        with open({log!r}, "a") as log:
            log.write(f"{{os.getpid()}} {{question.seed}}\\n")
        if "fault" in question.prompt.lower() and Path({armed!r}).exists():
            self.deed()
        on_token(1, 2)
        return Answer('</think>{{"rewritten_prompt": "Something ' + str(len(question.prompt)) + '."}}', True, 2)
    def deed(self):
        {deed}
    def close(self):
        pass
def open_enhancer(settings):
    return Enhancer()
"""
DEEDS = {
    "hung": "time.sleep(600)",
    "greedy": 'raise OutOfMemory("no memory left on the device")',
    "doomed": "os.kill(os.getpid(), 9)",
    "passing": 'Path({armed!r}).unlink(); raise OutOfMemory("no memory left on the device")',
}


def environment(folder: Path, enhancer: str = "") -> dict[str, str]:
    """Write the engines into `folder`; the variables of a process that finds them. Armed until `folder/armed` is deleted.

    `enhancer`: the deed of a prompt enhancer that comes before the real ones, and does it over such a prompt.
    """
    engines, enhancers, hook = folder / "engines", folder / "enhancers", folder / "hook"
    for path in (engines, enhancers, hook):
        path.mkdir(parents=True)
    armed, log = str(folder / "armed"), str(folder / "drawn.log")
    Path(armed).touch()
    for id, deed in DEEDS.items():
        text = ENGINE.format(id=id, armed=armed, log=log, deed=deed.format(armed=armed))
        (engines / f"{id}.py").write_text(text, "utf-8")
    if enhancer:
        told = ENHANCER.format(armed=armed, log=str(folder / "asked.log"), deed=DEEDS[enhancer].format(armed=armed))
        (enhancers / "aloud.py").write_text(told, "utf-8")
    plugged = {"qwen_pipeline.render.engines": str(engines), "qwen_pipeline.render.enhancers": str(enhancers)}
    (hook / "sitecustomize.py").write_text(HOOK.format(plugged=plugged), "utf-8")
    root = str(Path(__file__).resolve().parents[3])
    return {"PYTHONPATH": os.pathsep.join([str(hook), root])}


def asked(folder: Path) -> list[str]:
    """A line a question that a prompt enhancer was asked: the process and the seed."""
    log = folder / "asked.log"
    return log.read_text("utf-8").splitlines() if log.exists() else []


def drawn(folder: Path) -> list[str]:
    """A line a picture that was begun: the process and the seed. (`folder/armed.pid`: the process that does a deed.)"""
    log = folder / "drawn.log"
    return log.read_text("utf-8").splitlines() if log.exists() else []
