// The papers that can be searched: which words stand where in which of them.
import { nameWords, stem, words } from "./words.js";

// Between two fields stands a word that nobody can ask for, so no phrase goes across them.
const GAP = 0;
// Words of names are kept apart from those of texts, which are stemmed.
const NAME = "\u0000";

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
  add(paper) {
    this.starts.push(this.size);
    this.papers.push(paper);
    for (const text of [paper.title, paper.abstract, paper.comment]) {
      for (const word of words(plainText(text))) this.push(this.termOf(word));
      this.push(GAP);
    }
    for (const author of paper.authors ?? []) {
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
    this.paperAt = new Int32Array(this.size);
    for (let paper = 0, place = 0; paper < this.papers.length; paper++) {
      const end = this.starts[paper + 1] ?? this.size;
      for (; place < end; place++) {
        this.positions[next[this.tokens[place]]++] = place;
        this.paperAt[place] = paper;
      }
    }
    this.offsets = offsets;
    // Papers come newest first within a file, so most of this order is there already.
    this.newestFirst = [...this.papers.keys()].sort((one, other) => (
      this.papers[one].day < this.papers[other].day ? 1
        : this.papers[one].day > this.papers[other].day ? -1 : one - other
    ));
  }

  /** The papers that hold every part of the question and pass, newest first. */
  find(question, passes) {
    const parts = partsOf(question);
    const hits = new Uint16Array(this.papers.length);
    const unfinished = [];
    parts.forEach((part, number) => {
      let found = this.holding(part);
      if (!found.size && number === parts.length - 1 && part.isOpen) {
        found = this.beginning(part.text);
        if (found.size) unfinished.push(part.text);
      }
      for (const paper of found) if (hits[paper] === number) hits[paper]++;
    });
    const papers = [];
    for (const paper of this.newestFirst) {
      if (hits[paper] === parts.length && passes(this.papers[paper])) papers.push(this.papers[paper]);
    }
    return { papers, unfinished };
  }

  holding(part) {
    const found = new Set();
    const stems = words(part.text).map((word) => this.terms.get(stem(word)) ?? -1);
    const names = nameWords(part.text).map((word) => this.terms.get(NAME + word) ?? -1);
    this.addHolding(stems, found);
    this.addHolding(names, found);
    return found;
  }

  // The papers in which these words stand side by side: looked for around the rarest of them.
  addHolding(terms, found) {
    if (!terms.length || terms.includes(-1)) return;
    let rarest = 0;
    terms.forEach((term, place) => {
      if (this.count(term) < this.count(terms[rarest])) rarest = place;
    });
    for (let at = this.offsets[terms[rarest]]; at < this.offsets[terms[rarest] + 1]; at++) {
      const start = this.positions[at] - rarest;
      if (start >= 0 && terms.every((term, place) => this.tokens[start + place] === term)) {
        found.add(this.paperAt[this.positions[at]]);
      }
    }
  }

  // The papers with a word that begins so: what somebody is still typing.
  beginning(text) {
    const found = new Set();
    const [begin, more] = words(text);
    if (!begin || more) return found;
    const terms = new Set();
    for (const [word, term] of this.ofWord) if (word.startsWith(begin)) terms.add(term);
    for (const [word, term] of this.ofName) if (word.startsWith(begin)) terms.add(term);
    for (const term of terms) this.addHolding([term], found);
    return found;
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

/** A text whose formulas are pairs of TeX and MathML, as its author wrote it. */
export function plainText(text) {
  if (!text) return "";
  return typeof text === "string" ? text : text.map((part) => (
    typeof part === "string" ? part : part[0]
  )).join("");
}

/** What is asked for: words, and phrases between double quotes; the last word may be unfinished. */
export function partsOf(question) {
  const parts = [];
  for (const [, phrase, word] of question.matchAll(/["“”„]([^"“”„]*)["“”„]?|([^\s"“”„]+)/g)) {
    const text = phrase ?? word;
    if (words(text).length) parts.push({ text, isOpen: phrase === undefined });
  }
  if (parts.length && /\s$/.test(question)) parts[parts.length - 1].isOpen = false;
  return parts;
}
