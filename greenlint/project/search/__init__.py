"""The backward search: from a use of a client to the owners of the object used.

``tracing`` holds the search itself; what it stands on: ``made`` (calls), ``holders`` (attributes and globals),
``receivers`` (parameters), ``ways`` (who runs a function) and ``ground`` (state and budget), each over the next.
"""

from greenlint.project.search.ground import Answers, no_answers
from greenlint.project.search.tracing import Search

__all__ = ["Answers", "Search", "no_answers"]
