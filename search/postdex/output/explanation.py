"""How does it look to people how a score was made?"""

from __future__ import annotations

from postdex_index.model import Explanation

from ..text_safety import printable


def explain_text(explanation: Explanation, indent: str = "") -> str:
    """How a score was made, as an indented tree: value and label, its parts below.

    >>> print(explain_text(Explanation(7.31, "score", (Explanation(7.31, "refcount"),))))
    7.3100  score
      7.3100  refcount
    """
    own = f"{indent}{explanation.value:.4f}  {printable(explanation.label)}"
    return "\n".join([own, *(explain_text(part, indent + "  ") for part in explanation.parts)])
