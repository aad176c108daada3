"""Texts that people and machines may put into the box of a prompt."""

import random
from pathlib import Path

from diffusion.data import builtin_vocabulary
from diffusion.data.lexicon import lexicon_of
from diffusion.data.prompt import MAX_PROMPT

CASES = Path(__file__).parent.parent / "data" / "prompts"
HOSTILE = [
    *("", " ", "\x00\x01", "，。；", ":", ":::0.5", "cat:", "9" * 300, "%" * 300, "1e999", "(" * 300, "a" * 300),
    *("with " * 60, "no " * 100, "不" * 300, "没有" * 150, "猫" * 300, "的" * 300, "red " * 75, "wizard and " * 27),
    *("ﷺ" * 300, "\u202ecat\u202d", "c\u200bat", "ｃａｔ", "🐱", "cat🐱dog", "🐱" * 300, "🐱" * 301, "{cat} {0} %s"),
    *("\\b(cat", "<script>alert(1)</script>", "\ud800", "cat\udc00", "½ cat", "cat\ndog", "猫\n", "٣ cats", "١٢٫٣"),
    *("cat:٣", "cat:.٣", "𞥐𞥑 cat:0.𞥕", "é" * 300, "e\u0301lf", "red haired red haired red", "is red is blue"),
    *("是是是红", "half half half", "-" * 300, "'" * 300, "s" * 300, "ſword", "İMP", "imp ı", "ΣΑΣ", "__proto__"),
    *("constructor, cat", "cat:0.0009765625", "6.25% cat, 0.0625% dog", "12.3456789%", "0.0000000001% cat", "0.5"),
    *("cat:0.00001", "cat:" + "9" * 200, "cat:" + " " * 20 + "0.5", "cat:0." + "1" * 200, "50 \n% cat"),
    *("\x1ccat\x85dog\ufeff", "a" * 301, "a" * 100_000, "囧" * 100_000),
]


def cases():
    lines = [line for file in sorted(CASES.glob("*.txt")) for line in file.read_text("utf-8").splitlines()]
    return [line.split(" => ")[0] for line in lines if line and line[0] != "#"]


def mixtures(count, seed):
    """Phrases, grammar, weights and nonsense of both languages in any order."""
    chance = random.Random(seed)
    lexicon = lexicon_of(builtin_vocabulary())
    phrases = [*map(" ".join, lexicon.english), *lexicon.chinese]
    grammar = [
        *"红蓝的有没是和拿戴,，.:;'’- \n",
        "with",
        "no",
        "and",
        "is",
        "red",
        "blue",
        "gold",
        "hair",
        "的",
        "half",
    ]
    odd = [
        "0.5",
        ":0.25",
        ":.5",
        "50%",
        "3",
        "qqq",
        "囧",
        "Wizzard",
        "CATS",
        "ｃａｔ",
        "İ",
        "é",
        "🐱",
        "\u200b",
        "knives",
    ]
    for _ in range(count):
        pools = chance.choices((phrases, grammar, odd), (6, 4, 2), k=chance.randint(1, 9))
        yield chance.choice(("", " ", " ", ", ")).join(map(chance.choice, pools))[:MAX_PROMPT]
