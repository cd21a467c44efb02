"""Which posts may an assistant read, and what do the tools ask of their index?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdex_index.engine.api import Reader, Search
from postdex_index.errors import NotFoundError
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Everything

from .. import web_address
from ..request import ALL_POSTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postdex_index.document import Document

    from ..index import Index
    from ..record.asked import Outcome

#: With this and a path begins what the protocol calls a resource.
SCHEME = "postdex://"
#: So many characters of a title are shown where several posts are.
MAX_TITLE = 300


class Posts(NamedTuple):
    """An index, whether its unpublished posts are for whoever asks, and what links begin with that are only paths.
    `reader` is what one answer looks at, if it asks for several posts: each look at the files takes longer than a post.
    `asked` is told each query and what it found, where that is recorded.
    """

    ix: Index
    drafts: bool
    origin: str
    reader: Reader | None = None
    asked: Callable[[str, Outcome], None] | None = None

    @classmethod
    def of(cls, ix: Index, *, drafts: bool = True, asked: Callable[[str, Outcome], None] | None = None) -> Posts:
        """The posts of an index."""
        return cls(ix, drafts, web_address.origin(ix.folder, ix.settings), None, asked)

    def looked_at(self) -> Posts:
        """The same, of the newest commit, which was brought up to the files now."""
        return self._replace(reader=self.ix.snapshots.current(self.ix.settings).reader)

    def get(self, path: str) -> Document:
        """The stored post. Raises NotFoundError, also for one that is not for whoever asks."""
        reader = self.reader or self.ix.snapshots.current(self.ix.settings).reader
        (post,) = reader.documents([path])
        if post is None or (post.unpublished and not self.drafts):
            raise NotFoundError("no post of the index has this path", "paths are relative to the folder", path=path)
        return post

    def published(self) -> Sequence[Document]:
        """All published posts, newest first."""
        reader = self.reader or self.ix.snapshots.current(self.ix.settings).reader
        every = reader.search(Search(Everything(), sort="date", limit=ALL_POSTS)).candidates
        return [candidate.document for candidate in every]
