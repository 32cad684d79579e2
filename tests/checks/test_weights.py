"""Drawn weights are of ordinary size, whatever the module began with."""

from __future__ import annotations

import numpy as np

from workbench.checks._weights import spread

BORN = {
    "tiny": np.full((200, 50), 1e-6) * np.linspace(-1, 1, 50),
    "silent": np.zeros((30, 30)),
    "scale": np.ones(400),
    "shift": np.zeros(400),
    "table": np.sin(np.arange(40.0)),
}


def test_weights_become_of_ordinary_size():
    found = spread(BORN, ["tiny", "silent", "scale", "shift"], 0)
    assert 0.9 < found["tiny"].std() * np.sqrt(50) < 1.1
    assert found["silent"].std() > 0.1
    assert 0.9 < found["scale"].mean() < 1.1
    assert found["scale"].std() > 0.2
    assert abs(found["shift"].mean()) < 0.1


def test_what_does_not_learn_stays():
    found = spread(BORN, ["tiny"], 0)
    assert set(found) == set(BORN)
    np.testing.assert_array_equal(found["table"], BORN["table"])


def test_draws_repeat_by_seed_and_do_not_depend_on_each_other():
    one, same = spread(BORN, list(BORN), 1), spread(BORN, ["scale"], 1)
    np.testing.assert_array_equal(one["scale"], same["scale"])
    assert not np.array_equal(one["scale"], spread(BORN, ["scale"], 2)["scale"])
    assert spread({"w": BORN["tiny"].astype("float32")}, ["w"], 0)["w"].dtype == np.float32
