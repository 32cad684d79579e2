import pytest

from pocket.registry import Registry


@pytest.fixture
def shapes():
    return Registry('shape')


def test_builds_by_name_with_options(shapes):
    @shapes.register('square')
    class Square:
        def __init__(self, *, side):
            self.side = side

    assert shapes.build('square', side=3).side == 3
    assert shapes.names() == ['square']


def test_an_unknown_name_is_answered_with_the_known_ones(shapes):
    shapes.register('square')(type('Square', (), {}))
    with pytest.raises(ValueError, match=r"no shape named 'sqare'; registered are: square"):
        shapes.build('sqare')


def test_a_name_is_given_once(shapes):
    shapes.register('square')(type('Square', (), {}))
    with pytest.raises(ValueError, match=r"'square' is taken by .*Square"):
        shapes.register('square')(type('Other', (), {}))


def test_a_reloaded_class_replaces_itself(shapes):
    first, second = type('Square', (), {}), type('Square', (), {})
    shapes.register('square')(first)
    shapes.register('square')(second)
    assert type(shapes.build('square')) is second
