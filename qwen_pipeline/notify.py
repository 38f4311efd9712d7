"""Webhooks: a signed message to the addresses in the environment when a build is finished, has failed or waits for a person.

Signed as Standard Webhooks 1.0 has it: `webhook-id` is the idempotency key (the same outcome of the same plan has the same one),
`webhook-signature` is HMAC-SHA256 over `id.timestamp.body`. A receiver that is down never fails a build.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import logging
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import QwenPipelineError, SpecError
from qwen_pipeline.fingerprint import digest
from qwen_pipeline.types import Manifest, Place

URLS = "QWEN_PIPELINE_WEBHOOK_URL"
"""One address, or several with spaces between them."""
SECRET = "QWEN_PIPELINE_WEBHOOK_SECRET"
"""`whsec_` and base64, or any text."""
_WAITS_FOR_A_PERSON = 5
_TRIES = 4
_FIRST_WAIT_S = 0.5
_TIMEOUT_S = 10.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_LISTED = 50

Send = Callable[[urllib.request.Request], int]
"""Sends a request; the status that came back. Raises OSError where nothing did."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message. `id` is the same for the same outcome, whoever sends it and however often."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not arrive. `host` alone: the rest of an address may hold a secret."""

    host: str
    reason: str


def tell(post: Post) -> None:
    """Send `post` to the addresses in this process's environment; an address that is not reached is a warning in the log."""
    if os.environ.get(URLS):
        for lost in notify(post, os.environ):
            logging.getLogger("qwen_pipeline").warning("the webhook at %s was not reached: %s", lost.host, lost.reason)


def post_of_error(name: str, error: QwenPipelineError) -> Post:
    """What is said of a run that came to nothing: a bad spec, a refusal. `name`: of the spec's file."""
    failures = [{"code": error.code, "message": error.message}]
    if isinstance(error, SpecError):
        failures = [{"code": d.code, "message": d.message, "place": _place(d.place)} for d in error.diagnostics[:_MAX_LISTED]]
    return _post("build.failed", {"name": name, "exit_code": error.exit_code, "failures": failures})


def _place(place: Place) -> str:
    """File, line and column, without the folders of the machine."""
    return ":".join(str(part) for part in (PurePath(place.file).name, place.line, place.column) if part)


def post_for(manifest: Manifest) -> Post:
    """What is said of a finished run. No path of the machine is in it."""
    kind = {0: "build.finished", _WAITS_FOR_A_PERSON: "build.needs-review"}.get(manifest.exit_code, "build.failed")
    errors = [f for f in manifest.findings if f.severity in ("error", "internal")]
    data: dict[str, Any] = {
        "name": manifest.name,
        "plan": manifest.plan_digest,
        "engine": manifest.engine,
        "exit_code": manifest.exit_code,
        "pieces": len(manifest.pieces),
        "artifacts": [{"path": a.path, "sha256": a.digest} for a in manifest.artifacts[:_MAX_LISTED]],
        "artifact_count": len(manifest.artifacts),
        "findings": [{"piece": f.piece, "code": f"{f.check}/{f.code}", "message": f.message} for f in errors[:_MAX_LISTED]],
        "failures": [{"piece": f.piece, "code": f.code, "message": f.message} for f in manifest.failures[:_MAX_LISTED]],
    }
    return _post(kind, data, [a.digest for a in manifest.artifacts])


def _post(kind: str, data: dict[str, Any], more: Sequence[str] = ()) -> Post:
    id = "msg_" + digest([kind, data, list(more)])[:32]
    return Post(id, json.dumps({"type": kind, "data": data}, ensure_ascii=False, separators=(",", ":")).encode())


def notify(
    post: Post,
    environment: Mapping[str, str],
    *,
    send: Send | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Undelivered, ...]:
    """Send `post` to every address in the environment, with retries where it can help; those that did not get it."""
    lost = []
    for url in environment.get(URLS, "").split():
        host = urllib.parse.urlsplit(url).hostname or "?"
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            lost.append(Undelivered(host, "the address is not http or https"))
            continue
        reason = _deliver(url, post, environment.get(SECRET, ""), send or _send, clock, sleep)
        if reason:
            lost.append(Undelivered(host, reason))
    return tuple(lost)


def signature(post: Post, timestamp: int, secret: str) -> str:
    """`v1,<base64 of HMAC-SHA256>` over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = f"{post.id}.{timestamp}.".encode() + post.body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _deliver(url: str, post: Post, secret: str, send: Send, clock: Callable[[], float], sleep: Callable[[float], None]) -> str:
    """Why the message did not arrive; "" if it did."""
    reason = ""
    for wait in _waits(post.id):
        try:
            status = send(_request(url, post, secret, int(clock())))
        except (OSError, http.client.HTTPException) as error:
            reason = f"{type(error).__name__}"
        else:
            if 200 <= status < 300:
                return ""
            reason = f"HTTP {status}"
            if status not in _PASSING:
                return reason
        if wait is not None:
            sleep(wait)
    return reason


def _waits(seed: str) -> Iterator[float | None]:
    """Seconds to wait after each try: doubled, and spread so that many senders do not come back at once; None after the last."""
    spread = random.Random(seed)
    for n in range(_TRIES - 1):
        yield _FIRST_WAIT_S * 2**n * spread.uniform(0.8, 1.6)
    yield None


def _request(url: str, post: Post, secret: str, timestamp: int) -> urllib.request.Request:
    headers = {"content-type": "application/json", "user-agent": "qwen-pipeline"}
    headers |= {"webhook-id": post.id, "webhook-timestamp": str(timestamp)}
    if secret:
        headers["webhook-signature"] = signature(post, timestamp, secret)
    return urllib.request.Request(url, post.body, headers, method="POST")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A message goes where it was told to go, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _send(request: urllib.request.Request) -> int:
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
