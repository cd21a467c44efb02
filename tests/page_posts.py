"""Which posts do tests of the search page look at, of a service and of an export alike?"""

from __future__ import annotations

ATTACK = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
POSTS = {
    "refcount.md": (
        "---\ntitle: A refcount bug\ndate: 2022-08-26\ntags: [linux, kernel]\ncategories: [systems]\n---\n"
        "Where the fuzzer found it.\n\n## The refcount\n\nThe refcount is taken twice by the fallback.\n\n"
        "## The fix\n\nOne reference less: the refcount is dropped.\n"
    ),
    "queues.md": (
        "---\ntitle: Two queues behind listen\ndate: 2023-11-20\ntags: [linux, networking]\n---\n"
        "The backlog has a refcount too. 😀 refcount 😀\n"
    ),
    "pins.md": "---\ntitle: What Pin promises\ndate: 2024-04-02\ntags: [rust]\n---\nA pinned value and a refcount.\n",
}
