"""A Messages endpoint on loopback that answers from a list, faults included.

An answer is a function of the request that gives a dictionary:

    {"content": [...], "stop": "tool_use"}     a message, streamed; stop=None ends the stream early
    {"status": 429, "kind": "rate_limit_error", "headers": {...}}     refused before the stream
    cut=N       close the connection after N events of the stream
    corrupt=N   send a broken chunk as event N
    error=N     send an SSE error event as event N
    raw         tool arguments as raw text instead of JSON of the input
    hang=Event  wait for the event before the stream goes on
    after=N     ... and do so after event N, not after the first block's start
    patience=S  ... for so many seconds at most
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "name": name, "input": arguments}


def turn(*content: dict[str, Any], **more: Any) -> Answer:
    tools = any(block["type"] == "tool_use" for block in content)
    return {"content": list(content), "stop": "tool_use" if tools else "end_turn", **more}


class Endpoint:
    """The server; `requests` holds what it was asked, in order."""

    def __init__(self, *answers: Answer | Callable[[dict[str, Any]], Answer]) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.counted: list[dict[str, Any]] = []
        self.tokens: int | None = 1000
        self.models: list[dict[str, Any]] | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": self})
        )
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next_answer(self, request: dict[str, Any], headers: dict[str, str]) -> Answer:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            number = len(self.requests)
            if not self.answers:
                return {"status": 400, "kind": "invalid_request_error", "said": "script is over"}
            answer = self.answers.pop(0)
        given = answer(request) if callable(answer) else answer
        return {**given, "number": number}


def _events(request: dict[str, Any], answer: Answer) -> Iterator[tuple[str, dict[str, Any]]]:
    usage = {"input_tokens": 1000, "output_tokens": 1, "cache_read_input_tokens": 50}
    head = {
        "id": f"msg_{answer['number']}",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "named-by-the-path"),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    yield "message_start", {"message": head}
    for index, block in enumerate(answer["content"]):
        yield from _block(index, block, answer)
    if answer["stop"] is None:
        return
    delta = {"stop_reason": answer["stop"], "stop_sequence": None}
    if "details" in answer:
        delta["stop_details"] = answer["details"]
    yield "message_delta", {"delta": delta, "usage": {"output_tokens": 100}}
    yield "message_stop", {}


def _block(
    index: int, block: dict[str, Any], answer: Answer
) -> Iterator[tuple[str, dict[str, Any]]]:
    if block["type"] == "tool_use":
        start = {**block, "id": f"toolu_{answer['number']}_{index}", "input": {}}
        whole, kind, key = json.dumps(block["input"]), "input_json_delta", "partial_json"
        whole = answer.get("raw", whole)
    elif block["type"] == "thinking":
        start = {"type": "thinking", "thinking": "", "signature": ""}
        whole, kind, key = block["thinking"], "thinking_delta", "thinking"
    else:
        start, whole, kind, key = {"type": "text", "text": ""}, block["text"], "text_delta", "text"
    yield "content_block_start", {"index": index, "content_block": start}
    for at in range(0, len(whole), 300):
        delta = {"type": kind, key: whole[at : at + 300]}
        yield "content_block_delta", {"index": index, "delta": delta}
    if block["type"] == "thinking":
        delta = {"type": "signature_delta", "signature": f"signed{answer['number']}"}
        yield "content_block_delta", {"index": index, "delta": delta}
    yield "content_block_stop", {"index": index}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self.endpoint.models is None:
            return self._refuse({"status": 404, "kind": "not_found_error"})
        page = {"data": self.endpoint.models, "has_more": False, "first_id": None, "last_id": None}
        return self._json(200, page, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        request = json.loads(self.rfile.read(length))
        if self.path.split("?")[0].endswith("/count_tokens"):
            self.endpoint.counted.append(request)
            count = self.endpoint.tokens
            return (
                self._refuse({"status": 404, "kind": "not_found_error"})
                if count is None
                else self._json(200, {"input_tokens": count}, {})
            )
        self.endpoint.paths.append(self.path)
        answer = self.endpoint.next_answer(request, dict(self.headers))
        if "status" in answer:
            return self._refuse(answer)
        return self._stream(request, answer)

    def _refuse(self, answer: Answer) -> None:
        said = answer.get("said", "scripted")
        error = {"type": answer["kind"], "message": said}
        self._json(answer["status"], {"type": "error", "error": error}, answer.get("headers", {}))

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, request: dict[str, Any], answer: Answer) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        # A chunked body that is not ended is a connection that was cut, not one that closed.
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number, (name, data) in enumerate(_events(request, answer)):
            if number == answer.get("cut"):
                self.close_connection = True
                return
            if number == answer.get("corrupt"):
                self._chunk(f"event: {name}\ndata: {{broken\n\n")
            elif number == answer.get("error"):
                error = {"type": "overloaded_error", "message": "Overloaded"}
                self._chunk(f"event: error\ndata: {json.dumps({'error': error})}\n\n")
            else:
                data = {"type": name, **data}
                self._chunk(f"event: {name}\ndata: {json.dumps(data)}\n\n")
            if number == answer.get("after", 1) and "hang" in answer:
                answer["hang"].wait(answer.get("patience", 30))
        self._chunk("")
        self.close_connection = True

    def _chunk(self, words: str) -> None:
        raw = words.encode()
        try:
            self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
            self.wfile.flush()
        except OSError:
            self.close_connection = True
