"""Is a path written as `pathlib` would, and do the same folders lie above it?"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from postdex_index import paths


@given(st.lists(st.sampled_from(("/", "//", ".", "..", "a", "b c", ".postdex", "\udce9"))).map("".join))
@example("//a/./b//")
@example("///a")
@example("")
def test_a_path_is_written_as_pathlib_writes_it(path: str) -> None:
    assert paths.plain(path) == paths.plain(Path(path)) == str(Path(path))
    whole = Path(os.path.abspath(path))
    assert paths.with_those_above(path) == [str(folder) for folder in (whole, *whole.parents)]
