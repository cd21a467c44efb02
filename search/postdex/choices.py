"""Between what may one choose who searches? The values of `refresh`, `sort`, `units` and `facets`, for every face.

Light on purpose: the command line names them in its help, which loads nothing that searches.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

#: What happens before a search: the index is brought up to the files, or left as it is, or has to be as new as they.
Refresh: TypeAlias = Literal["auto", "never", "require"]
#: In what order hits come: best first, newest first, last updated first, by title.
Sort: TypeAlias = Literal["score", "date", "updated", "title"]
#: What is a hit.
Units: TypeAlias = Literal["posts", "sections"]

REFRESH: tuple[str, ...] = get_args(Refresh)
SORTS: tuple[str, ...] = get_args(Sort)
UNITS: tuple[str, ...] = get_args(Units)
#: By what all posts that match are counted.
FACETS = ("tags", "categories", "lang", "year")
