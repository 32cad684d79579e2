"""The agent: an implementer on the Messages API, through the official SDK.

It reads the target, states assumptions and a plan, writes cells, asks for checks and sees the
reports, and stops. It cannot write to the target and cannot set a verdict. Its work is told as
events while it happens; a session that died goes on from them.

The key comes from the environment, the keyring or the SDK's own profiles, never from an option, and
is struck out of whatever is told or raised. The SDK takes seconds to import, so that waits for the
first use. The loop is the SDK's streaming tool runner; `_agent.talk` decides what it does not.

Covered by tests over real HTTP: every fault that `_agent.faults` and `_agent.talk` name.
Not covered: Bedrock's binary stream, see `_agent.client`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.implementers import Target
from workbench.implementers._agent import client as clients
from workbench.implementers._agent import counting, opening, toolbox
from workbench.implementers._agent import definition as definitions
from workbench.implementers._agent import options as settings
from workbench.implementers._agent import tester as tester_room
from workbench.implementers._agent.calls import Ask, Calls
from workbench.implementers._agent.desk import Desk, Tell
from workbench.implementers._agent.faults import Secrets
from workbench.implementers._agent.memory import Memory, Message
from workbench.implementers._agent.model import resolve
from workbench.implementers._agent.options import Options
from workbench.implementers._agent.person import Heard, Person, nobody
from workbench.implementers._agent.spending import DOLLARS, Spending, prices_of
from workbench.implementers._agent.talk import Answers, Talk
from workbench.implementers._agent.tools import Arguments
from workbench.records import Draft, Report, Study, Tier
from workbench.spec import Spec

if TYPE_CHECKING:
    import anthropic


def implement(
    spec: Spec,
    study: Study,
    target: Target,
    *,
    tell: Tell | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    show: Tell | None = None,
    halted: Callable[[], bool] | None = None,
    ask: Ask | None = None,
    heard: Heard = nobody,
    tier: Tier = "full",
    **options: Any,
) -> Generator[Draft, Report, None]:
    """Let the agent write drafts until its work is green, or until it stops.

    Args:
        spec: What is asked for.
        study: What is known of the target.
        target: The target, to be read.
        tell: Called with each event that is to be kept: a mapping of plain values with ``kind``.
        history: The events that were told in earlier runs of the same session, oldest first.
        show: Called with words while they are written; they are not kept.
        halted: Asked ten times a second whether the person wants to stop.
        ask: Shows open assumptions to the person and waits for the answers; None where nobody is
            there, and each assumption is recorded.
        heard: Gives what the person did, after the first so many of their acts.
        tier: How much the session checks before a draft can be accepted.
        **options: See `workbench.implementers._agent.options.Options`.

    Yields:
        A draft whenever the agent asks for a check; ``wants`` is the tier.

    Raises:
        UsageError: An option, the definition or the key is wrong.
        ImplementerError: It had to stop; what was done has been told.
    """
    chosen = settings.parse(options)
    agent = definitions.read(chosen.agent)
    blind = (tier == "deep" if chosen.blind is None else chosen.blind) and not spec.existing
    offered, unused = toolbox.offered(agent.tools, agent.denied, blind=blind)
    if "write_cell" not in offered:
        raise UsageError(f"the agent {agent.name} may not use Write, so it can write no cells")
    with clients.make(chosen) as client:
        secrets = Secrets(getattr(client, name, None) for name in ("api_key", "auth_token"))
        say = _struck(tell or _nobody, secrets)
        model, how = resolve(client, chosen.model or agent.model, chosen, secrets)
        spending = _spending(chosen, agent, model)
        spending.restore(history)
        shown = _introduction(agent, chosen, model, how, offered, unused, spending, client)
        say({**shown, "blind": blind})

        def talk(**own: Any) -> Talk:
            """Make a conversation; both share budgets, keys and the person's stop."""
            own |= {"show": show or _nobody, "halted": halted or _never}
            return Talk(spending=spending, secrets=secrets, options=chosen, **own)

        def request(system: str) -> dict[str, Any]:
            return _request(chosen, agent, model, system)

        desk, memory = Desk(spec, study, target, say, "anthropic"), Memory(say)
        desk.person = ask is not None
        tester = None
        if blind:
            asked = partial(_runner, client, request(tester_room.system()), tester_room.offered())
            written = partial(talk, open_runner=asked)
            tester = tester_room.Tester(spec, study, target, say, written, history)
            desk.blind = lambda: tester.cells
        pending = memory.restore([event for event in history if "who" not in event], desk)
        own = request(opening.system(agent, blind=blind))
        if not memory.messages:
            first = opening.first_message(spec, study, desk)
            counting.opening(client, own, offered, first, chosen, say)
        yield from talk(
            desk=desk,
            calls=Calls(desk, offered, tester, ask),
            memory=memory,
            open_runner=partial(_runner, client, own, offered),
            first_message=lambda: opening.first_message(spec, study, desk),
            tell=say,
            person=Person(heard, desk, say, history),
        ).go_on(pending)


def require(options: Mapping[str, Any]) -> None:
    """Check a person's options before anything is written down.

    Args:
        options: Keywords for `implement`, plain values.

    Raises:
        UsageError: One does not exist or does not fit, or the definition file is wrong.
    """
    definitions.read(settings.parse(options).agent)


def _spending(options: Options, agent: definitions.Definition, model: str) -> Spending:
    prices = prices_of(model, options.prices)
    if prices is None and options.dollars is not None:
        raise UsageError(
            f"the prices of {model} are not known here, so a limit in dollars cannot be kept; give "
            "the option prices, or limit tokens and turns"
        )
    return Spending(
        turns=options.turns or agent.turns or settings.TURNS,
        tokens=options.tokens,
        dollars=options.dollars or (DOLLARS if prices else None),
        prices=prices,
    )


def _introduction(
    agent: definitions.Definition,
    options: Options,
    model: str,
    how: str,
    offered: Iterable[str],
    unused: Sequence[str],
    spending: Spending,
    client: Any,
) -> dict[str, Any]:
    """Show who works, with what, and within which limits."""
    return {
        "kind": "agent",
        "name": agent.name,
        "definition": os.path.basename(agent.path),
        "model": model,
        "asked": options.model or agent.model,
        "resolved": how,
        "effort": options.effort or agent.effort or "high",
        "provider": options.provider,
        "endpoint": settings.host_of(str(client.base_url)),
        "tools": list(offered),
        "unused": [*agent.unused, *unused],
        "limits": {
            "turns": spending.turns,
            "tokens": spending.tokens,
            "dollars": spending.dollars,
        },
    }


def _request(
    options: Options,
    agent: definitions.Definition,
    model: str,
    system: str,
) -> dict[str, Any]:
    """Put together what is the same in every request, so that its prefix stays in the cache."""
    mark = {"type": "ephemeral"}
    told = {"type": "text", "text": system, "cache_control": mark}
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": options.max_tokens,
        "system": [told],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": options.effort or agent.effort or "high"},
    }
    if options.provider == "anthropic":
        request["cache_control"] = mark  # the end of the conversation, turn by turn
    if not options.threads:
        request["thread"] = False  # else an endpoint that ignores threads loses the history
    return request


def _runner(
    client: anthropic.Anthropic,
    request: Mapping[str, Any],
    offered: Mapping[str, type[Arguments]],
    messages: Sequence[Message],
    answers: Answers,
) -> Any:
    """Make the SDK's runner; its tools hand back what we have carried out already.

    A check has to be yielded by the generator that the session drives, which a tool's own function
    cannot do. So the calls of an answer are carried out between the answer and the runner's next
    step, and the runner asks for the results in the same order.
    """
    from anthropic.lib.tools import BetaBuiltinFunctionTool, ToolError

    class Relay(BetaBuiltinFunctionTool):
        def __init__(self, tool: type[Arguments]) -> None:
            self._described = toolbox.definition(tool)

        def to_dict(self) -> Any:
            return self._described

        def call(self, input: object) -> str:
            result = answers.popleft()
            if result.failed:
                raise ToolError(result.text)
            return result.text

    relays = [Relay(tool) for tool in offered.values()]
    history: Any = messages
    return client.beta.messages.tool_runner(messages=history, tools=relays, stream=True, **request)


def _struck(tell: Tell, secrets: Secrets) -> Tell:
    """Tell nothing before every key is struck out of it."""

    def say(event: dict[str, Any]) -> None:
        tell(secrets.strike(event))

    return say


def _nobody(event: dict[str, Any]) -> None:
    """Hear nothing."""


def _never() -> bool:
    return False
