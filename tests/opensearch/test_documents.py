"""Does a server take in each document as it is meant: every word at its position, impacts and segments as they were?"""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from test_one_post import ANALYZER, AVERAGES, PIECES, example_posts

from postdex_index.engine.opensearch.cluster import credentials
from postdex_index.engine.opensearch.cluster.bulk import BulkItem
from postdex_index.engine.opensearch.cluster.connection import Cluster
from postdex_index.engine.opensearch.format import one_post_segment, schema_mapping
from postdex_index.engine.opensearch.format.documents import BESIDE, GAP, IMPACT, document, feature
from postdex_index.engine.opensearch.format.one_post_segment import SEGMENT, content_of
from postdex_index.model import Post, Section


def odd_posts() -> list[Post]:
    """Posts of all pieces of the tests without a cluster, and a wide one."""
    dice = random.Random(20)
    posts = [
        Post(
            f"{number} {dice.choice(PIECES)}.md",
            " ".join(dice.choices(PIECES, k=3)),
            tuple(
                Section(1, " ".join(dice.choices(PIECES, k=2)), "a", 1, " ".join(dice.choices(PIECES, k=40)))
                for _ in range(3)
            ),
            tags=(dice.choice(PIECES), "x" * 40_000, "内" * 40_000),
        )
        for number in range(20)
    ]
    words = " ".join(f"word{number}" for number in range(70_000))
    return [*posts, Post("wide.md", "内" * 40_000, (Section(1, "Wide", "wide", 1, words),))]


@pytest.fixture
def cluster(hosts: list[str]) -> Cluster:
    """The cluster of the tests."""
    return Cluster(credentials.read({f"{credentials.PREFIX}HOSTS": ",".join(hosts)}))


@pytest.fixture
def index(cluster: Cluster, prefix: str) -> str:
    """The name of an index that is there and holds nothing."""
    cluster.write("PUT", f"/{prefix}-documents", schema_mapping.body({}, shards=1, replicas=0))
    return f"{prefix}-documents"


def loaded(cluster: Cluster, index: str, posts: Sequence[Post]) -> list[tuple[dict[str, Any], bytes]]:
    """These posts in the index, searchable: the fields and the packed segment of each. Each has its number as id."""
    contents = [one_post_segment.compiled(post, ANALYZER, AVERAGES) for post in posts]
    documents = [document(one_post_segment.opened(content, "it")) for content in contents]
    items = [
        BulkItem(str(number), {**fields, "kind": "post", "since": number, SEGMENT: b64encode(content).decode()})
        for number, (fields, content) in enumerate(zip(documents, contents, strict=True))
    ]
    assert cluster.bulk(index, items) == len(items)
    cluster.write("POST", f"/{index}/_refresh")
    return [*zip(documents, contents, strict=True)]


def test_every_word_stands_at_its_position(cluster: Cluster, index: str) -> None:
    for post in [*example_posts()[:10], *odd_posts()]:
        places = document(one_post_segment.opened(one_post_segment.compiled(post, ANALYZER, AVERAGES), "it"))["places"]
        asked = {
            "fields": ["places"],
            "positions": True,
            "offsets": False,
            "payloads": False,
            "field_statistics": False,
        }
        answer = cluster.read("POST", f"/{index}/_termvectors", {"doc": {"places": places}, **asked})
        found = {
            (token["position"], word)
            for word, term in answer["term_vectors"]["places"]["terms"].items()
            for token in term["tokens"]
        }
        expected = [(at, here.split(BESIDE)) for at, here in enumerate(places.split(" ")) if here != GAP]
        assert found == {(at, word) for at, words in expected for word in words}


def test_impacts_and_segments_are_what_they_were(cluster: Cluster, index: str) -> None:
    posts = odd_posts()
    for number, (fields, content) in enumerate(loaded(cluster, index, posts)):
        same = {"term": {"since": number}}
        body = {"query": same, "docvalue_fields": [SEGMENT], "stored_fields": "_none_"}
        (hit,) = cluster.read("POST", f"/{index}/_search", body)["hits"]["hits"]
        assert content_of(hit) == content
        for name, value in random.Random(number).sample(sorted(fields["stems"].items()), 4):
            scored = {"rank_feature": {"field": f"stems.{name}", "linear": {}, "boost": 1 / IMPACT}}
            (hit,) = cluster.read("POST", f"/{index}/_search", {"query": {"bool": {"must": scored, "filter": same}}})[
                "hits"
            ]["hits"]
            assert name == feature(name) and hit["_score"] == round(value / IMPACT)


def test_an_index_does_not_differ_from_what_it_was_made_as(cluster: Cluster, index: str) -> None:
    described = cluster.read("GET", f"/{index}")[index]
    assert schema_mapping.differences(described) == []
    assert schema_mapping.is_ours(described)
