"""Which language a text is in, by its letters and common words, and whether it says *I*."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

from daily_papers.config.model import ENGLISH, LANGUAGES, LATIN

#: Letters of the shortest sentence: few in Chinese.
_LEAST_LETTERS: Final = 4
#: By so many common words another language wins, or by so many letters that this one lacks, since
#: a name may bring one of them.
_LEAD: Final = 2
#: Letters that formulas of every language have.
_OF_FORMULAS = frozenset({LATIN, "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK"})
WORD: Final = re.compile(r"[^\W\d_]+")
#: What is before a sentence's first word.
_ENDS: Final = ("", ".", ":", ";", "!", "?")
_WHOLE_WORD: Final = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")

# Languages in Latin letters: common words that few others share; words for *I*, which only a model
# says; words for *sorry*, which authors say, too, but not first.
_TABLE: Final = {
    "Catalan": "el els les un una dels del amb que per és aquest aquesta | puc sento |",
    "Croatian, Serbian": "je koji koja koje su što kao ili sa pomoću ovaj nego | žao | nažalost",
    "Czech": "se pro ve je který která které jsou jako než také pomocí | mohu nemohu | bohužel",
    "Danish, Norwegian": "og at er på til som med af av ikke fra det | jeg | beklager desværre",
    "Dutch": "een het van voor met dat wordt deze zijn niet door we is | ik | helaas",
    ENGLISH: "the of and that this we with by from which their on it is | |",
    "Estonian": "ja on et mis kui ning selle see oma abil meetod | ma | kahjuks vabandust",
    "Finnish": "ja on että sekä joka jossa ovat kuin menetelmä | en | pahoillani valitettavasti",
    "French": "le les un une dans pour nous avec qui sur cette est du des et | je | désolé désolée",
    "German": "der die das und ein eine für mit von wir ist nicht zur als | ich mir | leider",
    "Hungarian": "az és egy hogy nem amely ez mint által is | tudom tudok | sajnálom sajnos",
    "Indonesian, Malay": "yang dan untuk dengan ini dari daripada dalam adalah oleh | saya | maaf",
    "Italian": "il di che della un una per con sono gli nel dei è più | posso dispiace | purtroppo",
    "Latvian": "un ir ar kas tiek lai kā šī šis izmantojot nekā | es nevaru | diemžēl",
    "Lithuanian": "ir kad yra su kuris kuri bei nei pagal šis naudojant | aš negaliu | deja",
    "Polish": "w że się jest oraz dla przez który która tej niż | mogę jestem | niestety",
    "Portuguese, Brazilian Portuguese": "um uma que com ao não mais | eu posso consigo | lamento",
    "Romanian": "și şi pe cu care pentru din este un în prin decât | îmi | scuze",
    "Slovak": "sa je pre ktorý ktorá ktoré sú ako pomocou tejto vo | nemôžem | žiaľ bohužiaľ",
    "Slovenian": "je ki kot tudi smo ter lahko pomočjo med nad | | žal oprostite",
    "Spanish": "el los las un una que para con del por este como más y | me puedo siento |",
    "Swedish": "och att är för från ett en inte till som den på av med | jag | tyvärr",
    "Turkish": "ve bir bu ile için olan olarak daha göre kullanarak | ben | üzgünüm maalesef",
    "Vietnamese": "và của các cho một được trong với này là có bằng | tiếc |",
}
_WORDS: Final = {
    language: tuple(frozenset(part.split()) for part in words.split("|"))
    for languages, words in _TABLE.items()
    for language in languages.split(", ")
}
#: Letters that a language lacks, of a script that it shares.
_FOREIGN: Final = {
    "Arabic": "پچژگکی",
    "Persian": "يكةأإ",
    "Bulgarian": "ыэёіїє",
    "Russian": "іїєґјљњћђ",
    "Ukrainian": "ыэёъ",
    "Simplified Chinese": "與為這時個們對國學發經過還進資無據圖",
    "Traditional Chinese": "与为这时个们对国学发经过还进资无据图",
}
# Who speaks, in other scripts, and where one word does not show it.
_SPEAKER = re.compile(
    r"抱歉|对不起|對不起|不好意思|我(?:无法|無法|不能)|作[为為](?:一[个個名])?(?:AI|人工智能|語言|语言)"
    r"|申し訳|すみません|ごめんなさい|私はAI|죄송|미안|저는|언어 모델로서|ขออภัย|ขอโทษ"
    r"|\b(?:क्षमा|দুঃখিত|λυπάμαι|מצטער|بصفتي|أستطيع|يمكنني|آسف|أعتذر|معذرة|عذر[اً]+|متأسف|متاسف|نمی‌توانم"
    r"|Xin lỗi|Tôi|Là một mô hình|diese Anfrage|m['’]est impossible|Non sono in grado"
    r"|Als KI[\w-]*|Come modello linguistico|Como modelo de l\w+|En tant que modèle"
    r"|Как языковая модель"
    r"|(?i:извините|простите|не (?:могу|можу|мога)|сожалению|на жаль|съжалявам)|özetleyem\w+)(?!\w)"
)
# English *I* is a number, too, and *and* or *the* in other languages.
_ENGLISH_SPEAKER = re.compile(
    r"\b(?:I(?:['’]m| am| cannot| can| do| must| apologize)\b|[Aa]s an? (?:AI|\w+ language model))"
    r"|(?:\A|[.:;!?] )(?i:sorry|apologies|unfortunately|unable|cannot|can['’]t|sure|certainly"
    r"|here (?:is|are))\b"
)


def is_written_in(language: str, text: str) -> bool:
    """Whether a text has the letters of a language, and not the words of another one."""
    own = LANGUAGES[language]
    words = WORD.findall(text)
    scripts = [_script(letter) for word in words for letter in word]
    # A letter by itself belongs to a formula.
    alone = sum(len(word) == 1 and _script(word) not in own for word in words)
    ours = Counter(script for script in scripts if script in own)
    foreign = sum(script not in own and script not in _OF_FORMULAS for script in scripts) - alone
    # Names of methods stay Latin, and a sentence may be full of them.
    names = 0 if LATIN in own else sum(word.isascii() for word in words)
    if ours.total() < max(_LEAST_LETTERS, names) or foreign > len(scripts) / 10:
        return False
    if sum(letter in _FOREIGN.get(language, "") for letter in text) >= _LEAD:
        return False
    if LATIN not in own:
        # Japanese and Korean are never written in Chinese signs alone.
        return own == ("CJK",) or set(ours) != {"CJK"}
    counts = Counter(map(str.lower, words))
    hits = {each: sum(counts[word] for word in common) for each, (common, *_) in _WORDS.items()}
    return max(hits.values()) - hits[language] < _LEAD


def _script(letter: str) -> str:
    """``LATIN``, ``CJK``: the first word of its name."""
    return unicodedata.name(letter, "").split(" ")[0]


def is_first_person(language: str, text: str) -> bool:
    """Whether a text says *I* or *sorry*, as a model does when it refuses."""
    if _SPEAKER.search(text) or _ENGLISH_SPEAKER.search(text):
        return True
    _, anywhere, first = _WORDS.get(language, (None, frozenset(), frozenset()))
    return any(
        (found[0] in anywhere)
        or (found[0].lower() in anywhere | first and text[: found.start()].rstrip()[-1:] in _ENDS)
        for found in _WHOLE_WORD.finditer(text)
    )
