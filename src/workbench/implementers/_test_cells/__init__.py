"""The tests that the blueprint implementer writes, as tests of a stand-in.

Each file holds real tests: `setup` defines the stand-in and what every test starts from, the
others test it, one concern per file; a file that is named for a blueprint recomputes that
blueprint's output by another way. To specialise them to a spec, the implementer

- keeps the tests whose ``Needs:`` the contract meets, and of those the parts that its choices
  leave (`workbench.implementers._bind`);
- puts the ids of the requirements that a test ``Covers:`` into its docstring;
- replaces `Subject` by the class under test, the names in capitals by what they stand for, and the
  names of inputs and sizes by the spec's.

Nothing here is imported by the workbench: the files are read as text.
"""
