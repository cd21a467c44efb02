"""What is a number that an option takes, and what is said where it is none?"""

from __future__ import annotations

import click


class WholeNumber(click.IntRange):
    """A whole number, between bounds if there are any."""

    name = "whole number"


class Number(click.FloatRange):
    """A number, likewise."""

    name = "number"
