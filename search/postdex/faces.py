"""What does a face make of an error: in which words does it say what to do, and with which status does it end?

The lower half knows remedies as codes. Here they are told to people who have the command `postdex` at hand, whether
they meet the error in a terminal, a program or the log of a service.
"""

from __future__ import annotations

from postdex_index import errors
from postdex_index.errors import PostdexError, Remedy
from postdex_index.public import public

#: What the command line ends with after any error.
EXIT_STATUS = 2
#: What HTTP answers to an error of these classes, or of one below them; to any other 500.
HTTP_STATUS: dict[type[BaseException], int] = {
    errors.QueryError: 400,
    errors.NotFoundError: 404,
    errors.StaleError: 503,
    errors.MissingExtraError: 501,
    errors.EngineUnavailableError: 503,
    errors.IndexFault: 503,
}

errors.WORDS.update(
    {
        Remedy.BUILD: "run `postdex index`",
        Remedy.REBUILD: "run `postdex index` to rebuild it",
        Remedy.REBUILD_ALL: "run `postdex index --full` to rebuild it",
        Remedy.MAKE_READABLE: "check its permissions, or run `postdex index` to rebuild it",
        Remedy.WAIT: "wait for it, or give --wait SECONDS",
        Remedy.CHOOSE_INDEX: "choose another with --index",
        Remedy.REMOVE_LINK: "remove it, or name with --index where the index shall lie",
        Remedy.UPDATE: "update postdex, or choose another folder with --index",
        Remedy.MAKE_ROOM: "the old index is as it was; make room or choose --index",
        Remedy.NAME_FOLDER: "name the folder of the posts with -C or POSTDEX_FOLDER",
        Remedy.MEND: "`postdex doctor --fix` mends it",
        Remedy.DO_WITHOUT: "set POSTDEX_PURE=1 to do without it, and report this",
        Remedy.SHOW_DRAFTS: "it is found with --drafts",
    }
)
_BY_VALUE = {remedy.value: words for remedy, words in errors.WORDS.items()}


@public
def http_status(error: PostdexError | type[PostdexError]) -> int:
    """The status of an HTTP answer that says an error.

    >>> from postdex_index.errors import ConfigError, IndexMissingError
    >>> http_status(IndexMissingError("there is none")), http_status(ConfigError)
    (503, 500)
    """
    kind = error if isinstance(error, type) else type(error)
    return next((HTTP_STATUS[above] for above in kind.__mro__ if above in HTTP_STATUS), 500)


def in_words(hint: str) -> str:
    """The hint of a problem, as errors would say it here.

    >>> in_words("drafts show it"), in_words("correct the file")
    ('it is found with --drafts', 'correct the file')
    """
    return _BY_VALUE.get(hint, hint)
