"""How do the clauses of a query hang together? Tokens -> groups, by precedence.

`AND` binds tighter than `OR`, and both tighter than standing side by side. Operators with
nothing to stand between are left out and said. What a group means is left to `planner`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from postdex_index.errors import QueryError
from postdex_index.named_tuple import NamedTuple

from .lexer import QueryToken, is_filter

#: Limits beyond which a query is refused: what people type is far below, what is above is a mistake or an attack. Words
#: are none of the clauses that count here: of a pasted text `pasted` leaves some out.
MAX_CLAUSES = 64
MAX_LEVELS = 16
#: The operators between clauses, the one that binds least first.
BINARY = ("OR", "AND")
#: Kinds of tokens that are syntax whatever is in them.
_SYNTAX = frozenset((*BINARY, "NOT", "quote", "regex"))


class Clause(NamedTuple):
    """A word, quote or filter as typed; `sign` is "-" where it is excluded, by a sign or by `NOT`."""

    token: QueryToken
    sign: str = ""


class Group(NamedTuple):
    """Clauses "beside" one another, or joined by one of `BINARY`."""

    kind: str
    parts: tuple[Node, ...]
    sign: str = ""
    field: str = ""
    weight: float = 1.0


Node: TypeAlias = Clause | Group


def bare_word(part: Node) -> str:
    """The text of a clause that is a word without sign for exclusion, field, weight or slips; "" of another.

    >>> bare_word(Clause(QueryToken("word", "way"), "+")), bare_word(Clause(QueryToken("quote", "a way")))
    ('way', '')
    """
    if isinstance(part, Group) or part.sign == "-":
        return ""
    token = part.token
    bare = token.kind == "word" and not token.field and token.weight == 1 and token.edits < 0
    return token.text if bare else ""


class Grouped(NamedTuple):
    """A whole query, what had to be left out of it, and how many steps it took."""

    root: Group
    warnings: tuple[str, ...]
    steps: int


def group(tokens: Sequence[QueryToken]) -> Grouped:
    """The groups of a query. Raises `QueryError` for more operators, phrases and filters, or deeper brackets, than the
    limits.

    >>> group([QueryToken("word", "a"), QueryToken("OR")]).warnings
    ('OR was left out: nothing stands after it',)
    """
    if sum(map(_counts, tokens)) > MAX_CLAUSES:
        message = f"the query has more than {MAX_CLAUSES} operators, phrases and filters"
        raise QueryError(message, "search for fewer, or for the words alone", code="too_many_clauses")
    parser = _Parser(tokens)
    root = Group("beside", parser.side_by_side())
    return Grouped(root, tuple(parser.warnings), parser.steps)


def _counts(token: QueryToken) -> bool:
    """Whether a token is syntax, not only a word or a bracket."""
    return bool(token.kind in _SYNTAX or token.sign or (token.field and is_filter(token.field)))


class _Parser:
    """A place among the tokens. Recursion goes as deep as brackets do, and no deeper than `MAX_LEVELS`."""

    __slots__ = ("at", "level", "steps", "tokens", "warnings")

    def __init__(self, tokens: Sequence[QueryToken]) -> None:
        self.tokens = (*tokens, QueryToken(""))
        self.at = 0
        self.steps = 0
        self.level = 0
        self.warnings: list[str] = []

    def side_by_side(self) -> tuple[Node, ...]:
        """Clauses up to the end of the group or of the query."""
        parts: list[Node] = []
        while self.next() not in ("", ")"):
            if self.next() in BINARY:
                self.leave_out("before")
            elif part := self.joined():
                parts.append(part)
        return tuple(parts)

    def joined(self, level: int = 0) -> Node | None:
        """Operands between the operators of one level of `BINARY`, or the one operand there is."""
        operator, tighter = BINARY[level], level + 1
        parts: list[Node] = []
        while True:
            part = self.joined(tighter) if tighter < len(BINARY) else self.operand()
            if part:
                parts.append(part)
            if self.next() != operator:
                break
            self.step()
            while self.next() in BINARY:
                self.leave_out("before")
            if self.next() in ("", ")"):
                self.at -= 1
                self.leave_out("after")
                break
        return Group(operator, tuple(parts)) if len(parts) > 1 else parts[0] if parts else None

    def operand(self) -> Node | None:
        """A clause or a bracketed group, behind any number of `NOT`."""
        negated = False
        while self.next() == "NOT":
            negated = not negated
            self.step()
        if self.next() in ("", ")", *BINARY):
            self.at -= 1
            self.leave_out("after")
            return None
        token = self.step()
        node = self.bracketed(token) if token.kind == "(" else Clause(token, token.sign)
        return node._replace(sign="" if node.sign == "-" else "-") if negated else node

    def bracketed(self, opening: QueryToken) -> Group:
        self.level += 1
        if self.level > MAX_LEVELS:
            message = f"the query has brackets more than {MAX_LEVELS} deep"
            raise QueryError(message, "leave some of them out", code="too_deep")
        parts = self.side_by_side()
        self.level -= 1
        return Group("beside", parts, opening.sign, opening.field, self.step().weight)

    def next(self) -> str:
        """The kind of the next token; "" at the end."""
        self.steps += 1
        return self.tokens[self.at].kind

    def step(self) -> QueryToken:
        self.steps += 1
        self.at += 1
        return self.tokens[self.at - 1]

    def leave_out(self, side: str) -> None:
        """Step over an operator that has nothing `side` it, and say so."""
        self.warnings.append(f"{self.step().kind} was left out: nothing stands {side} it")
