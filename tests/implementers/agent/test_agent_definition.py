from __future__ import annotations

import pytest
from agent_room import good_story

from workbench.errors import UsageError
from workbench.implementers._agent import options, toolbox
from workbench.implementers._agent.definition import OURS, read

GOOD = "---\nname: an-agent\ndescription: Does things.\n---\nYou do things.\n"


def _file(tmp_path, text):
    path = tmp_path / "agent.md"
    path.write_text(text)
    return path


def test_ours_is_the_default_and_reads_as_strict_yaml():
    ours = read()
    assert ours.path == str(OURS)
    assert ours.name == OURS.stem == "ml-model-implementer"
    assert ours.model == "opus"
    assert "<example>" in ours.description
    assert ours.unused == ()
    for duty in ("CLAUDE.md", "assumption", "concern", "improvement", "summarise"):
        assert duty in ours.prompt


def test_every_field_of_the_format_is_read(tmp_path):
    path = _file(
        tmp_path,
        "---\nname: a\ndescription: d\ntools: Read, Agent(x, y), Write\n"
        "disallowedTools: [Bash]\nmodel: sonnet\neffort: low\nmaxTurns: 7\ncolor: red\n"
        "hooks:\n  Stop: []\n---\n\nBody: with --- inside\n---\nand more\n",
    )
    found = read(path)
    assert found.tools == ("Read", "Agent(x, y)", "Write")
    assert found.denied == ("Bash",)
    assert (found.model, found.effort, found.turns) == ("sonnet", "low", 7)
    assert found.unused == ("color", "hooks")
    assert found.prompt == "Body: with --- inside\n---\nand more"


def test_a_description_that_is_no_yaml_is_read_as_the_field_writes_it(tmp_path):
    text = (
        '---\nname: a\ndescription: Use it when: needed. Examples:\\n<example>user: "x: y"\\n'
        "</example>\nmodel: opus\n---\nBody\n"
    )
    found = read(_file(tmp_path, text))
    assert found.model == "opus"
    assert found.description.split("\n")[1] == '<example>user: "x: y"'


WRONG = {
    "no front matter": ("You do things.", "does not begin with a line '---'"),
    "no end": ("---\nname: a\ndescription: d\n", "has no end"),
    "unknown field": (GOOD.replace("name:", "modle: x\nname:"), "did you mean 'model'"),
    "no name": ("---\ndescription: d\n---\nx\n", "name: ''"),
    "bad name": (GOOD.replace("an-agent", "An Agent"), "lower-case letters"),
    "no description": ("---\nname: a\n---\nx\n", "description: it is missing"),
    "no prompt": ("---\nname: a\ndescription: d\n---\n\n", "it is the system prompt"),
    "effort": (GOOD.replace("name:", "effort: hgih\nname:"), "did you mean 'high'"),
    "turns": (GOOD.replace("name:", "maxTurns: many\nname:"), "whole number"),
    "tools": (GOOD.replace("name:", "tools: 7\nname:"), "write names with commas"),
    "a list": ("---\n- a\n---\nx\n", "is no mapping"),
    "model": (GOOD.replace("name:", "model: [a]\nname:"), "model: ['a'] is no text"),
    "twice": ("---\nname: a: b\nname: c\n---\nx\n", "stands twice"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_definition_says_what_is_wrong(tmp_path, text, said):
    with pytest.raises(UsageError, match=r"agent\.md is no agent definition") as caught:
        read(_file(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"gone\.md cannot be read: No such file"):
        read(tmp_path / "gone.md")


def test_an_agent_that_may_not_write_is_refused_before_anything_is_asked(room, tmp_path):
    endpoint = room.script(*good_story())
    path = _file(tmp_path, GOOD.replace("name:", "tools: Read\nname:"))
    assert "may not use Write" in str(room.run(agent=str(path)).error)
    assert endpoint.requests == []


def test_another_definition_brings_its_own_prompt_and_limits(room, tmp_path):
    endpoint = room.script(*good_story())
    path = _file(tmp_path, GOOD.replace("name:", "maxTurns: 9\nmodel: claude-x-1\nname:"))
    assert room.run(agent=str(path)).green
    assert endpoint.requests[0]["system"][0]["text"].startswith("You do things.")
    assert endpoint.requests[0]["model"] == "claude-x-1"
    shown = room.kinds("agent")[0]
    assert (shown["name"], shown["limits"]["turns"]) == ("an-agent", 9)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"api_key": "sk-ant-very-secret"}, "a key is no option"),
        ({"modle": "x"}, "did you mean 'model'"),
        ({"turns": 0}, "option turns of the agent"),
        ({"effort": "huge"}, "option effort of the agent"),
        ({"base_url": "https://user:sk-ant-very-secret@host"}, "holds more than an address"),
        ({"base_url": "ftp://host"}, "write http://host:port"),
        ({"threads": True, "base_url": "http://127.0.0.1:1"}, "known to hold threads"),
        ({"threads": True, "provider": "bedrock"}, "known to hold threads"),
    ],
)
def test_a_wrong_option_is_refused_and_its_value_is_not_repeated(given, said):
    with pytest.raises(UsageError) as caught:
        options.parse(given)
    assert said in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_options_can_be_checked_before_anything_is_written(tmp_path):
    from workbench.implementers import anthropic

    anthropic.require({"model": "opus", "turns": 3})
    with pytest.raises(UsageError, match="cannot be read"):
        anthropic.require({"agent": str(tmp_path / "gone.md")})
    with pytest.raises(UsageError, match="did you mean"):
        anthropic.require({"modle": "opus"})


def test_ours_works_unchanged_in_a_repositorys_own_folder_of_agents(room):
    """Claude Code reads it there, and so do we; it names no tool that only the workbench has."""
    place = room.root / ".claude" / "agents" / OURS.name
    place.parent.mkdir(parents=True)
    place.write_bytes(OURS.read_bytes())
    theirs, ours = read(place), read()
    assert (theirs.name, theirs.prompt, theirs.tools) == (ours.name, ours.prompt, ours.tools)
    assert place.stem == theirs.name
    assert set(theirs.tools) <= {"Read", "Grep", "Glob", "Write", "Edit", "Bash"}
    for tool in toolbox.offered(None, (), blind=True)[0]:
        assert f"`{tool}`" not in theirs.prompt
    room.script(*good_story())
    assert room.run(agent=str(place)).green
    assert room.kinds("agent")[0]["definition"] == "ml-model-implementer.md"
