"""With what does the cluster multiply the bound of a post's score because of its boost and its age?

Just with the factors that `embedded.read.priors` multiplies the base score with: the cluster has both formulas, and
counts in doubles.
"""

from __future__ import annotations

from typing import Any

from .... import scoring
from ...api import Recency
from .clauses import Clause

#: Multiplied with the boost that a post has.
BOOSTED: dict[str, Any] = {"field_value_factor": {"field": "boost", "missing": 1.0}}


def by_age(query: Clause, recency: Recency) -> Clause:
    """What a query finds and scores, multiplied by `scoring.recency` of each post's age."""
    half_life, now = recency
    decay = {"origin": now, "scale": half_life, "decay": 0.5}
    dated = {"exists": {"field": "own_date"}}
    functions = [
        {"filter": {"bool": {"must_not": [dated]}}, "weight": 1.0},
        {"filter": dated, "weight": 1 - scoring.RECENCY},
        {"filter": {"range": {"own_date": {"gte": now}}}, "weight": 2 * scoring.RECENCY},
        {"filter": {"range": {"own_date": {"lt": now}}}, "weight": 2 * scoring.RECENCY, "exp": {"own_date": decay}},
    ]
    return {"function_score": {"query": query, "functions": functions, "score_mode": "sum", "boost_mode": "multiply"}}
