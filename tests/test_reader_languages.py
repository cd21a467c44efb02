"""Does the reader answer from posts in fifteen languages as the library does, whatever is typed in each of them?

Whole answers as JSON: tokens, stems, simplified characters, marks and snippets of each script take part in them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date

import pytest
from reader_bundle import ReaderBundle

import postdex
from postdex.export import bundle
from postdex.output import wire

SENTENCES = {
    "de": ["Die Häuser der Straße wurden größer gebaut.", "Wie funktioniert die Speicherverwaltung im Kern?"],
    "fr": ["L'œuvre d'art était cachée ; c’était l'été.", "Les chevaux couraient. Où sont les paramètres ?"],
    "ru": ["Ёлка стояла в центре города, ещё зелёная.", "Работами занимаются: ПриветМир и HTTPСервер."],
    "ja": ["ﾃﾞｰﾀﾍﾞｰｽ と カーネル・モジュール、がくせいは学校へ。", "どうやって使いますか。Linuxカーネル5.10を使う。"],
    "ko": ["\u1112\u1161\u11ab\u1100\u116e\u11a8 사람과 한국 음식", "어떻게 사용합니까? 리눅스 커널 메모리 관리"],
    "zh": [
        "內核中的記憶體管理是什麼？内核中的内存管理怎么用？",
        "雜談：SMC 的後備機制，套接字缓冲区 sk_buff；𠀀𪚥 罕见字",
    ],
    "th": ["การจัดการหน่วยความจำของเคอร์เนล", "ฐานข้อมูล\u200bดัชนี คืออะไร น้ำ ทำงาน"],
    "ar": ["السَّلَامُ عَلَيْكُم يا نواة", "إدارة الذاكرة في النواة، أحراراً"],
    "he": ["שָׁלוֹם עוֹלָם", "ניהול זיכרון בגרעין, שלום"],
    "hi": ["सभी मनुष्य जन्म से स्वतंत्र हैं।", "हिन्दी भाषा में स्मृति प्रबंधन"],
    "tr": ["İstanbul'da ışıklar yandı; DİYARBAKIR ılık.", "Bütün insanlar hür doğarlar."],
    "el": ["Η ΔΙΑΧΕΙΡΙΣΗ ΜΝΗΜΗΣ του πυρήνα ᾳ", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι."],
    "vi": ["Quản lý bộ nhớ của hạt nhân", "Tất cả mọi người sinh ra đều được tự do."],
    "pl": ["Łódź i żółw w pamięci jądra", "Wszyscy ludzie rodzą się wolni."],
    "en": ["The kernel doesn't use C++17 or .NET; see sk_user_data and getElementById in 1,000,000 lines."],
    "": ["👩‍💻 shipped v1.2.3 🚀 ❤️ e\u0301lan, ﬁnd ½ ① H₂O co\u00adop", "𝒳𝓎𝓏 math and 𐐨𐐀 Deseret 🦀🦀 Hawaiʻi"],
}
TAGS = ["größe", "Ёлка", "內核", "内核", "한국", "ไทย", "C++", "été", "ΜΝΗΜΗ", "İstanbul", "שָׁלוֹם"]
EVERY = [sentence for sentences in SENTENCES.values() for sentence in sentences]
WORDS = [word for sentence in EVERY for word in sentence.split()]


def post(language: str, chance: random.Random) -> str:
    """A post mostly in one language, drawn from the sentences."""
    own = SENTENCES[language]

    def text() -> str:
        return " ".join(chance.choice(own if chance.random() < 0.7 else EVERY) for _ in range(chance.randrange(1, 6)))

    fields = {"title": chance.choice(own), "tags": chance.sample(TAGS, 2), **({"lang": language} if language else {})}
    head = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    sections = "".join(f"\n## {chance.choice(own)}\n\n{text()}\n" for _ in range(2))
    return f"---\n{head}---\n{text()}\n{sections}\n```c\nint smcSwitch(x); // {chance.choice(own)}\n```\n"


def queries(chance: random.Random) -> list[str]:
    """What is typed: sentences, their beginnings, words in every form, with signs."""
    typed = [
        form for sentence in EVERY for form in (sentence, sentence[: chance.randrange(2, 20)], f'"{sentence[:12]}"')
    ]
    for _ in range(200):
        one, other = chance.choices(WORDS, k=2)
        forms = [one, f"{one} {other}", f'"{one} {other}"', f"+{one} -{other}", one[:-1], f"{one[:3]}*", one.upper()]
        forms += [f"title:{one}", f"{one}~", f"*{one[-3:]}", one[1:] + one[:1], f"tag:{chance.choice(TAGS)} {one}"]
        typed.append(chance.choice(forms))
    return typed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[postdex.Index, ReaderBundle]]:
    folder, out = tmp_path_factory.mktemp("posts"), tmp_path_factory.mktemp("site")
    chance = random.Random(1)
    for number, language in enumerate([*SENTENCES] * 3):
        (folder / f"{number}.md").write_text(post(language, chance), encoding="utf-8")
    with postdex.open(folder, refresh="never") as index:
        bundle.write(index, out)
        with ReaderBundle(out, (index.today() - date(1970, 1, 1)).days) as reader:
            yield index, reader


def test_whole_answers(site: tuple[postdex.Index, ReaderBundle]) -> None:
    index, reader = site
    for query in queries(random.Random(2)):
        expected = wire.to_dict(index.search(query, deadline_ms=None))
        answer = reader.search(raw=False, q=query)
        for form in (expected, answer):
            form.pop("took_ms", None)
            form.pop("index", None)
        if not any("is not possible in a published index" in warning for warning in answer.get("warnings", ())):
            assert answer == json.loads(json.dumps(expected)), query
