"""Where the key comes from, whose endpoint it is, and what is counted before anything is spent."""

from __future__ import annotations

import threading

import pytest
from agent_room import KEY, good_story

from workbench.errors import UsageError

KEPT = "sk-ant-kept-in-the-keyring-9876543210"


@pytest.fixture
def keyring():
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = -1  # backends are known by being defined; this one is never chosen by itself

        def get_password(self, service, username):
            return KEPT if (service, username) == ("workbench", "anthropic") else None

        def set_password(self, service, username, password):
            raise NotImplementedError

        def delete_password(self, service, username):
            raise NotImplementedError

    former = keyring.get_keyring()
    keyring.set_keyring(Memory())
    yield keyring
    keyring.set_keyring(former)


def _sent(endpoint):
    return [value for headers in endpoint.headers for value in headers.values()]


def test_the_key_comes_from_the_keyring_where_the_environment_has_none(room, keyring, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    endpoint = room.script(*good_story())
    assert room.run().green
    assert any(KEPT in value for value in _sent(endpoint))
    for path in room.session.rglob("*"):
        assert KEPT.encode() not in path.read_bytes()


def test_the_environment_comes_before_the_keyring(room, keyring):
    endpoint = room.script(*good_story())
    assert room.run().green
    assert any(KEY in value for value in _sent(endpoint))
    assert not any(KEPT in value for value in _sent(endpoint))


def test_a_keyring_without_a_backend_is_no_key_and_no_crash(room, monkeypatch, tmp_path):
    keyring = pytest.importorskip("keyring")
    from keyring.backends.fail import Keyring

    former = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    room.script(*good_story())
    run = room.run()
    keyring.set_keyring(former)
    assert isinstance(run.error, UsageError)
    assert "ANTHROPIC_API_KEY" in str(run.error)


def test_vertex_speaks_through_the_sdks_own_client(room, monkeypatch):
    monkeypatch.setenv("CLOUD_ML_REGION", "europe-west1")
    monkeypatch.setenv("ANTHROPIC_VERTEX_PROJECT_ID", "a-project")
    monkeypatch.setattr(
        "anthropic.AnthropicVertex",
        _with_token(),
    )
    endpoint = room.script(*good_story())
    run = room.run(provider="vertex", model="claude-opus-5-5@20261001")
    assert run.error is None, run.error
    assert run.green
    assert "/projects/a-project/locations/europe-west1/" in endpoint.paths[0]
    assert "claude-opus-5-5@20261001:streamRawPredict" in endpoint.paths[0]
    assert "cache_control" not in endpoint.requests[0]
    assert room.kinds("agent")[0]["provider"] == "vertex"


def _with_token():
    """Vertex's own client with a token, so that Google's sign-in is not asked for one."""
    import functools

    import anthropic

    return functools.partial(anthropic.AnthropicVertex, access_token="ya29.canary-token-012345")


@pytest.mark.parametrize(
    ("provider", "said"),
    [("vertex", "the vertex client cannot be made: No region was given"), ("bedrock", "bedrock")],
)
def test_a_client_that_cannot_be_made_says_why(room, monkeypatch, tmp_path, provider, said):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CLOUD_ML_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    endpoint = room.script(*good_story())
    run = room.run(provider=provider, model="anthropic.claude-opus-5-5-v1:0")
    assert isinstance(run.error, Exception)
    assert said in str(run.error)
    assert "\n" not in str(run.error)
    assert endpoint.requests == []


def test_the_first_request_is_counted_as_it_is_sent(room):
    endpoint = room.script(*good_story())
    endpoint.tokens = 4321
    assert room.run().green
    (counted,) = endpoint.counted
    first = endpoint.requests[0]
    assert {key: counted[key] for key in ("system", "tools")} == {
        key: first[key] for key in ("system", "tools")
    }
    assert counted["messages"] == first["messages"]
    assert room.kinds("counted")[0]["tokens"] == 4321


def test_a_first_request_beyond_the_budget_is_never_sent(room):
    endpoint = room.script(*good_story())
    endpoint.tokens = 99_000
    run = room.run(tokens=50_000)
    assert isinstance(run.error, UsageError)
    assert "99000 tokens" in str(run.error)
    assert endpoint.requests == []


def test_an_endpoint_that_does_not_count_is_used_all_the_same(room):
    endpoint = room.script(*good_story())
    endpoint.tokens = None
    assert room.run().green
    assert room.kinds("counted") == []


def test_an_endpoint_that_falls_silent_in_the_middle_is_asked_again(room):
    hang = threading.Event()
    story = good_story()
    endpoint = room.script(story[0], {**story[1], "hang": hang}, *story[1:])
    run = room.run(timeout=0.5)
    hang.set()
    assert run.error is None
    assert run.green
    assert len(endpoint.requests) == 5
    assert room.kinds("fault")[0]["fault"] == "transport"
