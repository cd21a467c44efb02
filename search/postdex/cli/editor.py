"""How is a post opened in the editor that somebody likes, at the line of a hit?

$VISUAL or $EDITOR says which, with its arguments if it has some (`code --wait`). Each editor is told a line in a way of
its own; one that is not known here gets the path alone. This process becomes the editor, so that signals and the exit
status are the editor's.
"""

from __future__ import annotations

import os
from typing import NoReturn

from postdex_index.errors import PostdexError

from .console import flush

#: How editors are told a line, by the name of their program.
_FORMS = {
    (
        "+{line}",
        "{path}",
    ): "vi vim nvim gvim mvim vimx view ex elvis vile nano pico rnano emacs emacsclient jmacs mg jed"
    " joe ne zile kak micro gedit gnome-text-editor",
    ("{path}:{line}",): "hx helix subl sublime_text zed zeditor lapce",
    ("--goto", "{path}:{line}"): "code code-insiders codium vscodium code-oss cursor windsurf",
    ("--line", "{line}", "{path}"): "idea pycharm webstorm phpstorm goland rubymine clion rustrover rider datagrip"
    " dataspell studio kate kwrite",
    ("-l", "{line}", "{path}"): "mate",
}
_BY_PROGRAM = {program: form for form, programs in _FORMS.items() for program in programs.split()}
#: What the scripts that start editors are called besides (`idea.sh`, `pycharm64`).
_ENDINGS = (".sh", ".exe", ".cmd", "64")


def command(editor: str, path: str, line: int) -> list[str]:
    """The program and its arguments that open a file at a line in an editor, as $EDITOR names it.

    Raises PostdexError where that cannot be taken apart.

    >>> command("code --wait", "/posts/a.md", 12), command("ed", "/posts/a.md", 12)
    (['code', '--wait', '--goto', '/posts/a.md:12'], ['ed', '/posts/a.md'])
    """
    from shlex import split

    try:
        words = split(editor)
    except ValueError as error:
        raise PostdexError(f"the editor {editor!r} cannot be understood ({error})", "close its quotes") from error
    program = os.path.basename(words[0])
    for ending in _ENDINGS:
        program = program.removesuffix(ending)
    form = _BY_PROGRAM.get(program, ("{path}",))
    return [os.path.expanduser(words[0]), *words[1:], *(part.format(path=path, line=line) for part in form)]


def open_at(path: str, line: int) -> NoReturn:
    """Become the editor with this file. Raises PostdexError where there is none."""
    editor = next(filter(str.strip, (os.environ.get(name, "") for name in ("VISUAL", "EDITOR"))), "")
    if not editor:
        hint = "set EDITOR, such as export EDITOR=nano in your shell's settings"
        raise PostdexError("which editor you like is not known: neither VISUAL nor EDITOR is set", hint)
    if not os.path.isfile(path):
        raise PostdexError("the file is gone", "search again", path=path)
    words = command(editor, path, max(line, 1))
    flush()
    try:
        os.execvp(words[0], words)
    except OSError as error:
        reason = f"the editor {words[0]} cannot be started ({error.strerror})"
        raise PostdexError(reason, "correct VISUAL or EDITOR") from error
