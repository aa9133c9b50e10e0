"""greenlint: finds greenthread bugs in eventlet and gevent programs."""

__version__ = "0.1.0"
