"""One mutation operator per file: a mistake that a person would make, made on purpose.

A draft's tests are worth what they catch. Each operator looks for a pattern in the module's code
and breaks it in one place; a test file that does not notice is missing a test. An operator is a
module:

    its docstring       what it breaks; ``Why:`` a person gets it wrong; ``Kill:`` the test that
                        would notice, in words that can be shown as advice
    RANK                0 where it names a concept (a mask, a head, a position), 1 where it knows
                        layers and tensors only, 2 where it knows nothing of machine learning; where
                        two operators make the same change, the lower rank names it
    mutate(code)        yields a `Mutation` for each place, in the order of the text

Operators prefer changes that stay silent: the code still runs, the shapes are the same, the numbers
are wrong. A change that does not compile, or that says the same as the original, is no mutant; the
room sees to that. Whether a mutant changes behaviour at all only running it can tell.

To add an operator is to add its file here and its example to ``tests/mutants``.
"""

from __future__ import annotations

from workbench.mutants._code import Code, Mutation
from workbench.mutants._grow import Grown, grow, spread
from workbench.mutants._reached import reached

__all__ = ["Code", "Grown", "Mutation", "grow", "reached", "spread"]
