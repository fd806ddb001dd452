"""Makes Tests/DataPipelineTests/Resources/byte-pairs.json: merges and tokens by a plain byte-pair encoder, which counts all
pairs anew for each merge. usage: make_byte_pair_golden.py NOVEL_TXT_GZ OUTPUT_FILE; needs the standard library alone.

Words are cut by GPT-2's pattern, applied to a text in which each character is replaced by a letter for its class.
"""

import collections
import gzip
import json
import re
import sys
import unicodedata

MERGES = 600
CHARACTERS = 60_000
NASTY = (
    "It's they'll we've I'M ''s x'd  two   spaces\n\n\ttab \r\n é e\u0301 \u6f22\u5b57\u304b\u306a\u4ea4\u3058\u308a "
    "\uff13 \u2167 \xbd \U0001f469\u200d\U0001f467 12345.678e-9 \xa0nbsp \u3000 wide\u2028line \x00\x1c _a_ 9th don't"
)


def letter_of_class(character: str) -> str:
    """L, N, S or O; ASCII apostrophes, spaces and the letters of contractions stay as they are."""
    if character in "' strevmld":
        return character
    category = unicodedata.category(character)
    if category[0] in "LN":
        return category[0]
    # The property White_Space, which str.isspace goes beyond.
    return "S" if character.isspace() and not "\x1c" <= character <= "\x1f" else "O"


PATTERN = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[Lstrevmld]+| ?N+| ?[O']+|[S ]+(?![^S ])|[S ]+"
)


def words(text: str) -> list[str]:
    classes = "".join(map(letter_of_class, text))
    return [text[match.start() : match.end()] for match in PATTERN.finditer(classes)]


def merged(word: list[int], pair: tuple[int, int], token: int) -> list[int]:
    result, at = [], 0
    while at < len(word):
        if tuple(word[at : at + 2]) == pair:
            result.append(token)
            at += 2
        else:
            result.append(word[at])
            at += 1
    return result


def main(source: str, output: str) -> None:
    text = gzip.open(source, "rt", encoding="utf-8", newline="").read()[:CHARACTERS] + NASTY
    assert "".join(words(text)) == text
    counts = collections.Counter(words(text))
    tokens = {word: list(word.encode()) for word in counts}
    merges = []
    for token in range(256, 256 + MERGES):
        pairs: collections.Counter = collections.Counter()
        for word, count in counts.items():
            for pair in zip(tokens[word], tokens[word][1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        tokens = {word: merged(word_tokens, best, token) for word, word_tokens in tokens.items()}
    encoded = []
    for word in words(NASTY + text[:2000]):
        word_tokens = list(word.encode())
        for token, pair in enumerate(merges, 256):
            word_tokens = merged(word_tokens, pair, token)
        encoded += word_tokens
    golden = {
        "characters": CHARACTERS,
        "nasty": NASTY,
        "words": words(NASTY),
        "merges": [token for pair in merges for token in pair],
        "tokens": encoded,
    }
    with open(output, "w", encoding="utf-8") as stream:
        json.dump(golden, stream, separators=(",", ":"))
        stream.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
