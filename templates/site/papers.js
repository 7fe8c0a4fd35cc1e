// The papers that can be searched: which words are where in which of them.
import { folded, nameWords, pieces, stem, withGreek, words } from "./words.js";

// Between two fields is a word that nobody can ask for, so no phrase crosses them.
const GAP = 0;
// Words of names are kept apart from those of texts, which are stemmed.
const NAME = "\u0000";

const FIELDS = ["id", "title", "authors", "comment", "categories", "keywords", "withdrawn", "page", "code", "abstract", "translated", "said", "shown"];
const FONT_OR_BRACE = /\\(?:math|text)[a-z]+|[${}]/g;
// Terms whose papers a part remembers: those of a question that somebody is typing.
const REMEMBERED = 8;

export class Papers {
  constructor() {
    this.papers = [];
    this.terms = new Map([["", GAP]]);
    this.ofWord = new Map();
    this.ofName = new Map();
    this.tokens = new Int32Array(1 << 16);
    this.size = 0;
    this.starts = [];
    this.known = new Map();
    this.none = null;
  }

  /** Take in one paper, as the index has it. */
  add(record) {
    const paper = Object.fromEntries(FIELDS.map((name, place) => [name, record[place]]));
    this.starts.push(this.size);
    this.papers.push(paper);
    for (const text of [paper.title, paper.abstract, paper.comment, paper.id]) {
      // A second time without accents, for those who type none; who types them asks for them.
      const plain = folded(text);
      const forms = plain === text.toLowerCase() ? [text] : [text, plain];
      // And as it looks once formulas are set: $\mu$KE as one word.
      if (text.includes("$")) forms.push(withGreek(text).replace(FONT_OR_BRACE, ""));
      for (const form of forms) {
        for (const word of words(form)) this.push(this.termOf(word));
        this.push(GAP);
      }
    }
    for (const text of [paper.translated, paper.said]) {
      for (const word of text ? pieces(text) : []) this.push(this.termOf(word));
      if (text) this.push(GAP);
    }
    for (const author of paper.authors) {
      for (const word of nameWords(author)) this.push(this.termOfName(word));
      this.push(GAP);
    }
  }

  /** Sort the positions of each word, once all papers are in. */
  finish() {
    const offsets = new Int32Array(this.terms.size + 1);
    for (let place = 0; place < this.size; place++) offsets[this.tokens[place] + 1]++;
    for (let term = 0; term < this.terms.size; term++) offsets[term + 1] += offsets[term];
    const next = offsets.slice();
    this.positions = new Int32Array(this.size);
    this.paperAt = new Int32Array(this.size); // of each of these positions
    for (let paper = 0, place = 0; paper < this.papers.length; paper++) {
      const end = this.starts[paper + 1] ?? this.size;
      for (; place < end; place++) {
        const at = next[this.tokens[place]]++;
        this.positions[at] = place;
        this.paperAt[at] = paper;
      }
    }
    this.offsets = offsets;
    this.none = new Uint8Array(this.papers.length);
    this.sorted = [this.ofWord, this.ofName].map((ofText) => [...ofText.keys()].sort());
  }

  // A mark for each paper that holds the words side by side, in a text or in a name.
  holding({ stems, names, pieces }) {
    return this.remembered(`${stems} ${names}`, (marks) => {
      const terms = (all) => all.map((word) => this.terms.get(word) ?? -1);
      this.mark(terms(stems), marks);
      this.mark(terms(names), marks);
      if (pieces.length > stems.length) this.mark(terms(pieces), marks);
    });
  }

  remembered(question, find) {
    let marks = this.known.get(question);
    if (marks === undefined) {
      marks = new Uint8Array(this.papers.length);
      find(marks);
      if (!marks.includes(1)) marks = this.none;
      if (this.known.size >= REMEMBERED) this.known.delete(this.known.keys().next().value);
      this.known.set(question, marks);
    }
    return marks;
  }

  // Looked for around the rarest of the words.
  mark(terms, marks) {
    if (!terms.length || terms.includes(-1)) return;
    let rarest = 0;
    terms.forEach((term, place) => {
      if (this.count(term) < this.count(terms[rarest])) rarest = place;
    });
    const end = this.offsets[terms[rarest] + 1];
    for (let at = this.offsets[terms[rarest]]; at < end; at++) {
      if (terms.length === 1 || this.isPhrase(terms, this.positions[at] - rarest)) {
        marks[this.paperAt[at]] = 1;
      }
    }
  }

  isPhrase(terms, start) {
    for (let place = 0; place < terms.length; place++) {
      if (this.tokens[start + place] !== terms[place]) return false;
    }
    return true;
  }

  // The same for a word that begins so: what somebody is still typing.
  beginning({ begin }) {
    return this.remembered(`${begin}…`, (marks) => {
      for (const [place, ofText] of [this.ofWord, this.ofName].entries()) {
        const sorted = this.sorted[place];
        for (let at = firstFrom(sorted, begin); sorted[at]?.startsWith(begin); at++) {
          const term = ofText.get(sorted[at]);
          const end = this.offsets[term + 1];
          for (let one = this.offsets[term]; one < end; one++) marks[this.paperAt[one]] = 1;
        }
      }
    });
  }

  count(term) {
    return this.offsets[term + 1] - this.offsets[term];
  }

  push(term) {
    if (this.size === this.tokens.length) {
      const longer = new Int32Array(2 * this.size);
      longer.set(this.tokens);
      this.tokens = longer;
    }
    this.tokens[this.size++] = term;
  }

  termOf(word) {
    let term = this.ofWord.get(word);
    if (term === undefined) this.ofWord.set(word, term = this.numberOf(stem(word)));
    return term;
  }

  termOfName(word) {
    let term = this.ofName.get(word);
    if (term === undefined) this.ofName.set(word, term = this.numberOf(NAME + word));
    return term;
  }

  numberOf(name) {
    let number = this.terms.get(name);
    if (number === undefined) this.terms.set(name, number = this.terms.size);
    return number;
  }
}

// The place of the first of the sorted words that is not before this one.
function firstFrom(sorted, word) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

function and(answers, marks) {
  for (let at = 0; at < answers.length; at++) answers[at] &= marks[at];
}

/** The papers in all of these parts that answer the question and pass, in their order. */
export function find(parts, question, passes) {
  const groups = groupsOf(question);
  const last = groups.at(-1)?.at(-1);
  const held = new Map(groups.flat().map((term) => [term, parts.map((part) => part.holding(term))]));
  const isNowhere = (term) => held.get(term).every((marks, place) => marks === parts[place].none);
  let unfinished = "";
  if (last?.isOpen && last.begin && !last.isNot && isNowhere(last)) {
    held.set(last, parts.map((part) => part.beginning(last)));
    unfinished = last.text;
  }
  const papers = [];
  for (const [place, part] of parts.entries()) {
    const answers = new Uint8Array(part.papers.length).fill(1);
    for (const terms of groups) {
      const marks = terms.map((term) => held.get(term)[place]);
      if (terms.length === 1 && !terms[0].isNot) and(answers, marks[0]);
      else and(answers, answers.map((_, at) => terms.some(({ isNot }, each) => (marks[each][at] === 1) !== isNot)));
    }
    for (let at = answers.indexOf(1); at >= 0; at = answers.indexOf(1, at + 1)) {
      if (passes(part.papers[at])) papers.push(part.papers[at]);
    }
  }
  const nowhere = groups.flat().filter((term) => !term.isNot && isNowhere(term)).map(({ text }) => text);
  return { papers, unfinished: papers.length ? unfinished : "", nowhere };
}

const TERM = /((?<!\S)-(?=["“”„]|[\p{L}\p{N}]))?(?:["“”„]([^"“”„]*)["“”„]?|([^\s"“”„]+))/gu;
// An identifier, perhaps as an address or with a version.
const IDENTIFIER = /^(?:https?:\/\/arxiv\.org\/\w+\/|arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+\/\d{7})(?:v\d+)?$/i;

function withoutVersion(word) {
  return IDENTIFIER.exec(word)?.[1] ?? word;
}

/**
 * What is asked for: words, and phrases between double quotes; the last word may be unfinished.
 * All groups must hold, each by one of its terms: "a b OR c" is a and one of b and c. A term after
 * a minus sign must not hold.
 */
export function groupsOf(question) {
  const groups = [];
  let isOr = false;
  for (const [, minus, phrase, word] of question.matchAll(TERM)) {
    if (word === "OR") {
      isOr = groups.length > 0;
      continue;
    }
    const text = phrase ?? withoutVersion(word);
    if (!words(text).length) continue;
    const found = words(text);
    const term = {
      text,
      stems: found.map(stem),
      names: nameWords(text).map((each) => NAME + each),
      pieces: pieces(text).map(stem),
      begin: found.length === 1 ? found[0] : "",
      isOpen: phrase === undefined,
      isNot: Boolean(minus),
    };
    if (isOr) groups.at(-1).push(term);
    else groups.push([term]);
    isOr = false;
  }
  if (groups.length && /\s$/.test(question)) groups.at(-1).at(-1).isOpen = false;
  return groups;
}
