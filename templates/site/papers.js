// The papers that can be searched: which words are where in which of them.
import { nameWords, stem, words } from "./words.js";

// Between two fields is a word that nobody can ask for, so no phrase crosses them.
const GAP = 0;
// Words of names are kept apart from those of texts, which are stemmed.
const NAME = "\u0000";

const FIELDS = ["id", "title", "authors", "comment", "categories", "keywords", "day", "page", "code", "abstract"];

export class Papers {
  constructor() {
    this.papers = [];
    this.terms = new Map([["", GAP]]);
    this.ofWord = new Map();
    this.ofName = new Map();
    this.tokens = new Int32Array(1 << 16);
    this.size = 0;
    this.starts = [];
  }

  /** Take in one paper, as the index has it. */
  add(record) {
    const paper = Object.fromEntries(FIELDS.map((name, place) => [name, record[place]]));
    this.starts.push(this.size);
    this.papers.push(paper);
    for (const text of [paper.title, paper.abstract, paper.comment, paper.id]) {
      for (const word of words(text)) this.push(this.termOf(word));
      this.push(GAP);
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
  }

  // A mark for each paper that holds the words side by side, in a text or in a name.
  holding(part) {
    const marks = new Uint8Array(this.papers.length);
    const stems = words(part.text).map((word) => this.terms.get(stem(word)) ?? -1);
    const names = nameWords(part.text).map((word) => this.terms.get(NAME + word) ?? -1);
    this.mark(stems, marks);
    this.mark(names, marks);
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

  // A mark for each paper with a word that begins so: what somebody is still typing.
  beginning(text) {
    const marks = new Uint8Array(this.papers.length);
    const [begin, more] = words(text);
    if (!begin || more) return marks;
    const terms = new Set();
    for (const [word, term] of this.ofWord) if (word.startsWith(begin)) terms.add(term);
    for (const [word, term] of this.ofName) if (word.startsWith(begin)) terms.add(term);
    for (const term of terms) this.mark([term], marks);
    return marks;
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

/** The papers in all of these parts that answer the question and pass, in their order. */
export function find(parts, question, passes) {
  const groups = groupsOf(question);
  const last = groups.at(-1)?.at(-1);
  const held = new Map(groups.flat().map((term) => [term, parts.map((part) => part.holding(term))]));
  const isNowhere = (term) => held.get(term).every((marks) => !marks.includes(1));
  let unfinished = "";
  if (last?.isOpen && !last.isNot && isNowhere(last)) {
    held.set(last, parts.map((part) => part.beginning(last.text)));
    unfinished = last.text;
  }
  const papers = parts.flatMap((part, place) => {
    const answers = groups.reduce((marks, terms) => {
      for (let at = 0; at < marks.length; at++) {
        marks[at] &&= Number(terms.some((term) => (held.get(term)[place][at] === 1) !== term.isNot));
      }
      return marks;
    }, new Uint8Array(part.papers.length).fill(1));
    return part.papers.filter((paper, at) => answers[at] && passes(paper));
  });
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
    if (word === "OR" && groups.length) {
      isOr = true;
      continue;
    }
    const text = phrase ?? withoutVersion(word);
    if (!words(text).length) continue;
    const term = { text, isOpen: phrase === undefined, isNot: Boolean(minus) };
    if (isOr) groups.at(-1).push(term);
    else groups.push([term]);
    isOr = false;
  }
  if (groups.length && /\s$/.test(question)) groups.at(-1).at(-1).isOpen = false;
  return groups;
}
