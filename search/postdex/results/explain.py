"""Why does a query find this post, or why not?

For a post that matches: what its score was made of. For one that does not: which
clause it fails. For a file that is not in the index: what keeps it out.
"""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path

from postdex_index.content.reader import lying
from postdex_index.document import Outlined
from postdex_index.engine.api import Engine, FileTable, Reader, Search
from postdex_index.engine.hosting import hosted
from postdex_index.model import Explanation
from postdex_index.named_tuple import NamedTuple
from postdex_index.public import public
from postdex_index.query import Clauses, Keyword, Query
from postdex_index.settings import Settings
from postdex_index.update import refresh

from ..request import MAX_HITS, SearchRequest
from . import hits
from .left_nothing import alternatives, named, required
from .search import ParsedQuery, all_of, best, by_meaning, goes_by_meaning, names_language


@public
class Verdict(NamedTuple):
    """What became of a post in a search: its `rank` (1 is best; 0 if it is not found, or too far down to count),
    what its score is made of (None if the query does not fit it), and the reasons why it is not found."""

    path: str
    rank: int
    score: Explanation | None
    reasons: tuple[str, ...] = ()


def verdict(reader: Reader, document: Outlined, question: ParsedQuery) -> Verdict:
    """The verdict on a post of the index."""
    path, unpublished = document.path, document.unpublished
    here = _Here(reader, Keyword("path", path))
    search = Search(
        question.tree,
        question.as_typed,
        limit=MAX_HITS,
        drafts=bool(unpublished),
        grouped=not names_language(question.tree),
        pinned=question.pinned,
        recency=question.recency,
    )
    answer = reader.search(search)
    pinned = takewhile(lambda candidate: candidate.pinned, answer.candidates)
    if path not in [candidate.document.path for candidate in pinned] and not here.matches(question.tree):
        return Verdict(path, 0, None, (*_unpublished(unpublished), *_failed(question.tree, here)))
    context = hits.hit_context(search, answer, reader.analyzer, SearchRequest())
    in_order = best(answer, question)
    if goes_by_meaning(question, answer, reader.stats().posts):
        in_order, _ = by_meaning(in_order, question, context)
    for number, ranked in enumerate(in_order, 1):
        if ranked.candidate.document.path == path:
            score = hits.explanation(reader, ranked, context)
            return Verdict(path, 0 if unpublished else number, score, tuple(_unpublished(unpublished)))
    reason = f"it is not among the first {MAX_HITS}"
    for candidate in answer.candidates if document.translation else ():
        if path in [translation.path for translation in candidate.translations(hits.TRANSLATIONS)]:
            reason = f"it is a translation of {candidate.document.path}, which is shown for both"
    return Verdict(path, 0, reader.explain(search, path), (reason,))


def unknown(folder: Path, engine: Engine, settings: Settings, indexed_files: FileTable, path: str) -> list[str]:
    """Why a file is not in the index."""
    reasons = [
        problem.message + (f"; {problem.hint}" if problem.hint else "")
        for problem in engine.problems()
        if problem.path == path
    ]
    servers = hosted(engine)
    if servers and servers.sites:
        return reasons or ["no post of these sites has this path"]
    if not os.path.isfile(lying(folder, path)):
        return [*reasons, "there is no such file in the folder of the posts"]
    if path in indexed_files.files:
        return reasons or ["the file holds nothing to index"]
    todo = refresh.plan(folder, indexed_files, settings)
    if path in todo.add:
        return [*reasons, "it is newer than the index; `postdex index` takes it in"]
    return reasons or ["it is left out by .gitignore, by the settings include or exclude, or by where it lies"]


class _Here(NamedTuple):
    """One post, to try clauses on."""

    reader: Reader
    path: Keyword

    def matches(self, clause: Query) -> bool:
        """Whether the post has it."""
        return self.reader.totals([all_of(clause, self.path)], drafts=True)[0] > 0


def _unpublished(reason: str) -> list[str]:
    return [f"it is unpublished ({reason}); drafts show it"] if reason else []


def _failed(tree: Query, here: _Here) -> list[str]:
    """What the post would need."""
    if not isinstance(tree, Clauses):
        return [f"it has no {named(tree)}"]
    reasons = [_lacks(clause) for clause in required(tree) if not here.matches(clause)]
    reasons += [f"it has {named(clause)}, which is excluded" for clause in tree.excluded if here.matches(clause)]
    return reasons or ["it fails a group of clauses"]


def _lacks(clause: Query) -> str:
    several = alternatives(clause) if isinstance(clause, Clauses) else ()
    if len(several) > 1:
        return "it has none of " + ", ".join(several)
    return f"it has no {named(clause)}, which is required"
