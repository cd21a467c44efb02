"""How does a script become small without a tool of JavaScript? Names that nobody outside knows get short.

A name that is declared is renamed wherever it stands for a variable, all variables of that name alike, so that scopes
stay what they are; what stands for a property (`x.name`, a key, a method) is left. What is declared is found where the
forms of the house declare it; a name that is missed stays long, which does no harm.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping
from itertools import count, product

from postdex_index.named_tuple import NamedTuple

_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<name>#?(?:[^\W\d]|\$)[\w$]*)|(?P<number>\.?\d(?:[eE][+-]?\d|[\w.])*)"
    r"|(?P<text>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`)"
    r"|(?P<sign>=>|\.\.\.|\?\.(?!\d)|\?\?=?|[=!]==?|\+\+|--|&&=?|\|\|=?|\*\*=?|<<=?|>>>?=?|[-+*/%&|^<>]=?|[^\w\s])",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
_WORDS = frozenset(
    (
        *("async", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete"),
        *("do", "else", "enum", "export", "extends", "false", "finally", "for", "function", "get", "if", "import"),
        *("in", "instanceof", "let", "new", "null", "of", "return", "set", "static", "super", "switch", "this"),
        *("throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield"),
    )
)
#: Behind these a `/` begins an expression.
_BEFORE_VALUE = frozenset(("return", "typeof", "case", "in", "of", "void", "throw", "new", "yield", "await"))
_CLOSERS = frozenset(")]}")
_LETTERS = "etanrsioclupdmhgfbvyxwkqjzETANRSIOCLUPDMHGFBVYXWKQJZ"


class _Token(NamedTuple):
    """A piece of a script: "blank", "name", "number", "text", "regex" or "sign"."""

    kind: str
    text: str


def shortened(text: str) -> str:
    """The body of a function with short names for what is declared in it, and without blanks that nothing needs.

    >>> shortened("const add = (one, { two = 1, three: four }) => one + two + four.two;\\nreturn { add };\\n")
    'const Z=(e,{two:t=1,three:a})=>e+t+a.two;return{add:Z};'
    """
    script = Script(text)
    return script.written(dict(zip(script.above, short_names(script.free), strict=False)))


def short_names(taken: Container[str], letters: str = _LETTERS[::-1]) -> Iterator[str]:
    """Names that are not taken and no words of the language, the shortest first."""
    for size in count(1):
        for signs in product(letters, repeat=size):
            if (name := "".join(signs)) not in taken and name not in _WORDS:
                yield name


def _tokens(text: str) -> Iterator[_Token]:
    """The pieces of a script; a template text comes in its pieces, between which its expressions stand."""
    at = 0
    before = ""
    opened: list[str] = []
    in_template = False
    while at < len(text):
        if in_template:
            piece = _TEMPLATE.match(text, at)
            kind, token, before = "text", piece[0] if piece else "", "`"
            end = text[at + len(token) :][:2]
            in_template = False
            if end == "${":
                yield _Token(kind, token)
                at += len(token)
                kind, token, before = "sign", "${", "${"
                opened.append(token)
            else:
                token += "`"
        elif text[at] == "/" and (regex := _REGEX.match(text, at)) and _may_begin(before):
            kind, token, before = "regex", regex[0], "/"
        else:
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"this is no JavaScript: {text[at : at + 20]}")
            kind, token = match.lastgroup or "", match[0]
            before = before if kind == "blank" else token
            if token == "{":
                opened.append(token)
            in_template = token == "`" or (token == "}" and bool(opened) and opened.pop() == "${")
        yield _Token(kind, token)
        at += len(token)


def _may_begin(before: str) -> bool:
    """Whether a value may begin behind a token."""
    return before in _BEFORE_VALUE or not re.search(r"[\w$)\]}\"'`/]\Z", before)


class Script:
    """The body of a function, in tokens. `above` is what it declares at the top, those names first that are used most,
    `free` what it uses and does not declare.

    Of each token is known in which bracket it stands: "(", "[", "${", or "object", "block" or "class".
    """

    def __init__(self, text: str) -> None:
        self._all = list(_tokens(text))
        self.tokens = [token for token in self._all if token.kind != "blank"]
        self._brackets()
        self._names()

    def _brackets(self) -> None:
        self.inside: list[int] = []
        self.forms: dict[int, str] = {}
        self.closing: dict[int, int] = {}
        self._opening: dict[int, int] = {}
        opened: list[int] = []
        choices = [0]
        class_begun = case_ends = False
        for at, (kind, text) in enumerate(self.tokens):
            if kind == "sign" and text in _CLOSERS:
                self.closing[opened[-1]] = at
                self._opening[at] = opened.pop()
                choices.pop()
            self.inside.append(opened[-1] if opened else -1)
            if kind == "sign" and text in ("(", "[", "{", "${"):
                self.forms[at] = ("class" if class_begun else self._form(at, case_ends)) if text == "{" else text
                class_begun = class_begun and text != "{"
                opened.append(at)
                choices.append(0)
            elif kind == "name" and text == "class" and self.text(at - 1) != ".":
                class_begun = True
            elif kind == "sign" and text == "?":
                choices[-1] += 1
            case_ends = False
            if kind == "sign" and text == ":":
                case_ends = not choices[-1] and self.form(at) != "object"
                choices[-1] = max(0, choices[-1] - 1)

    def _names(self) -> None:
        """What is declared and used where: at the top, and in which statement or method."""
        parts = self._parts()
        above: set[str] = set()
        self._local: dict[int, set[str]] = defaultdict(set)
        for at, is_above in self._declared():
            (above if is_above else self._local[parts[at]]).add(self.text(at))
        self._places: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._private: dict[str, list[int]] = defaultdict(list)
        self.uses = Counter[str]()
        for at, (kind, text) in enumerate(self.tokens):
            if kind == "name" and text[0] == "#":
                self._private[text].append(at)
            elif self.is_variable(at):
                self._places[parts[at]][text].append(at)
                self.uses[text] += 1
        self.above = sorted(above, key=lambda name: (-self.uses[name], name))
        used = {name for part, places in self._places.items() for name in places if name not in self._local[part]}
        self.free = used - above

    def written(self, names: Mapping[str, str]) -> str:
        """The script with these names for what is declared at the top, or taken from another script. What is declared
        in a statement or method only has to differ from what is used there."""
        new: dict[int, str] = {}
        for short, places in zip(short_names((), _LETTERS), self._private.values(), strict=False):
            new |= dict.fromkeys(places, f"#{short}")
        for part, named in self._places.items():
            local = [name for name in named if name in self._local[part] and name not in names]
            taken = {names.get(name, name) for name in named if name not in local}
            short_of = {**names, **dict(zip(local, short_names(taken, _LETTERS), strict=False))}
            new |= {at: short_of[name] for name, places in named.items() if name in short_of for at in places}
        return self._written(new)

    def text(self, at: int) -> str:
        """The text of a token, "" before the first and behind the last."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def form(self, at: int) -> str:
        """Which bracket a token stands in, "block" for none."""
        return self.forms.get(self.inside[at], "block")

    def _form(self, at: int, case_ends: bool) -> str:
        """Whether a `{` begins an object (or a pattern of one) or a block."""
        before = self.text(at - 1)
        blocks = ("", ";", "{", "}", ")", "=>", "else", "do", "try", "finally", "catch", "static")
        return "block" if before in blocks or case_ends else "object"

    def is_variable(self, at: int) -> bool:
        """Whether a token stands for a variable, not for a property or a word of the language."""
        kind, text = self.tokens[at]
        before = self.text(at - 1)
        if kind != "name" or text in _WORDS or text[0] == "#" or before in (".", "?."):
            return False
        form = self.form(at)
        begins = ("{", ",") if form == "object" else ("{", ";", "}")
        if form in ("object", "class"):
            if before in ("get", "set", "async", "static"):
                return False
            first = before in begins or (before == "*" and self.text(at - 2) in (*begins, "async", "static"))
            return not first or (form == "object" and self.text(at + 1) not in (":", "("))
        return True

    def is_shorthand(self, at: int) -> bool:
        """Whether a variable is named as the property that it is, or that it gets: `{ name }`, `{ name = 1 }`."""
        brief = self.text(at - 1) in ("{", ",") and self.text(at + 1) in (",", "}", "=")
        return brief and self.form(at) == "object"

    def _parts(self) -> list[int]:
        """For each token the statement at the top that it is in, or the member of a class there, by a number."""
        numbers: list[int] = []
        number = 0
        for at, (kind, text) in enumerate(self.tokens):
            numbers.append(number)
            around = self.inside[at]
            if around < 0 or (self.forms[around] == "class" and self.inside[around] < 0):
                closed = self.forms.get(self._opening.get(at, -1))
                number += self.forms.get(at) == "class" or closed in ("block", "class") or (kind, text) == ("sign", ";")
        return numbers

    def _declared(self) -> Iterator[tuple[int, bool]]:
        """Where variables, functions and parameters are declared, as far as they are seen, and whether at the top."""
        for at, (kind, text) in enumerate(self.tokens):
            is_above = self.inside[at] < 0
            if text in ("const", "let", "var") and kind == "name":
                yield from ((place, is_above) for place in self._declarators(at + 1))
            elif text in ("function", "class") and kind == "name":
                named = at + 1 + (self.text(at + 1) == "*")
                if self.text(at - 1) != "." and self.is_variable(named):
                    yield named, is_above
            elif text == "(" and kind == "sign" and self._has_parameters(at):
                yield from ((place, False) for place in self._bound(at))
            elif kind == "name" and self.text(at + 1) == "=>" and self.is_variable(at):
                yield at, False

    def _declarators(self, at: int) -> Iterator[int]:
        """Where a statement declares names, from behind its `const`."""
        expected = True
        while (text := self.text(at)) and text not in (";", "of", "in", *_CLOSERS):
            if expected and self.is_variable(at):
                yield at
            elif expected and at in self.forms:
                yield from self._bound(at)
            expected = text == ","
            at = self.closing[at] + 1 if at in self.forms else at + 1

    def _has_parameters(self, at: int) -> bool:
        """Whether the bracket here holds those of a function, or what is caught."""
        behind = self.closing[at] + 1
        if self.text(behind) == "=>":
            return True
        before = self.text(at - 1)
        return self.text(behind) == "{" and before not in ("if", "for", "while", "switch", "await")

    def _bound(self, opening: int) -> Iterator[int]:
        """Where a pattern, or a list of parameters, binds names."""
        for at in range(opening + 1, self.closing[opening]):
            around = self.inside[at]
            while around != opening and self.forms[around] in ("object", "["):
                around = self.inside[around]
            bound = self.text(at - 1) in ("(", "[", "{", ",", ":", "...")
            if around == opening and bound and self.is_variable(at):
                yield at

    def _written(self, new: Mapping[int, str]) -> str:
        """The tokens, these with new texts, and such blanks as they need."""
        pieces: list[str] = []
        before = blank = ""
        at = -1
        for kind, text in self._all:
            if kind == "blank":
                blank = text
                continue
            at += 1
            name = new.get(at, text)
            if blank and _is_needed(before, blank, name):
                pieces.append("\n" if "\n" in blank else " ")
            pieces.append(f"{text}:{name}" if name != text and self.is_shorthand(at) else name)
            before, blank = name or before, ""
        return "".join(pieces)


def _is_needed(before: str, blank: str, after: str) -> bool:
    """Whether two tokens must not come together. A line may end a statement, but not behind what goes on."""
    if "\n" in blank:
        return before[-1:] not in "{;,([=>?:&|+-*"
    pair = before[-1:] + after[:1]
    return bool(re.fullmatch(r"[\w$/][\w$#]|\+\+|--|[/*+-]/", pair))
