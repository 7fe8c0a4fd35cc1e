"""Which language a text is in, by its letters and common words, and whether it says *I*."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

from daily_papers.config.model import ENGLISH, LANGUAGES, LATIN

#: Letters of the shortest sentence: few in Chinese.
_LEAST_LETTERS: Final = 8
#: By so many common words another language wins, since a name may bring one of them.
_LEAD: Final = 2
#: Letters that formulas of every language have.
_OF_FORMULAS = frozenset({LATIN, "GREEK", "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK"})
WORD: Final = re.compile(r"[^\W\d_]+")

# Languages in Latin letters: common words that few others share; then words for *I* and *sorry*,
# which a model says when it refuses. Authors say *we*.
_TABLE: Final = {
    "Catalan": "el els les un una dels del amb que per és aquest aquesta | puc sento",
    "Croatian, Serbian": "je koji koja koje su što kao ili sa pomoću ovaj ovom nego | žao nažalost",
    "Czech": "se pro ve je který která které jsou jako než také pomocí | mohu nemohu bohužel",
    "Danish, Norwegian": "og at er på til som med af av ikke fra det | jeg beklager desværre",
    "Dutch": "een het van voor met dat wordt deze zijn niet door we is | ik helaas",
    ENGLISH: "the of and that this we with by from which their on it is | sorry unfortunately",
    "Estonian": "ja on et mis kui ning selle see oma abil meetod | ma kahjuks vabandust",
    "Finnish": "ja on että sekä joka jossa ovat kuin menetelmä | en pahoillani valitettavasti",
    "French": "le les un une dans pour nous avec qui sur cette est du des et | je désolé désolée",
    "German": "der die das und ein eine für mit von wir ist nicht zur als | ich mir leider",
    "Hungarian": "az és egy hogy nem amely ez mint által is | tudom tudok sajnálom sajnos",
    "Indonesian, Malay": "yang dan untuk dengan ini dari daripada dalam adalah oleh | saya maaf",
    "Italian": "il di che della un una per con sono gli nel dei è più | posso dispiace purtroppo",
    "Latvian": "un ir ar kas tiek lai kā šī šis izmantojot nekā | es nevaru diemžēl",
    "Lithuanian": "ir kad yra su kuris kuri bei nei pagal šis naudojant | aš negaliu deja",
    "Polish": "w że się jest oraz dla przez który która tej niż | mogę przepraszam niestety",
    "Portuguese, Brazilian Portuguese": "os um uma que para com em ao não mais | eu posso lamento",
    "Romanian": "și şi pe cu care pentru din este un în prin decât | îmi scuze regret",
    "Slovak": "sa je pre ktorý ktorá ktoré sú ako pomocou tejto vo | nemôžem žiaľ bohužiaľ",
    "Slovenian": "je ki kot tudi smo ter lahko pomočjo med nad | žal oprostite",
    "Spanish": "el los las un una que para con del por este como más y | puedo siento lamento",
    "Swedish": "och att är för från ett en inte till som den på av med | jag tyvärr",
    "Turkish": "ve bir bu ile için olan olarak daha göre kullanarak | ben üzgünüm maalesef",
    "Vietnamese": "và của các cho một được trong với này là có bằng | Tôi tiếc",
}
_WORDS: Final = {
    language: tuple(frozenset(part.split()) for part in words.split("|"))
    for languages, words in _TABLE.items()
    for language in languages.split(", ")
}
# The same in other scripts, and in Vietnamese, where it takes two words. English *I* is a number,
# too, so only its place shows what it is.
_SPEAKER = re.compile(
    r"Xin lỗi|抱歉|对不起|對不起|我(?:无法|無法|不能)|申し訳|죄송|ขออภัย|ขอโทษ|क्षमा|দুঃখিত|υπάμαι"
    r"|מצטער|أستطيع|يمكنني|آسف|أعتذر|عذرا|متأسف|متاسف|نمی‌توانم"
    r"|(?:могу|можу|мога|сожалению|жаль|съжалявам)\b"
)
_ENGLISH_I = re.compile(r"(?:\A|[.,:;] )I['’ ]")


def is_written_in(language: str, text: str) -> bool:
    """Whether a text has the letters of a language, and not the words of another one."""
    scripts = [unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()]
    own = LANGUAGES[language]
    ours = sum(script in own for script in scripts)
    foreign = sum(script not in own and script not in _OF_FORMULAS for script in scripts)
    # Names of methods stay Latin, and a sentence may be full of them.
    if ours < _LEAST_LETTERS or ours < len(scripts) / 5 or foreign > len(scripts) / 10:
        return False
    if LATIN not in own:
        return True
    words = Counter(WORD.findall(text.lower()))
    hits = {each: sum(words[word] for word in common) for each, (common, _) in _WORDS.items()}
    return max(hits.values()) < hits[language] + _LEAD


def is_first_person(language: str, text: str) -> bool:
    """Whether a text says *I* or *sorry*, as a model does when it refuses."""
    if _SPEAKER.search(text) or (language == ENGLISH and _ENGLISH_I.search(text)):
        return True
    said = set(WORD.findall(text))
    own = _WORDS[language][1] if language in _WORDS else ()
    return any(word in said or word.capitalize() in said for word in own)
