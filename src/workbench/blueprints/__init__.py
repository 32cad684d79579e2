"""One architecture per file: real PyTorch code that the blueprint implementer specialises.

A blueprint runs as it stands, with every structural choice as a keyword-only argument. To
specialise it is to bind the choices, fold the branches away and put a spec's values in as defaults.
What is left reads as if it had been written for that one spec. The files import torch, so the host
reads them as text (`workbench.registry.source`) and takes these module-level literals by
``ast.literal_eval``. They are removed when a blueprint is specialised.

``CONTRACT`` (str)
    A spec file in YAML with the default name, kind, options, sizes, inputs, outputs and
    requirements, for the first value of every choice. Each choice stands there as a requirement
    line whose phrase is the choice's name with spaces for underscores: ``channel attention ==
    none``. Only closed forms may mention choices, by name, compared with a word
    (``... if positions == 'shaw' else ...``); they are bound and simplified when a spec is made,
    so before that the text is not a valid spec.
``CHOICES`` (dict: choice to its values)
    The structural choices. The first value is the default.
``WHEN`` (list or tuple of dict)
    What exists only under some choices: ``{"choice": name, "is": [values], "options": {option:
    default}, "requires": [lines]}``. Where the choice has one of the values, these are part of
    the spec; an option that no matching rule names, but some rule does, is not, and is removed
    like a choice. The default of a matching rule wins over CONTRACT.
``WORDS`` (dict)
    How sentences speak of it. ``nouns``: patterns that mean this blueprint. ``options`` and
    ``choices``: patterns for a value. ``names``: well-known sizes, each a pattern with the options
    and choices that it sets (and a noun as well). ``neutral``: patterns that carry no information.
``ASSUMPTIONS`` (list of dict)
    What is said where a sentence was silent: ``about`` (an option, a choice or a topic), ``text``,
    ``alternative``; perhaps ``value``, a closed form for the option where others are known, and
    ``when``, the choices under which it applies. ``{value}`` in a text stands for the option's
    value. An assumption about an option or choice is due when that was not given; one about another
    topic always.

Patterns are written in normal form, and a sentence is brought into it before they are tried: lower
case; ``-``, ``_``, ``=`` and ``:`` are spaces; punctuation is dropped, except inside numbers and
lists; number words, ``32k``, ``32,000`` and ``10%`` are plain numbers; one space between words. In
a pattern ``{n}`` is a number, ``{list}`` is integers in brackets or parentheses, ``(...)`` may be
missing and ``[a|b]`` is one of several; neither nests. A pattern matches whole words. An entry
``[pattern, value]`` in the options gives a value that the sentence does not spell out. An option's
own name before ``{n}`` is always understood. Longer matches win, and a match uses its words up.

Code that is folded keeps to a few forms, so that this stays mechanical:

- a choice is a keyword-only argument with a default, in every class that needs it, and is passed
  down as ``choice=choice`` and kept as ``self.choice = choice``;
- a branch is ``if``, ``elif``, ``else`` or a conditional expression whose whole test is ``choice ==
  "value"`` or ``self.choice == "value"``; a branch that returns has nothing after it;
- ``if choice not in (...): raise`` is the validation, and disappears;
- classes, functions, methods and imports that nothing uses any more are removed;
- docstrings are Google style (Args, Attributes, Returns, Raises, Example, Source); the entry of a
  removed argument goes, and a line ``choice value: text`` stays, without its prefix, only under
  that value (its continuation lines are indented further).

A blueprint is longer than the other files here: it holds all variants and their words. What is
made of it is not.
"""
