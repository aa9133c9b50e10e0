"""What greenlint tells of small programs is what stands below them in ``shapes/``, which somebody has read."""

from __future__ import annotations

import pytest

from .shapes import Shape, shapes, tell


@pytest.mark.parametrize("shape", list(shapes()), ids=str)
def test_tells_of_a_program_what_stands_below_it(shape: Shape) -> None:
    assert tell(shape) == shape.expected, "python -m tests.project.shapes writes what is told now; read the difference"
