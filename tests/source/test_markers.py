"""The scan that tells early whether a file can matter."""

from greenlint.source.markers import mentions


def test_one_marker_is_enough() -> None:
    assert mentions(b"import os\nimport gevent\n", (b"eventlet", b"gevent"))


def test_none_of_the_markers() -> None:
    assert not mentions(b"import os\n", (b"eventlet", b"gevent"))


def test_no_marker_at_all() -> None:
    assert not mentions(b"import os\n", ())
