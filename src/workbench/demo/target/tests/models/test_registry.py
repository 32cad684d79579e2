import pytest

from pocket import models


def test_the_name_of_a_model_is_the_name_of_its_file():
    for name in models.names():
        assert type(models.build(name)).__module__ == f'pocket.models.{name}'


def test_every_model_is_re_exported():
    exported = {getattr(models, name) for name in models.__all__}
    for name in models.names():
        assert type(models.build(name)) in exported


def test_an_unknown_model_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no model named 'mpl'; registered are: .*mlp"):
        models.build('mpl')
