#!/usr/bin/env python3
"""Write pinyin_data.c: the first reading of each Chinese character, as ICU's Han-Latin has it (uconv, of icu-devtools).

    ./pinyin_data.py > pinyin_data.c
"""

import subprocess
import unicodedata

PER_LINE = 48
characters = ["〇"] + [chr(point) for point in range(0x3400, 0xA000)]
answer = subprocess.run(
    ["uconv", "-f", "utf-8", "-t", "utf-8", "-x", "Han-Latin; Lower"],
    input="\n".join(characters).encode(), stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")

syllables = {}
for character, reading in zip(characters, answer, strict=True):
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if plain.isascii() and plain.isalpha():
        syllables.setdefault(plain, []).append(character)

print("/* Written by pinyin_data.py from ICU's Han-Latin, which stands on the Unihan data of Unicode, Inc.")
print(" * (https://www.unicode.org/license.txt). ü is v, tones are left out. Not edited by hand. */")
print('#include "text/pinyin.h"\n')
print("/* clang-format off */")
print("const struct pinyin_syllable pinyin_syllables[] = {")
for syllable in sorted(syllables):
    found = syllables[syllable]
    lines = ['"' + "".join(found[i:i + PER_LINE]) + '"' for i in range(0, len(found), PER_LINE)]
    print('\t{"%s",\n\t %s},' % (syllable, "\n\t ".join(lines)))
print("};")
print("/* clang-format on */\n")
print("const size_t pinyin_syllable_count = sizeof pinyin_syllables / sizeof *pinyin_syllables;")
