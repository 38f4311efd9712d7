"""Webhooks against a real server on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qwen_pipeline.errors import Diagnostic, LicenceRefused, SpecError
from qwen_pipeline.notify import SECRET, URLS, Post, notify, post_for, post_of_error, signature
from qwen_pipeline.types import Artifact, Failure, Manifest, Place

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
ART = Artifact("tea.pdf", "application/pdf", "d" * 64, 10, "tea/zh-CN", "pdf")
DONE = Manifest("tea", "p" * 64, "draft", "commercial", ("tea/zh-CN",), (ART,), (), (), (), (), (), ())


class Receiver(ThreadingHTTPServer):
    """Answers with the statuses it was told, the last one for ever, and keeps what it was sent."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = statuses
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/secret-token"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0])
        self.send_header("location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver([204]) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def send(receiver: Receiver, manifest: Manifest = DONE, secret: str = KEY, slept: list[float] | None = None):
    waits = slept if slept is not None else []
    environment = {URLS: receiver.url, SECRET: secret}
    return notify(post_for(manifest), environment, clock=lambda: 1_700_000_000.5, sleep=waits.append)


def test_a_message_is_signed_as_standard_webhooks_has_it(receiver: Receiver) -> None:
    assert send(receiver) == ()
    ((headers, body),) = receiver.got
    assert headers["webhook-timestamp"] == "1700000000"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    said = json.loads(body)
    assert (said["type"], said["data"]["artifacts"]) == ("build.finished", [{"path": "tea.pdf", "sha256": "d" * 64}])


def test_the_published_example_of_the_scheme() -> None:
    """The signature of the specification's reference libraries for these values."""
    post = Post("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')
    found = signature(post, 1614265330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "build.finished"),
        ({"exit_code": 1}, "build.failed"),
        ({"exit_code": 4, "failures": (Failure("tea/zh-CN", "out-of-memory", "no", 4),)}, "build.failed"),
        ({"exit_code": 5}, "build.needs-review"),
    ],
)
def test_the_kind_of_message_is_the_exit_codes(change: dict[str, object], kind: str) -> None:
    assert json.loads(post_for(replace(DONE, **change)).body)["type"] == kind


def test_the_same_outcome_has_the_same_key_and_another_has_another() -> None:
    again = post_for(replace(DONE, rendered=3, written=9))
    assert again == post_for(DONE)
    assert post_for(replace(DONE, artifacts=(replace(ART, digest="e" * 64),))).id != again.id
    assert post_for(replace(DONE, exit_code=1)).id != again.id


def test_what_can_pass_is_tried_again_with_one_key(receiver: Receiver) -> None:
    receiver.statuses = [503, 429, 200]
    slept: list[float] = []
    assert send(receiver, slept=slept) == ()
    assert len(receiver.got) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(slept) == 2
    assert slept[1] > slept[0] > 0


def test_what_cannot_pass_is_not(receiver: Receiver) -> None:
    receiver.statuses = [400]
    (lost,) = send(receiver)
    assert (lost.reason, len(receiver.got)) == ("HTTP 400", 1)
    assert "secret-token" not in repr(lost)


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.statuses = [307]
    (lost,) = send(receiver)
    assert (lost.reason, len(receiver.got)) == ("HTTP 307", 1)


def test_a_receiver_that_is_down_is_named_after_four_tries() -> None:
    slept: list[float] = []
    (lost,) = notify(post_for(DONE), {URLS: "http://127.0.0.1:9/x"}, clock=lambda: 0, sleep=slept.append)
    assert (lost.host, len(slept)) == ("127.0.0.1", 3)


def test_only_http_is_spoken() -> None:
    (lost,) = notify(post_for(DONE), {URLS: "file:///etc/passwd"})
    assert "http" in lost.reason


def test_nothing_is_sent_where_no_address_is_given() -> None:
    assert notify(post_for(DONE), {}) == ()


def test_a_run_that_came_to_nothing_is_told_too(receiver: Receiver) -> None:
    post = post_of_error("tea.yaml", LicenceRefused("not for commercial use"))
    assert notify(post, {URLS: receiver.url}) == ()
    said = json.loads(receiver.got[0][1])
    assert (said["type"], said["data"]["exit_code"], said["data"]["failures"][0]["code"]) == ("build.failed", 3, "licence")
    assert "webhook-signature" not in receiver.got[0][0]


def test_a_bad_spec_is_told_error_by_error_and_without_its_folder(receiver: Receiver) -> None:
    wrong = [
        Diagnostic("unknown-key", "no key 'tilte'", Place("/home/li/tea.yaml", 3, 1)),
        Diagnostic("empty-data", "no row", Place("a.csv")),
    ]
    assert notify(post_of_error("tea.yaml", SpecError(wrong)), {URLS: receiver.url}) == ()
    failures = json.loads(receiver.got[0][1])["data"]["failures"]
    assert [(f["code"], f["place"]) for f in failures] == [("unknown-key", "tea.yaml:3:1"), ("empty-data", "a.csv")]
    assert b"/home" not in receiver.got[0][1]
