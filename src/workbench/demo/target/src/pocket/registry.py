"""Names for classes, so that a recipe can say what to build."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Member = TypeVar('Member')


class Registry(Generic[Member]):
    """A table of classes that are built by name.

    Parameters
    ----------
    kind : str
        What the members are, in one word; it appears in error messages.

    Examples
    --------
    >>> shapes = Registry('shape')
    >>> @shapes.register('circle')
    ... class Circle:
    ...     pass
    >>> shapes.names()
    ['circle']
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._members: dict[str, type[Member]] = {}

    def register(self, name: str) -> Callable[[type[Member]], type[Member]]:
        """Enter the decorated class under a name.

        Parameters
        ----------
        name : str
            The name that recipes use.

        Returns
        -------
        Callable
            A decorator that returns the class unchanged.

        Raises
        ------
        ValueError
            If another class has the name already. A reloaded module may replace its own class.
        """

        def enter(member: type[Member]) -> type[Member]:
            present = self._members.get(name)
            if present is not None and _origin(present) != _origin(member):
                raise ValueError(
                    f'the {self.kind} name {name!r} is taken by {_origin(present)}; '
                    f'choose another name for {_origin(member)}'
                )
            self._members[name] = member
            return member

        return enter

    def build(self, name: str, **options: Any) -> Member:
        """Build a member with its constructor's options.

        Parameters
        ----------
        name : str
            A registered name.
        **options : Any
            Keyword options of the class.

        Returns
        -------
        Member
            The new instance.

        Raises
        ------
        ValueError
            If nothing is registered under the name.
        """
        if name not in self._members:
            known = ', '.join(self.names()) or 'none'
            raise ValueError(f'there is no {self.kind} named {name!r}; registered are: {known}')
        return self._members[name](**options)

    def names(self) -> list[str]:
        """List the registered names.

        Returns
        -------
        list of str
            The names, sorted.
        """
        return sorted(self._members)


def _origin(member: type) -> str:
    return f'{member.__module__}.{member.__qualname__}'
