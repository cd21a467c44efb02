"""Which tools does an assistant have, what does each take, and how is it answered?

Answers are JSON whose keys are those of `answers`. An argument that a tool does not take, or not so, is an error that
says what it takes. Nothing here knows the protocol: `server` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from traceback import print_exc
from typing import TYPE_CHECKING, Any

from postdex_index.errors import PostdexError
from postdex_index.named_tuple import NamedTuple

from ..json_arguments import misfit, schema
from ..output import wire
from ..request import Argument, meant_argument, shown_on
from . import answers, fetch_tool, search_tool
from .fetch_tool import MAX_CHARS, USUAL_CHARS
from .search_tool import MAX_HITS

if TYPE_CHECKING:
    from .posts import Posts

#: Characters of a message or a hint: enough for the anchors of a long post.
_MAX_SAID = 2_000
_QUERY = (
    'Words; posts with any of them are found, best first; "" is all posts, newest first. +word must be there, -word '
    'must not, "a phrase", refc*, tag:linux, category:a/b, path:2022, date:2022-01..2022-08, after:"last month".'
)
_PASSAGES = "Give passages, so many characters of them: 6000 answers most questions."
#: What differs here from the argument of the same name.
_FOR_ASSISTANTS: dict[str, dict[str, Any]] = {
    "query": {"doc": _QUERY},
    "limit": {"least": 1, "most": MAX_HITS, "default": 5},
    "before": {"doc": "Only posts before it."},
    "sort": {"doc": "score, date, updated, title, or a field that status names (rating, -rating)."},
    "where": {"doc": "Filters by fields that status names: status:published, rating:>=4, -status:draft, due:2024.."},
    "facets": {"doc": "Count all posts that match by tags, categories, lang, year or such a field."},
    "translations": {"doc": "A post in several languages is one result (group) or several (all)."},
}
_UNSAID = ("pattern", "maxLength", "maxItems", "examples")
_LIMIT = Argument("So many.", name="limit", kind="number", default=5, least=1, most=MAX_HITS)


class Tool(NamedTuple):
    """What a tool is called and does, the argument that must be given, all that it takes, and who answers with what."""

    title: str
    doc: str
    answerer: Callable[..., dict[str, Any]]
    form: answers.Form
    needs: str = ""
    arguments: Sequence[Argument] = ()


TOOLS = {
    "search": Tool(
        "Search the posts",
        "Search the posts. Each result has an id for `fetch`, where (path:line) to cite, and a snippet; with max_chars "
        "the best passages are given at once.",
        search_tool.search,
        answers.FOUND,
        "query",
        [
            *(argument._replace(**_FOR_ASSISTANTS.get(argument.name, {})) for argument in shown_on("mcp")),
            Argument(_PASSAGES, name="max_chars", kind="number", default=0, most=MAX_CHARS),
        ],
    ),
    "fetch": Tool(
        "Read a post",
        "Markdown as written: of a post, a section or lines. An id is any id or where of an answer (PATH, PATH#ANCHOR, "
        "PATH:43, PATH:10-40) or the address of a post.",
        fetch_tool.fetch,
        answers.FETCHED,
        arguments=[
            Argument("What to read.", name="id", default=""),
            Argument("Several.", name="ids", kind="texts", default=()),
            Argument("Where not all fits, the sections that answer this.", name="query", default=""),
            Argument("Go on there: next_offset.", name="offset", kind="number", default=0),
            Argument(
                "So many characters in all.", name="max_chars", kind="number", default=USUAL_CHARS, least=1,
                most=MAX_CHARS,
            ),
            Argument("Number the lines.", name="line_numbers", kind="flag", default=False),
        ],
    ),
    "related": Tool(
        "Posts like one",
        "The posts most like one.",
        search_tool.related,
        answers.RELATED,
        "id",
        [Argument("The post.", name="id", default=""), _LIMIT],
    ),
    "status": Tool(
        "What is there",
        "How many posts, their most used tags and categories, languages, years, and whether the index is fresh.",
        search_tool.status,
        answers.STATUS,
    ),
}  # fmt: skip


class ToolAnswer(NamedTuple):
    """What a tool answers, and whether that is an error."""

    form: dict[str, Any]
    failed: bool = False


def answer(posts: Posts, tool: str, arguments: Mapping[str, Any]) -> ToolAnswer:
    """What a tool answers; an error says what to do better.

    >>> import postdex
    >>> from .posts import Posts
    >>> with postdex.open("posts") as ix:
    ...     answer(Posts.of(ix), "fetch", {"id": "float-sum.md"}).form["error"]["hint"]
    'did you mean notes/float-sum.md? paths are relative to the folder; `search` gives ids'
    """
    try:
        return ToolAnswer(_known(tool).answerer(posts, **_checked(tool, arguments)))
    except PostdexError as error:
        return ToolAnswer(_said(error), failed=True)
    except Exception as error:
        return ToolAnswer(_said(_cause(posts, error)), failed=True)


def _cause(posts: Posts, error: Exception) -> Exception:
    """The damage of the index that an error comes from; else it is a bug, whose story is for the log. The next question
    may be answered all the same."""
    try:
        posts.ix.engine.diagnose(error)
    except PostdexError as damage:
        return damage
    print_exc()
    return error


def input_schema(tool: Tool) -> dict[str, Any]:
    """What a tool takes. Nothing that only repeats what an error would say: each word is read before each question."""
    return {
        "type": "object",
        "properties": {argument.name: _schema(tool, argument) for argument in tool.arguments},
        "required": [tool.needs] if tool.needs else [],
        "additionalProperties": False,
    }


def _schema(tool: Tool, argument: Argument) -> dict[str, Any]:
    form = {name: value for name, value in schema(argument).items() if name not in _UNSAID}
    if "items" in form:
        form["items"] = {name: value for name, value in form["items"].items() if name not in _UNSAID}
    if isinstance(form["type"], list):  # that it may be null is of no use to anybody, and not all models know how
        form["type"] = form["type"][0]
    if argument.name == tool.needs or not form.get("default"):
        form.pop("default", None)
    return {**form, "description": argument.doc}


def _said(error: Exception) -> dict[str, Any]:
    """What an error says, without the whole of a name that is no name."""
    return {"error": {key: _clipped(text) for key, text in wire.error(error)["error"].items()}}


def _clipped(text: str) -> str:
    return text if len(text) <= _MAX_SAID else text[:_MAX_SAID] + "…"


def _known(tool: str) -> Tool:
    if tool not in TOOLS:
        raise PostdexError(f"there is no tool {tool}", f"there are {', '.join(TOOLS)}")
    return TOOLS[tool]


def _checked(tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, if the tool takes them. Raises PostdexError with what it takes."""
    takes = {argument.name: argument for argument in TOOLS[tool].arguments}
    for name, value in arguments.items():
        if name not in takes:
            hint = meant_argument(name[:40], takes) or f"it takes {', '.join(takes) or 'nothing'}"
            raise PostdexError(f"{tool} takes no {name}", hint)
        if expected := misfit(takes[name], value):
            raise PostdexError(f"{name} does not fit", f"it is {expected}")
    if (needed := TOOLS[tool].needs) and needed not in arguments:
        raise PostdexError(f"{tool} needs {needed}", "give it")
    return {argument.name: argument.default for argument in takes.values()} | {**arguments}
