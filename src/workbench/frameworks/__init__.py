"""One tensor library per file: how a candidate builds a draft's module and answers about it.

A member runs in the candidate only, never in the host. It defines

    warm()                          import and run once what candidates will need; starts no thread
    rehearse()                      optional: the same again, quickly, in a fork that waits
    seed(number)                    seed the library's random numbers
    answer(question, arguments)     answer with plain values and numpy arrays

Answers are data. They hold no verdicts: the host compares them with what it expects. Every question
but ``environment`` and ``sample`` names the module under check as ``of``: its dotted ``module``,
the ``name`` of the class, the ``options`` for the constructor, ``seed``, ``dtype`` and ``device``.

    environment     versions and platform
    describe        the signatures of constructor and call; builds nothing
    build           names, shapes, dtypes and values of parameters and buffers
    run             the outputs for given weights and inputs, and gradients for given cotangents
    reload          the same outputs from an instance and from another one that loaded its state
    outline         the full size without data: shapes, the flow through it, what it costs
    watch           what comes out of each layer, and how its parameters were drawn
    trace           the operations of one call as a graph, in the words below
    derivatives     a derivative in both modes, or of second order, along one direction
    surroundings    what building and calling change outside of the module
    part            one call of a module inside, with inputs, weights and noise of the host's choice
    parts           with what each module inside was called
    metric          plays a script of updates, computes, resets and merges
    dataset         asks a data set for its length, items, batches and epochs
    workers         epochs of a data set that worker processes load
    training        runs a training loop on a small model, and records what its optimizer is given
    symbolic        extents of the outputs as expressions, and what the code asks of the sizes
    elsewhere       where the outputs are when the module lives on a device that is not the CPU
    factory         where tensors are made when the constructor is given a device and a type
    attributes      what stands outside parameters, buffers and submodules, and what grows
    calls           which submodules are called, with their hooks or past them
    copies          the outputs of a copy
    alias           the outputs after the caller wrote into what it gave and got
    steps           gradients after several backward passes in a row
    precisions      the outputs and broken gradients in each floating point type
    strided         the outputs for inputs that do not lie in one piece
    compiled        the outputs as it is, compiled and exported, and why it is not one graph
    sample          what one function or layer answers to inputs of the host's choice
    memory          what a step of training holds, and what is alive after each
    fit             the distance to wanted outputs of one batch, step by step

A trace is a list of nodes in the order in which they came to be. Each has the nodes it was computed
from, a shape, and a kind that no library's names leak into:

    input, parameter, buffer, constant      leaves
    made            created inside the call, from shapes alone
    view            the same values in another layout
    pointwise       each element from the elements at the same place
    linear          a product with a parameter
    contraction     a product of two computed tensors
    convolution     with ``kernel``, ``stride``, ``groups``, ``channels`` in its settings
    norm            a fused normalisation
    lookup          rows picked by an index
    softmax         over one axis
    pool            a window slides, with ``kernel`` and ``stride`` in its settings
    reduce          an axis is summed up
    other
"""

# What the one argument may be called that holds all options of a constructor.
CONFIGURATIONS = frozenset({"config", "configuration", "cfg", "args", "hparams", "settings"})
