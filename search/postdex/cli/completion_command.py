"""`postdex completion`: what must a shell run to complete what is typed behind `postdex`?"""

from __future__ import annotations

from pathlib import Path

import click

from .console import out

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Have your shell complete commands and values.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the script that completes commands, options and values in a shell: bash, zsh or fish.

    bash, in ~/.bashrc: eval "$(postdex completion bash)". zsh, in ~/.zshrc behind compinit: eval "$(postdex completion
    zsh)". fish: postdex completion fish > ~/.config/fish/completions/postdex.fish
    """
    out(Path(__file__).with_name("shells").joinpath(f"postdex.{shell}").read_text(encoding="utf-8"), end="")
    return 0
