from __future__ import annotations

import inspect

from workbench import errors


def test_the_drawn_tree_names_every_error():
    drawn = errors.__doc__ or ""
    for name, item in vars(errors).items():
        if inspect.isclass(item) and issubclass(item, Exception):
            assert name in drawn


def test_every_error_is_a_workbench_error_with_an_exit_code():
    for item in vars(errors).values():
        if inspect.isclass(item) and issubclass(item, Exception):
            assert issubclass(item, errors.WorkbenchError)
            assert item.exit_code in {2, 3}


def test_nearest_names_the_closest_word_first_and_all_legal_ones():
    assert errors.nearest("hedas", ["heads", "layers"]).startswith("did you mean 'heads'?")
    assert errors.nearest("zzz", ["heads", "layers"]) == "legal are: 'heads', 'layers'"
    assert errors.nearest("zzz", []) == "legal are: none"


def test_a_spec_error_names_its_place_once_and_keeps_it():
    error = errors.SpecError("is wrong", line=3).at(file="a.yaml", line=9, field="sizes.batch")
    assert str(error) == "a.yaml:3: sizes.batch: is wrong"
    assert error.exit_code == 2
