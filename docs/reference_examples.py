"""What do the examples of docstrings become in the reference? Blocks of code, with their prompts."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension

#: Lines of an example: from a prompt to the next empty line.
_EXAMPLE = re.compile(r"(?m)^>>> .*(?:\n.+)*")


class ReferenceExamples(Extension):
    """Fences the examples of each docstring, which in Markdown would be quotations."""

    def on_instance(self, *, obj: Any, **others: Any) -> None:
        """Called for each module, class, function and attribute."""
        if obj.docstring:
            text = _EXAMPLE.sub(lambda example: f"```pycon\n{example[0]}\n```", obj.docstring.value)
            obj.docstring.value = text
