#!/usr/bin/env python3
"""Asks RE2's own library what it accepts and matches, and writes the answers down.

    corpus.jsonl  one expression a line: whether RE2 accepts it, and which texts it matches as a whole
    latin1.jsonl  the same for RE2 in Latin-1, where expressions and texts beyond ASCII tell the two apart
    ../../src/regex/unicode.txt
                  every group of characters by name with its ranges, and every set of letters that case folding joins

The expressions are the hand-picked ones below, random ones of RE2's grammar, and random damage to both. The seed is
fixed, so two runs with one version of the library write the same files. See README.md for how to run it.
"""

import json
import os
import random
import re
import sys

import re2

HERE = os.path.dirname(os.path.abspath(__file__))
OPTIONS = re2.Options()
OPTIONS.log_errors = False

LATIN1 = re2.Options()
LATIN1.log_errors = False
LATIN1.encoding = re2.Options.Encoding.LATIN1

# Where RE2 differs from its relatives, and where parsers go wrong.
TRICKY = r"""
[a&&b] [a--b] [a-b] [a~~b] [a||b] \d \D \s \S \w \W \b \B \A \z \Z \G \K \R \X \h \H \N \e \cA \C \C\C \C\C\C a\Cb (?:\C|é)*
(?i)k (?i)K (?i)s (?i)ß (?i)ẞ (?i)σ (?i)İ (?i)ı (?i)ſ (?i)Å (?i)µ (?i)[k] (?i)[^k] (?i)[a-z] (?i)[^a-z] (?i)\w (?i)\W (?i)[\w] (?i)[^\W]
(?i)\pL (?i)\p{Lu} (?i)\P{Lu} (?i)\p{^Lu} (?i)[\P{Lu}] (?i)[[:upper:]] (?i)[[:^upper:]] (?i)[^[:upper:]] (?i)\x4b (?i)\x{212a} (?i)\113 (?i)\Qk\E
\< \> \_ \- \/ \. \% \@ \é \日 \1 \2 \8 \9 \0 \00 \000 \0000 \08 \01 \12 \123 \1234 \177 \377 \477 \777 \18 \x \x4 \x41 \x4g \xg \x{41} \x{} \x{41 \x{10FFFF} \x{110000}
\x{00000041} \x{D7FF} \x{D800} \x{DFFF} \x{E000} [\x{D800}] [\x{D000}-\x{E001}] [\x{D800}-\x{DFFF}] [^\x{D800}] \u0041 \u{41} \U00000041 \N{SPACE} \p \pL \pl \PL \p{L} \p{L \p{} \p{^} \p{^L} \P{^L} \p^L
\p{Greek} \p{greek} \p{GREEK} \p{Script=Greek} \p{script=greek} \p{sc=Greek} \p{Lu} \p{lu} \p{LC} \p{L&} \p{Any} \P{Any} \p{any} \p{Cn} \p{Cs} \P{Cs} \p{C} \pC \pM \pN \pP \pS \pZ \p{Assigned} \p{ASCII} \p{Alphabetic} \p{Letter} \p{Han} \p{Hiragana} \p{Latin} \pé [\pL] [\pL\pN] [^\pL] [\PL] [^\PL] [\pLa-c] [\p{Greek}-z] [\p] [\p{L]
\Q \Q\E \Qa \Qa\E \Qa.b\E \Qab\E* \Qa\Eb \Q\E* a\Q\E* \Q\\E \Q\\\E \Q(\E \Qa\Q\E \E a\E \Qa|b\E (\Qa) (\Qa\E) [\Qa\E] \Q\Q\E \Qé\E+
a** a*+ a+* a++ a?+ a?? a??? a*? a+? a*?? a+?? a{2}* a{2}+ a{2}? a{2}?? a*{2} a{2}{3} (?:a*)* (?:a+)+ (?:a*)+ (?:a?)* (a*)* (a|b)** a|* a|+ |* * + ? ** {2} {2,3} {,2} { } {} {a} a{ a{} a{a} a{,} a{,2} a{2 a{2, a{2,} a{2,3} a{2,1} a{0} a{0,0} a{0,1} a{1} a{1,1} a{01} a{1,01} a{00} a{-1} a{1,-1} a{+1} a{ 1} a{1 } a{1,2 a{999999999} a{1000000000} a{10000000000000000000} a{1000} a{1001} a{1000,} a{1001,} a{0,1000} a{0,1001} (a{500}){2} (a{500}){3} (a{31}){32} (a{32}){32} (a{10}b{10}){100} (a{10}b{10}){101} ((a{10}){10}){10} ((a{10}){10}){11} ((a{10})*){100} ((a{10})*){101} ((a{2})+){500} ((a{2})+){501} (a{0}){1000} (a{2,}){500} (a{2,}){501} (?:a{2}){0,500} (?:a{2}){0,501} (a{1000})? (a{1000})* (a{1000}){1} (a{1000}){1,} (a{1000}){0,1} (a{1000}){2} (?:a{1001})?
^ $ ^^ $$ ^$ $^ ^* $* ^+ ^? ^{2} $? \b* \b+ \B? \A* \z+ (^)* (^a)* (a$)* (^|a)* (a|$)+ a^b a$b ^a$ ^^a$$ (?m)^a$ (?m)a$\n^b (?m)^ (?m)$ (?m)(^a$\n?)* (?-m)a$\nb a\zb \Aa\z a\Ab (?m)\Aa a\b \ba\b a\bb a\Bb \Ba\B é\b \bé é\Bé a\bé \b\b \b\B (\b|a)*
() (|) (|a) (a|) (a||b) (|a|) || | a| |a a|b|c (?:) (?:)* ()* (|a)* (a|)* (a*|b)* (a|b)*c ((a)) (((((a))))) ( ) (a a) (() ()) )( (?:a (?:a)) a) (a|b (a|b)) a(b|c)d
(?) (?-) (?i) (?i-) (?-i) (?-i: (?i:a) (?i-s:a) (?is-mU:a) (?ii) (?i-i)a (?--i) (?i-s-m) (?i:) (?i)a(?-i)b (?i:a)b ((?i)a)b (a(?i)b|c)d (?i)a|b (a|(?i)b|c) (?x) (?x)a (?a) (?u) (?L) (?n) (?s). (?-s). (?s:.) . .. (?s).* .* .+ .? (?U)a* (?U)a*? (?U)a+a (?U:a*)a (?i)(?-i)a a(?i)* a*(?i)* (?i)* a(?i)b* (?i (?is (?i:a (?;) (?i;)
(?P<n>a) (?P<n>a)(?P<n>b) (?P<n>a)(?P<m>b) (?<n>a) (?<n>a)(?P<n>b) (?P<>a) (?<>a) (?P<n (?P<n>a (?<n (?<n>a (?P<1>a) (?P<1a>b) (?P<a-b>c) (?P<a.b>c) (?P<a_b>c) (?P<é>a) (?P<日本>a) (?P<α1>a) (?P<a b>c) (?P<n:a>b) (?P=n) (?P>n) (?P (?P) (?Pn) (?P<n>a)\k<n> (?'n'a) (?P'n'a) (?P<n>*) (?P<n>a)* (?P<²>a) (?P<Ⅷ>a) (?P<‿>a)
(?=a) (?!a) (?<=a) (?<!a) a(?=b) a(?!b) (?<=a)b (?<!a)b (?>a) (?#a) (?(1)a) (?|a|b) (?R) (?1) (?&n) \g1 \g{1} \k<n> (*ACCEPT) (*UTF8)a (?C) (?:a)(?:b)
[] [ ] [a [^a [^] [^]] []] []a] [^]a] [a]] [[] [[a] [[]] [a[b]c] [-] [--] [---] [-a] [a-] [a-b-c] [a-c-e] [+--] [*-+] [^-] [^-a] [a^] [\^a] [\]] [\\] [a\-z] [a-\d] [\d-z] [\d-] [-\d] [\w-\d] [z-a] [a-a] [b-a] [\x41-\x43] [\101-\103] [\n] [\t-\r] [\b] [\B] [\A] [\z] [\C] [\1] [\0] [\08] [\8] [\é] [é-ü] [а-я] [日-本] [\x{1F600}-\x{1F64F}] [^\n] [^\x00-\x{10FFFF}] [\x00-\x{10FFFF}] [^\x00-\x7F] [.] [*] [$] [|] [()] [a|b] [{}] [a,b] [/] ["'] [#] [%&]
[[:alnum:]] [[:alpha:]] [[:ascii:]] [[:blank:]] [[:cntrl:]] [[:digit:]] [[:graph:]] [[:lower:]] [[:print:]] [[:punct:]] [[:space:]] [[:upper:]] [[:word:]] [[:xdigit:]] [[:^alpha:]] [^[:alpha:]] [^[:^alpha:]] [[:alpha:][:digit:]] [[:alpha:]-z] [a-[:alpha:]] [[:Alpha:]] [[:alphabetic:]] [[:]] [[::]] [[:a]] [[:a:]] [[:alpha]] [[:alpha:] [:alpha:] [[:alpha:]] [[.a.]] [[=a=]] [[:^:]] [[:^word:]] [[:a]b:] [x[:digit:]y]
/api/v[0-9]+/.* /v[0-9]+/(users|orders)/[^/]+ /[a-z]{2}(-[A-Z]{2})?/.* (?i)/API/.* /.*\.(png|jpe?g|gif) /users/\d+(/.*)? ACME-[0-9]{6} internal-[0-9]+ \d{1,3}(\.\d{1,3}){3} [\w.+-]+@[\w-]+\.[\w.]+ (GET|POST)\s.* .*x.*y.* (a|ab)(c|bcd)(d*) (a+|b+|ab)* (a*)(a|aa) (?:a|b){3,5}c (.*)(\d+) (.*?)(\d+) x*y?z+ (x+x+)+y (?:(?:(?:a?)?)?)? (?:0|1(?:01*0)*1)*
é+ [éè]+ ü|ö|ä \x{e9} 日本|中国 (?i)É (?i)жук (?i)[α-ω]+ ☃* 😀+ [😀-😎] \x{1F600} .\x{301} e\x{301} \xe9 [\xe0-\xef]
"""

TEXTS = """|a|b|c|ab|ba|aa|aaa|abc|A|B|AB|k|K|\u212a|s|S|\u017f|é|É|ß|ẞ|ss|σ|ς|Σ|İ|i|I|ı|å|Å|\u212b|µ|μ|1|0|9|12|a1|_|-|&|a&b|.|*|+|/|\\|(|)|[|]|{|}|<|>|^|$|\n|a\n|\na|a\nb|\t| | a|a b|\r\n|\x07|\x08|\x0b|\x0c|\x00|\x01|\x1f|\x7f|\x80|\x85|\xa0|\xad|\u0300|e\u0301|\u0660|\u2028|\u3000|日|本|日本|中国|ж|Ж|α|Ω|ω|θ|ϴ|ǅ|ǆ|Ǆ|ⅷ|²|☃|😀|😎|\ufeff|\ufffd|\ud7ff|\ue000|\U0010ffff|\U0001e900|\U0001e922|E|Qa|u0041|x|xx|{2}|a{|a{}|a{,2}|a{,|a{2|a{01}|a{ 1}|a{1,01}|aaaa|aaaaaaaaaa|abab|aabb|abcd|ac|acd|abbcd|/api/v1/x|/API/x|/v2/users/7|/de-DE/x|/img/a.png|/users/42/a|ACME-123456|internal-7|10.0.0.1|a@b.co|GET x|axbyc|xyz|xxxy|1001|110|b\na|aé|éa|éé|ka|kb|KB|a.b|a|b|(?i)|z|Z|:|@|`|~|#|%|,|"|'|a:|[a]|a]|-]|0a|A1""".split("|")

FLAGS = ["(?i)", "(?s)", "(?m)", "(?U)", "(?is)", "(?i-s)", "(?ms)"]
CLASSES = [
    r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\pL", r"\PL", r"\p{Lu}", r"\p{^Ll}", r"\p{Greek}", r"\pN", ".", r"\C",
    "[abc]", "[^abc]", "[a-c]", "[^a]", "[k-s]", "[^k]", "[éè]", "[α-ω]", "[a&&b]", "[-a]", "[a-]", "[]a]", "[^]a]",
    "[[:alpha:]]", "[[:^alpha:]]", "[^[:digit:]]", r"[\d_]", r"[^\W_]", r"[\pLx]", r"[^\pN]", r"[\x00-\x1f]", "[^/]",
    r"[\x{3b1}-\x{3c9}]", "[A-Z0-9]", r"[\n\t]",
]
LITERALS = list("abckKsS019_-/é日ßσ😀 ") + [r"\.", r"\/", r"\n", r"\x41", r"\x{e9}", r"\101", r"\*", "\n", r"\Qa.b\E", r"\_", "ab", "abc"]
ANCHORS = ["^", "$", r"\A", r"\z", r"\b", r"\B", "(?m:^)", "(?m:$)"]


def member(rng, pattern):
    """A character that the class holds."""
    program = compiled(pattern)
    return rng.choice([c for c in sorted(set("".join(TEXTS))) if program.fullmatch(c)] or [""])


def expression(rng, depth):
    """A random expression of RE2's grammar, with a text that it probably matches."""
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        pattern = rng.choice(LITERALS)
        return pattern, pattern if "\\" not in pattern else "a.b" if "Q" in pattern else member(rng, pattern)
    if kind < 0.45:
        pattern = rng.choice(CLASSES)
        return pattern, member(rng, pattern)
    if kind < 0.5:
        return rng.choice(ANCHORS), ""
    if kind < 0.7:
        parts = [expression(rng, depth - 1) for _ in range(rng.randint(2, 3))]
        return "".join(pattern for pattern, _ in parts), "".join(text for _, text in parts)
    if kind < 0.8:
        parts = [expression(rng, depth - 1) if rng.random() < 0.85 else ("", "") for _ in range(rng.randint(2, 3))]
        group = rng.choice(["(%s)", "(?:%s)", "(?i:%s)", "(?s:%s)"])
        return group % "|".join(pattern for pattern, _ in parts), rng.choice(parts)[1]
    if kind < 0.95:
        inner, text = expression(rng, depth - 1)
        count, times = rng.choice([("*", 3), ("+", 2), ("?", 1), ("{2}", 2), ("{0}", 0), ("{1,2}", 2), ("{2,}", 4), ("{0,3}", 3)])
        return "(?:%s)%s%s" % (inner, count, rng.choice(["", "", "?"])), text * times
    inner, text = expression(rng, depth - 1)
    flags = rng.choice(FLAGS)
    return flags + inner, text.swapcase() if flags.startswith("(?i") else text


def damaged(rng, text):
    """The text with a character or two taken away, doubled, moved or put in."""
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(text) + 1)
        action = rng.randrange(4)
        if action == 0 and text:
            text = text[:at] + text[at + 1:]
        elif action == 1:
            text = text[:at] + text[at:at + 1] * 2 + text[at + 1:]
        elif action == 2:
            text = text[:at] + rng.choice(r"\*+?{}()[]|^$-,:.<>=!aipPQE019x") + text[at:]
        else:
            other = rng.randrange(len(text) + 1)
            text = text[:at] + text[other:other + 2] + text[at:]
    return text


def compiled(pattern):
    """The expression as RE2 compiles it, None if RE2 refuses its syntax, or "large" if it refuses its size."""
    try:
        return re2.compile(pattern, OPTIONS)
    except re2.error as error:
        return "large" if "too large" in str(error) else None


def candidates(rng, pattern, sample):
    """Texts that are likely to tell engines apart: near the sample, of the pattern's own characters, and others."""
    own = [c for c in re.sub(r"\\[pP]?(\{[^}]*\}|.)?", "a", pattern) if c not in r"()[]{}|*+?^$:<>"] or ["a"]
    made = ["".join(rng.choice(own) for _ in range(rng.randint(1, 5))) for _ in range(6)]
    near = [sample, sample.swapcase(), sample[:-1], sample[1:], sample * 2, sample + rng.choice(TEXTS)]
    return near + made + ["".join(rng.choice(TEXTS) for _ in range(rng.randint(1, 3))) for _ in range(6)]


def chosen(rng, program, texts, count):
    """Up to `count` texts, as far as possible half of them matched."""
    texts = list(dict.fromkeys(texts))
    yes = [text for text in texts if program.fullmatch(text)]
    no = [text for text in texts if text not in yes]
    rng.shuffle(yes)
    rng.shuffle(no)
    half = max(count // 2, count - len(no))
    yes = yes[:half]
    return yes, no[:count - len(yes)]


def corpus():
    rng = random.Random(20261)
    picked = list(dict.fromkeys(TRICKY.split()))
    picked += ["a b", " ", "", "a\tb", "a\nb", "[a b]", "(?x) a", "a{ 1}", "a{1 }", "a\x00b", "[\n]", "\\\n", "\\ ", "a\\", "\\", "[\\", "(\\", "[a\\"]
    grown = [expression(rng, 4) for _ in range(1400)]
    broken = [damaged(rng, rng.choice(picked + [pattern for pattern, _ in grown[:300]])) for _ in range(1500)]
    seen = set()
    unsampled = [[(pattern, "") for pattern in patterns] for patterns in (picked, broken)]
    for patterns, each in [(unsampled[0], 16), (grown, 6), (unsampled[1], 4)]:
        for pattern, sample in patterns:
            program = compiled(pattern)
            if pattern in seen or program == "large" or len(pattern) > 120:
                continue
            seen.add(pattern)
            if program is None:
                yield {"pattern": pattern, "accepted": False}
                continue
            yes, no = chosen(rng, program, TEXTS + candidates(rng, pattern, sample), each)
            yield {"pattern": pattern, "accepted": True, "matches": yes, "others": no}


def latin1(entries):
    """The verdicts of RE2 in Latin-1 on expressions that RE2 accepts in UTF-8; texts are given as their bytes."""
    for entry in entries:
        pattern = entry["pattern"]
        try:
            program = re2.compile(pattern.encode(), LATIN1)
        except re2.error:
            yield {"pattern": pattern, "accepted": False}
            continue
        texts = ["é", "éa", "aé", "éé", "日", "K", "ſ", "a", "k"] + entry["matches"] + entry["others"]
        texts = list(dict.fromkeys(text for text in texts if pattern.isascii() <= (not text.isascii())))[:10]
        yes = [text for text in texts if program.fullmatch(text.encode())]
        yield {"pattern": pattern, "accepted": True, "matches": yes, "others": [text for text in texts if text not in yes]}


def ranges(points):
    """`41-5A 61` for sorted code points."""
    runs = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return " ".join("%X" % a if a == b else "%X-%X" % (a, b) for a, b in runs)


def unicode_tables():
    every = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    text = "".join(map(chr, every))
    categories = "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
    with open(os.path.join(HERE, "scripts.txt"), encoding="utf-8") as file:
        scripts = file.read().split()
    for name in categories.split() + ["Any", "ASCII", "Assigned"] + scripts:
        program = compiled(r"\p{%s}" % name)
        if program is None:
            yield "refused %s" % name
            continue
        yield "group %s %s" % (name, ranges(ord(c) for run in program.finditer(text) for c in run.group()))
    joined = set()
    for point in every:
        plain, folded = (compiled(flags + re2.escape(chr(point))) for flags in ("", "(?i)"))
        # Case adds states to an expression, but where the other case differs in the last byte alone.
        near = any(folded.fullmatch(chr(other)) for other in (point - 1, point + 1) if 0 <= other < 0x110000 and not 0xD800 <= other < 0xE000)
        if point in joined or plain.programsize == folded.programsize and not near and not chr(point).isascii():
            continue
        orbit = [ord(c) for run in folded.finditer(text) for c in run.group()]
        if len(orbit) > 1:
            joined.update(orbit)
            yield "fold " + " ".join("%X" % point for point in orbit)


def write(name, entries):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        for entry in entries:
            file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
    matched = sum(len(entry.get("matches", [])) for entry in entries)
    pairs = matched + sum(len(entry.get("others", [])) for entry in entries)
    print(f"{name}: {len(entries)} expressions, {pairs} pairs with a text, {matched} of them matched")


def main():
    entries = list(corpus())
    write("corpus.jsonl", entries)
    write("latin1.jsonl", list(latin1([entry for entry in entries if entry["accepted"]][:1200])))
    if "--texts-only" in sys.argv:
        return
    with open(os.path.join(HERE, "../../src/regex/unicode.txt"), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in unicode_tables())


main()
