# says: no test of this name
"""Makes tests that nobody can read, and that cannot fail."""

for number in range(3):
    globals()[f"test_number_{number}"] = lambda: None


def test_it_returns_a_number():
    from draft import double

    assert isinstance(double(3), int)
