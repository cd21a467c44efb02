"""Are the tables that `postdex-vectors` holds whole, from where they say, and do they know what words mean?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from postdex.meaning import vector_file
from postdex.meaning.vectors import Vectors

VECTORS = Path(__file__).parent.parent / "search" / "vectors"
#: The tables, by the language that each knows.
TABLES = {language: VECTORS / "postdex_vectors" / f"{language}.vectors" for language in ("en", "zh")}
#: Bytes, which everybody downloads who installs the extra.
LARGEST = 8_000_000


def test_each_table_is_known_here() -> None:
    assert sorted((VECTORS / "postdex_vectors").glob("*.vectors")) == sorted(TABLES.values())


@pytest.mark.parametrize("language", TABLES)
def test_a_table_is_whole_and_says_what_it_is(language: str) -> None:
    table = TABLES[language]
    assert vector_file.is_as_written(str(table)) and table.stat().st_size < LARGEST
    assert Vectors(str(table)).languages == (language,)
    with table.open("rb") as file:
        said = json.loads(file.readline())
    assert said["made_from"] and said["licence"] == "Apache-2.0"
    assert table.name in (VECTORS / "NOTICE.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "asked", "near", "far", "by"),
    [
        ("en", "make photos smaller", "image processing: resize and crop pictures", "menus and navigation links", 0.1),
        ("en", "people leave remarks under a post", "comments from readers", "templates of partial pages", 0.1),
        (
            "en",
            "send visitors from an old address to the new one",
            "aliases redirect a URL",
            "highlighting source code",
            0.1,
        ),
        ("en", "set up the program on my computer", "installation", "deprecation of a function", 0.1),
        ("zh", "怎么把图片变小", "压缩照片的大小", "安装数据库的步骤", 0.05),
        ("zh", "机器要关机检修", "节点维护之前停止服务器", "选择文字的颜色", 0.05),
        ("zh", "存进去的密码会不会被人看到", "加密保存机密数据", "调整窗口的布局", 0.05),
        ("zh", "如何限制内存", "limit memory", "write a blog post", 0.05),
        ("zh", "容器", "container", "calendar", 0.05),
    ],
)
def test_what_means_the_same_is_nearer(language: str, asked: str, near: str, far: str, by: float) -> None:
    table = Vectors(str(TABLES[language]))
    said, same, other = map(table.of, (asked, near, far))
    assert said @ same > said @ other + by
