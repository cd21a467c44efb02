"""Pelican: front matter as lines `Title: text`. Its settings are a program, which is never run."""

from __future__ import annotations

from .generator import Generator

GENERATOR = Generator(
    name="pelican",
    rank=80,
    signs=("pelicanconf.py",),
    posts=("content",),
    unopened="usual",
    headers=True,
    author_separators=",;",
    hidden_statuses=("draft", "hidden", "skip"),
)
