"""Text to terms: a table for every rule, the 392 checks of tokens.json, and properties on any text.

`finds` is the reference matcher: one post in memory, every word of the query required.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from costs import check_linear
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.text import characters, tokenizer
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import fold, is_spaceless, simplified
from postdex_index.text.stemming import stem, stemmer_language, stop_words
from postdex_index.text.tokenizer import Compound, compound, terms_at, width_of

ANALYZER, AS_WRITTEN = Analyzer(True, ("en",)), Analyzer(False, ("en",))
raw_tokens, tokens = ANALYZER.raw_tokens, ANALYZER.tokens
key, fold_value = ANALYZER.key, ANALYZER.fold_value

Postings = dict[str, set[int]]


def check(text: str, expected: str, code: bool = False) -> None:
    """The terms of a text: positions parted by `|`, the terms of one by blanks."""
    positions: dict[int, list[str]] = {}
    for token in tokens(text, code):
        positions.setdefault(token.position, []).append(token.term)
    assert " | ".join(" ".join(terms) for terms in positions.values()) == expected


# The reference matcher


def postings(text: str, code: bool) -> Postings:
    """Each surface, and each stem under a mark of its own, with its positions."""
    found: Postings = {}
    position = 0
    for raw in raw_tokens(text):
        for terms in terms_at(raw, code):
            for term in terms:
                found.setdefault(term, set()).add(position)
                found.setdefault("~" + stem(term), set()).add(position)
            position += 1
    return found


def word(post: Postings, term: str) -> set[int]:
    return post.get(term, set()) | post.get("~" + stem(term), set())


def phrase(post: Postings, terms: list[str]) -> bool:
    places = [{at - step for at in word(post, term)} for step, term in enumerate(terms)]
    return bool(terms) and bool(set.intersection(*places))


def groups(chunk: str) -> Iterator[list[str]]:
    """The raw tokens of a chunk: neighbouring words together, each run without blanks alone."""
    words: list[str] = []
    for raw in raw_tokens(chunk):
        if is_spaceless(raw):
            yield words
            yield [raw]
            words = []
        else:
            words.append(raw)
    yield words


def group_matches(post: Postings, raws: list[str]) -> bool:
    if is_spaceless(raws[0]):
        bigrams = [terms[0] for terms in terms_at(raws[0])]
        if len(bigrams) == 1:
            return any(term.startswith(bigrams[0]) for term in post)
        return phrase(post, bigrams[:-1])
    if len(raws) > 1:
        return phrase(post, [term for raw in raws for term in (symbol_or_parts(compound(raw)))])
    one = compound(raws[0])
    if one.symbol:
        return bool(word(post, one.symbol))
    return bool(one.concatenated and word(post, one.concatenated)) or phrase(post, list(one.subwords))


def symbol_or_parts(one: Compound) -> list[str]:
    return [one.symbol] if one.symbol and len(one.subwords) == 1 else list(one.subwords)


def finds(query: str, post: Postings) -> bool:
    items = [raws for chunk in query.split() for raws in groups(chunk) if raws]
    plain = [len(raws) == 1 and not is_spaceless(raws[0]) and not compound(raws[0]).concatenated for raws in items]
    done = [True] + [False] * len(items)
    for at, raws in enumerate(items):
        single = done[at] and group_matches(post, raws)
        both = at > 0 and plain[at] and plain[at - 1] and done[at - 1]
        done[at + 1] = single or (both and bool(word(post, fold(items[at - 1][0] + raws[0]))))
    return bool(items) and done[-1]


ROWS = json.loads(Path(__file__).with_name("tokens.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:30])
def test_each_text_is_found_by_its_queries_and_no_others(row: dict[str, list[str]]) -> None:
    post = postings(str(row["text"]), bool(row["code"]))
    assert [query for query in row["find"] if not finds(query, post)] == []
    assert [query for query in row["miss"] if finds(query, post)] == []


def test_the_table_is_whole() -> None:
    assert (len(ROWS), sum(len(row["find"]) + len(row["miss"]) for row in ROWS)) == (110, 423)


# Rule 1

RAW = [
    ("", []),
    ("a-b_c.d'e", ["a-b_c.d'e"]),
    ("C++17 and C++20", ["C++", "17", "and", "C++", "20"]),
    ("a+++b C## x#y", ["a", "b", "C", "x", "y"]),
    ("page.html#top", ["page.html", "top"]),
    ("...config", [".config"]),
    ("end. Next, one", ["end", "Next", "one"]),
    ("1,000,000.5 12,34 2022,000", ["1,000,000.5", "12", "34", "2022", "000"]),
    ("1,000元 C#语言 C++语言 .NET框架", ["1,000", "元", "C#", "语言", "C++", "语言", ".NET", "框架"]),
    ("clcsk->sk_user_data", ["clcsk", "sk_user_data"]),
    ("Linux内核的SMC", ["Linux", "内核的", "SMC"]),
    ("ハリー・ポッター", ["ハリー", "ポッター"]),
    ("👩‍💻👍🏽 🇨🇳🇩🇪❤️", ["👩‍💻", "👍🏽", "🇨🇳", "🇩🇪", "❤️"]),
    ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
    ("co\u00adop a\u200bb ภาษา\u200bไทย", ["co\u00adop", "a\u200bb", "ภาษา\u200bไทย"]),
    ("\u0301\u0301 ??? ((( * ~~~ \ud800", []),
    (".".join("abcdefghijklmn"), ["a.b.c.d.e.f.g.h.i.j.k.l", ".m.n"]),
]


@pytest.mark.parametrize(
    ("text", "expected"), RAW, ids=lambda value: str(value)[:20].encode("utf-8", "replace").decode()
)
def test_raw_tokens(text: str, expected: list[str]) -> None:
    assert raw_tokens(text) == expected


# Rules 2 to 7: (text, prose, code or None if the same)

TERMS = [
    ("sk_user_data", "sk skuserdata | user | data", None),
    ("SK-User.Data", "sk skuserdata | user | data", None),
    ("__init__ _", "init | _", None),
    ("getElementById", "get getelementbyid | element | by | id", None),
    ("GitHub", "github", "git github | hub"),
    ("HTMLElement URLs APIs", "htmlelement | urls | apis", "html htmlelement | element | urls | apis"),
    ("OAuth iPhone eBay getX", "oauth | iphone | ebay | getx", None),
    ("jQuery macOS", "jquery | mac macos | os", None),
    ("SomeHTMLParser2Impl", "some somehtmlparser2impl | html | parser2 parser | impl", None),
    ("0x7fff 0xDEADBEEF 3rdPartyCode", "0x7fff | 0xdeadbeef | 3rdpartycode", None),
    ("élanVital ПриветМирТест", "elan elanvital | vital | привет приветмиртест | мир | тест", None),
    ("utf-8 v1.2.3", "utf utf8 | 8 | v1 v1.2.3 | 2 | 3", None),
    ("python3 k8s sha256 base64url", "python3 python | k8s | sha256 sha | base64url", None),
    ("python3.11", "python3 python3.11 python | 11", None),
    ("C++ c# g++", "c c++ | c c# | g g++", None),
    ("Objective-C++", "objective objectivec objectivec++ | c c++", None),
    (".NET .gitignore .5", "net .net | gitignore .gitignore | 5", None),
    (".NET-Core", "net netcore .netcore .net | core", None),
    ("What's Shuah’s don't CAN’T 1990's", "what | shuah | dont | cant | 1990", None),
    ("O'Neill rock'n'roll", "o oneill | neill | rock rocknroll | n | roll", None),
    ("1,000,000 1,000.50", "1000000 | 1000 1000.50 | 50", None),
    ("eth0,100", "eth0 eth0.100 eth | 100", None),
    ("Straße Łódź İstanbul ёлка Й", "strasse | lodz | istanbul | елка | й", None),
    ("ｆｕｌｌ １２ ﬁle Ⅷ H₂O ⑴ ½", "full | 12 | file | viii | h2o | 1 | 1 1.2 | 2", None),
    ("中文分词", "中文 | 文分 | 分词 | 词", None),
    ("文", "文", None),
    ("ﾃﾞｰﾀ", "デー | ータ | タ", None),
    ("葛\U000e0100城", "葛城 | 城", None),
    ("がくが", "がく | くが | が", None),
    ("한국 한국", "한국 | 국 | 한국 | 국", None),
    ("❤️👍🏽", "❤ | 👍", None),
    ("the and of", "the | and | of", None),
]


@pytest.mark.parametrize(("text", "prose", "code"), TERMS)
def test_terms(text: str, prose: str, code: str | None) -> None:
    check(text, prose)
    check(text, prose if code is None else code, code=True)


def test_a_term_has_its_limits() -> None:
    ((cut,),) = terms_at("Q" * 10_000)
    assert cut == "q" * 80
    assert [len(term) for terms in terms_at("ab" * 40 + "++") for term in terms] == [80, 80]
    assert len(terms_at("".join(f"Hump{letter}" for letter in "abcdefghijklmnop"))) <= 12
    humps = "OneTwoThreeFourFiveSixSevenEightNineTenElevenTwelveThirteen"
    assert terms_at(humps)[-1] == ("twelvethirteen",)


def test_offsets_and_positions() -> None:
    found = list(tokens("用 co\u00adop, ﾃﾞｰ", first=5))
    assert found == [("用", 5, 0, 1), ("coop", 6, 2, 7), ("デー", 7, 9, 12), ("ー", 8, 11, 12)]


# Rule 8


def test_traditional_is_simplified_on_request() -> None:
    assert raw_tokens("雜談") == raw_tokens("杂谈")
    assert AS_WRITTEN.raw_tokens("雜談") == ["雜談"]
    assert [token.term for token in AS_WRITTEN.tokens("雜談")] == ["雜談", "談"]
    assert (key("雜談"), AS_WRITTEN.key("雜談")) == ("杂谈", "雜談")
    assert (fold_value("雜談"), AS_WRITTEN.fold_value("雜談")) == ("杂谈", "雜談")


def test_simplifying_is_one_to_one_and_settled() -> None:
    pairs = characters.read_table("ts_characters.txt")
    assert len(pairs) == 4105
    assert {len(pair) for pair in pairs} == {2}
    assert all(simplified(pair) == pair[1] * 2 for pair in pairs)
    assert simplified("\uf9d3") == simplified("陸") == "陆"


# Rules 9 and 10, languages

STEMS = [
    ("fixes", "en", "fix"),
    ("fallbacks", "", "fallback"),
    ("hauser", "German", "haus"),
    ("chevaux", "fr-CA", "cheval"),
    ("работами", "ru", "работ"),
    ("fixes", "zh-CN", "fix"),
    ("k8s", "en", "k8s"),
    ("c++", "en", "c++"),
    ("1.2.3", "en", "1.2.3"),
    ("内核", "en", "内核"),
    ("", "en", ""),
    ("s" * 500, "en", "s" * 500),
]


@pytest.mark.parametrize(("term", "language", "expected"), STEMS)
def test_stem(term: str, language: str, expected: str) -> None:
    assert stem(term, language) == expected


def test_stem_under_threads() -> None:
    words = [f"{letter}ing{letter}ers" for letter in "abcdefghijklmnopqrstuvwxyz"] * 40
    expected = [stem(word) for word in words]
    answers: list[list[str]] = []

    def work() -> None:
        answers.append([stem(word, "en-GB") for word in words])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


LANGUAGES = [
    ("", "en"),
    ("zh-CN", "en"),
    ("ja", "en"),
    ("Klingon", "en"),
    ("en_US.UTF-8", "en"),
    ("German", "de"),
    ("DE-at", "de"),
    ("Français", "fr"),
    ("pt-br", "pt"),
    ("nb", "no"),
    ("русский", "ru"),
    ("-", "en"),
    ("\ud800", "en"),
]


@pytest.mark.parametrize(("tag", "code"), LANGUAGES)
def test_stemmer_language(tag: str, code: str) -> None:
    assert stemmer_language(tag) == code


def test_every_language_has_a_stemmer() -> None:
    from postdex_index.text.stemming import _algorithms

    assert len(_algorithms()) == 34
    assert all(stem("a", code) is not None for code in _algorithms())


def test_stop_words() -> None:
    assert len(stop_words("en")) == 33
    assert {"the", "and", "of"} <= stop_words("zh")
    assert {"fur", "uber", "und"} <= stop_words("de")
    files = Path(characters.__file__).parent.joinpath("data", "stopwords").glob("??.txt")
    sizes = {file.stem: len(stop_words(file.stem)) for file in files}
    assert len(sizes) == 13
    assert all(size > 90 for code, size in sizes.items() if code != "en")
    assert stop_words("eo") == frozenset()
    assert all(terms_at(word)[0][0] == word for word in stop_words("ru") | stop_words("fr"))


# The query side

COMPOUNDS = [
    ("fallback", Compound("", ("fallback",), "")),
    ("sk_user_data", Compound("skuserdata", ("sk", "user", "data"), "")),
    ("GitHub", Compound("github", ("git", "hub"), "")),
    ("utf-8", Compound("utf8", ("utf", "8"), "")),
    ("v1.2.3", Compound("v1.2.3", ("v1", "2", "3"), "")),
    ("python3", Compound("", ("python3",), "")),
    ("C++", Compound("", ("c",), "c++")),
    ("C#", Compound("", ("c",), "c#")),
    (".NET", Compound("", ("net",), ".net")),
    (".gitignore", Compound("", ("gitignore",), ".gitignore")),
    (".eslintrc.js", Compound("eslintrcjs", ("eslintrc", "js"), ".eslintrcjs")),
    ("Objective-C++", Compound("objectivec", ("objective", "c"), "objectivec++")),
    ("", Compound("", (), "")),
]


@pytest.mark.parametrize(("raw", "expected"), COMPOUNDS)
def test_compound(raw: str, expected: Compound) -> None:
    assert compound(raw) == expected


KEYS = [
    ("SMC fallback!", "smc  Fallback"),
    ("UTF-8 in Python", "utf8 in python"),
    ("「GitHub」入門", "github 入门"),
    ("What's new?", "What’s New"),
    ("C++", "c++ "),
    ("???", ""),
]


@pytest.mark.parametrize(("one", "other"), KEYS)
def test_keys_that_are_equal(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_keys_that_differ() -> None:
    assert len({key(text) for text in ("C++", "C#", "C", "v1.2.3", "v1.23", "NET", ".NET")}) == 7


def test_whole_values_keep_their_signs() -> None:
    assert fold_value(" C++\t& Ｒｕｓｔ\u3000ÉTÉ ") == "c++ & rust ete"


# Any text at all

PIECES = [
    "foo",
    "Bar",
    "X",
    "é",
    "ß",
    "内核",
    "雜談",
    "ﾃﾞ",
    "が",
    "한",
    "ไทย",
    "ำ",
    "हिन्दी",
    "👩‍💻",
    "++",
    "#",
    ".",
    "-",
    "_",
    "'s",
]
PIECES += [
    "n't",
    ",000",
    "12",
    " ",
    "\u200b",
    "\u00ad",
    "\u0301",
    "\u3099",
    "\ufe0f",
    "İ",
    "ﷺ",
    "⑴",
    "\ud800",
    "’",
    "\U000e0100",
]
TEXT = st.one_of(st.text(st.characters(), max_size=40), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@settings(deadline=None, max_examples=300)
@given(TEXT, st.booleans())
def test_terms_are_bounded_and_offsets_lead_back(text: str, code: bool) -> None:
    check_any(text, code)


def check_any(text: str, code: bool) -> None:
    """What must hold of any text, whatever is in it."""
    found = list(tokens(text, code))
    raws = [(match[0], *match.span()) for match in ANALYZER.raw_matches(text)]
    assert [raw for raw, _, _ in raws] == raw_tokens(text)
    assert all(simplified(text)[start:stop] == raw for raw, start, stop in raws)
    for token in found:
        assert 0 < len(token.term) <= 80
        assert not any(character.isspace() for character in token.term)
        assert token.term in {
            term for raw in raw_tokens(text[token.start : token.stop]) for term in sum(terms_at(raw, code), ())
        }
    assert all(width_of(raw, code) == len(terms_at(raw, code)) for raw, _, _ in raws)
    positions = [terms for raw, _, _ in raws for terms in terms_at(raw, code)]
    assert [token.term for token in found] == [term for terms in positions for term in terms]
    assert list(ANALYZER.words(text)) == [span for span in raws if terms_at(span[0])]
    assert sorted({token.position for token in found}) == list(range(len(positions)))
    assert {type(made) for made in (key(text), fold_value(text), stem(text), stemmer_language(text))} == {str}


@settings(deadline=None, max_examples=200)
@given(TEXT, st.booleans())
def test_a_raw_token_finds_its_own_text(text: str, code: bool) -> None:
    post = postings(text, code)
    for raw in raw_tokens(text):
        if terms_at(raw, code):
            assert group_matches(post, [raw])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*"abSsNtT1AZ_.-',#+ /", "n't", "1,000", "Xyz", "++"]), max_size=40).map("".join))
def test_words_in_ascii_take_two_characters_each(text: str) -> None:
    """But the last one: so `needs_wide` need not look at most posts."""
    assert sum(width_of(raw, code=True) for raw in raw_tokens(text)) <= len(text) // 2 + 1


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30))
def test_chinese_has_as_many_tokens_as_characters(text: str) -> None:
    found = list(tokens(text))
    assert [token.start for token in found] == list(range(len(text)))
    assert [token.position for token in found] == list(range(len(text)))


@settings(deadline=None, max_examples=200)
@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_value(fold_value(text)) == fold_value(text)


def test_every_mark_that_normalising_reorders_is_calmed() -> None:
    marks = "".join(c for c in map(chr, range(0x110000)) if unicodedata.combining(c) and c < "\U00011f00")
    assert len(characters.calm("a" + marks * 2)) == 31
    assert characters.calm("e\u0301" * 1000) == "e\u0301" * 1000


#: Texts of a size.
HOSTILE: dict[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * 10 * n,
    "dots": lambda n: "a." * n,
    "commas": lambda n: "1,000" + ",000" * (n // 2),
    "marks": lambda n: "e" + "\u0301\u0323" * (n // 2),
    "letters and a mark": lambda n: "a" * 3 * n + "\u0301b" * n,
    "marks alone": lambda n: "\u0301\u0323" * (n // 2),
    "Thai marks": lambda n: "ก" + "\u0e38\u0e48" * (n // 3),
    "jamo": lambda n: "\u1100\u1161" * (n // 10),
    "humps": lambda n: "aB" * n,
    "plus": lambda n: "+" * n,
    "underscores": lambda n: "_" * n,
    "surrogates": lambda n: "\ud800" * n,
    "joiners": lambda n: "👩" + "\u200d👩" * (n // 5),
    "ligatures": lambda n: "ﷺ" * (n // 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    def work(size: int) -> None:
        text = HOSTILE[name](size)
        for raw in raw_tokens(text):
            terms_at(raw)
        fold_value(text[: size // 3])

    check_linear(work, 400_000)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from([*"ab1,.-'’‐_#+é→１Ａ。—　内核。，", "1,234", "C++", "\u0301", "か", "😀"]), max_size=12)
)
def test_the_narrowest_pattern_gives_the_tokens_of_the_widest(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert characters.raw_pattern(text).findall(text) == widest(text)


def widest(text: str) -> list[str]:
    """The tokens by the pattern that is right for any text."""
    return characters._plain_pattern(characters.has_marks(text)).findall(text)


def test_a_common_character_is_of_one_of_three_kinds() -> None:
    known = re.compile(f"[{characters.SPACELESS}{characters._EMOJI}{characters._EMOJI_STYLE}]")
    for character in map(chr, range(sys.maxunicode + 1)):
        if characters._is_common(character):
            sign = not (re.match(r"\w", character) or known.match(character) or characters.has_marks(character))
            assert sign or character.isascii() or "\u4e00" <= character <= "\u9fff", hex(ord(character))
            assert widest(character) == characters._chinese_pattern().findall(character)


def test_import_reads_no_table_and_no_stemmer() -> None:
    program = (
        "import sys; import postdex_index.text.analyzer as a; a.Analyzer(True, ()).raw_tokens('plain words');"
        "a.terms_at('plain');"
        "from postdex_index.text import characters as scripts;"
        "print('Stemmer' in sys.modules, scripts._marks.cache_info().currsize,"
        "scripts._simplified_forms.cache_info().currsize, scripts._plain_pattern.cache_info().currsize)"
    )
    root = str(Path(tokenizer.__file__).parents[2])
    answer = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": root}, capture_output=True, text=True)
    assert (answer.stdout.split(), answer.stderr) == (["False", "0", "0", "0"], "")


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=20))
def test_decomposed_hangul_is_the_same_text(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert raw_tokens(decomposed) == [decomposed] and terms_at(decomposed) == terms_at(text)
    assert [decomposed[token.start : token.stop] for token in tokens(decomposed)] == [
        unicodedata.normalize("NFD", text[at : at + 2]) for at in range(len(text))
    ]
