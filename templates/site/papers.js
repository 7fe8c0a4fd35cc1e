// The papers that can be searched: which words are where in which of them.
import { nameWords, stem, words } from "./words.js";

// Between two fields is a word that nobody can ask for, so no phrase crosses them.
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
    // Papers come newest first within a file, so most of this order is there already.
    this.newestFirst = [...this.papers.keys()].sort((one, other) => (
      this.papers[one].day < this.papers[other].day ? 1
        : this.papers[one].day > this.papers[other].day ? -1 : one - other
    ));
  }

  /** The papers that hold every part of the question and pass, newest first. */
  find(question, passes) {
    const parts = partsOf(question);
    const last = parts.at(-1);
    const held = parts.map((part) => this.holding(part));
    const unfinished = [];
    if (last?.isOpen && !held.at(-1).includes(1)) {
      held[held.length - 1] = this.beginning(last.text);
      unfinished.push(last.text);
    }
    const papers = [];
    for (const paper of this.newestFirst) {
      if (held.every((marks) => marks[paper]) && passes(this.papers[paper])) {
        papers.push(this.papers[paper]);
      }
    }
    return { papers, unfinished: papers.length ? unfinished : [] };
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
