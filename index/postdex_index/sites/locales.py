"""Which language does a path name, and which page is in that language? For sites that say no more of it themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from operator import attrgetter

from ..model import Post, Problem, StoredFields
from ..named_tuple import NamedTuple

_REGION = re.compile(r"[a-z]{2}-[a-z]{2,4}")
#: Codes that a path segment or a file's last suffix may be on its own. Those that are also everyday
#: names of folders (`id`, `is`, `my`, `no`, `so`, `to`) are not among them.
_LANGUAGES = frozenset(
    (
        *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "gl"),
        *("he", "hi", "hr", "hu", "hy", "it", "ja", "ko", "lt", "lv", "nl", "pl", "pt", "ro", "ru", "sk"),
        *("sl", "sr", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh"),
    )
)
#: A bare code counts as a language only at the path's beginning or in one of these folders.
_BEFORE_LANGUAGE = frozenset(
    (
        *("blog", "content", "docs", "i18n", "locales", "pages"),
        *("posts", "_posts", "source", "src", "translations", "website"),
    )
)


class Locale(NamedTuple):
    """The language of a file ("" is the site's own), and the `page` that it is in that language: the file's path
    without what names the language, which translations have in common."""

    language: str
    page: str


def of_path(path: str) -> Locale:
    """The locale of a path, by the code of a language in its file's name or in one of its folders.

    >>> of_path("posts/smc.zh.md"), of_path("docs/pt-br/smc.md").page, of_path("smc.md").language
    (Locale(language='zh', page='posts/smc.md'), 'docs/smc.md', '')
    """
    *folders, name = path.split("/")
    stem, _, suffix = name.rpartition(".")
    before, _, last = stem.rpartition(".")
    code = last.lower().replace("_", "-") if before else ""
    if _is_language(code):
        return Locale(code, "/".join([*folders, f"{before}.{suffix}"]))
    above = ""
    for at, folder in enumerate(folders):
        code = folder.lower().replace("_", "-")
        if _is_language(code) and ("-" in code or above == "" or above in _BEFORE_LANGUAGE):
            return Locale(code, "/".join([*folders[:at], *folders[at + 1 :], name]))
        above = folder.lower()
    return Locale("", path)


def translation_key(path: str, locale: Locale, language: str = "", languages: Collection[str] = ()) -> str:
    """What the translations of a file have in common by their paths: the page, without a suffix and as if it did not
    lie in a folder of its own. A folder is a language's, too, if it bears the code of the one that the post is in; a
    language that is none of the site's, where these are known, is a folder's own name.

    >>> [translation_key(path, of_path(path)) for path in ("docs/de/smc.md", "docs/smc/index.mdx")]
    ['docs/smc', 'docs/smc']
    >>> [translation_key(path, of_path(path), "id") for path in ("_guides/id/smc.md", "_guides/smc-id.md")]
    ['_guides/smc', '_guides/smc']
    >>> translation_key("docs/it/smc.md", of_path("docs/it/smc.md"), languages=("en", "de"))
    'docs/it/smc'
    """
    foreign = languages and locale.language not in ("", *languages)
    page = path if foreign else locale.page
    page = page.rpartition(".")[0] or page
    if language and not locale.language:
        page = _without(language, page)
    return page.removesuffix("/index").removesuffix("/_index")


def namesakes(posts: Iterable[Post | StoredFields]) -> list[Problem]:
    """A note for every post that has the translation key and the language of an earlier one (by path), so that neither
    is a translation of any other.

    >>> from ..model import Post
    >>> posts = [Post(f"{name}.md", "", (), lang="en", translation="smc") for name in "ab"]
    >>> [problem.message for problem in namesakes(posts)]
    ['a.md is its translation, too, in the same language (en)']
    """
    first: dict[tuple[str, str], str] = {}
    problems = []
    for post in sorted(posts, key=attrgetter("path")):
        before = first.setdefault((post.translation, post.lang), post.path)
        if post.translation and before != post.path:
            message = f"{before} is its translation, too, in the same language ({post.lang or 'none'})"
            hint = f"give one of them another translation key than {post.translation}"
            problems.append(Problem(post.path, 1, "note", message, hint))
    return problems


def _without(language: str, page: str) -> str:
    """A page without a folder that is the code of a language, or without the code at the end of its name."""
    *folders, name = page.split("/")
    codes = [folder.lower().replace("_", "-") for folder in folders]
    if language in codes:
        del folders[codes.index(language)]
    elif re.split("[-_.]", name.lower())[1:][-1 - language.count("-") :] == language.split("-"):
        name = name[: -1 - len(language)]
    return "/".join([*folders, name])


def _is_language(code: str) -> bool:
    return code[:2] in _LANGUAGES and (len(code) == 2 or _REGION.fullmatch(code) is not None)
