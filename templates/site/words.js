// Words as the keywords' matcher sees them: SQLite's tokenizer "porter unicode61", without
// folding accents. Written from Porter's paper (https://tartarus.org/martin/PorterStemmer/), with
// the endings -bli and -logi that its author changed later, as SQLite has them.

// A word's shape: v for a vowel, c for a consonant; y is a vowel after a consonant.
function shape(word) {
  let kinds = "";
  for (const letter of word) {
    const isVowel = "aeiou".includes(letter) || (letter === "y" && kinds.endsWith("c"));
    kinds += isVowel ? "v" : "c";
  }
  return kinds;
}

const isSome = (word) => /^c*v+c/.test(shape(word));
const isOne = (word) => /^c*v+c+v*$/.test(shape(word));
const isTwo = (word) => /^c*v+c+v+c/.test(shape(word));
const hasVowel = (word) => /[aeiou]|(?<=.)y/.test(word);
const isShort = (word) => /[^wxy]$/.test(word) && shape(word).endsWith("cvc");
const isDouble = (word) => /([^aeioulsz])\1$/.test(word);

const STEP_2 = {
  ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", bli: "ble",
  logi: "log", alli: "al", entli: "ent", eli: "e", ousli: "ous", ization: "ize", ation: "ate",
  ator: "ate", alism: "al", iveness: "ive", fulness: "ful", ousness: "ous", aliti: "al",
  iviti: "ive", biliti: "ble",
};
const STEP_3 = {
  icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "",
};
const STEP_4 = [
  "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "sion",
  "tion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
];

const LONGEST_STEMMED = 64;
const utf8 = new TextEncoder();

/** The stem of a word in lower case: image, images and imaging have the same one. */
export function stem(word) {
  // SQLite counts bytes; every byte of a letter beyond ASCII is a consonant to it.
  const bytes = /^[\x00-\x7f]*$/.test(word) ? word : String.fromCharCode(...utf8.encode(word));
  return bytes.length < 3 || bytes.length > LONGEST_STEMMED ? bytes : stemmed(bytes);
}

function stemmed(word) {
  word = withoutPast(withoutPlural(word));
  if (word.endsWith("y") && hasVowel(word.slice(0, -1))) word = `${word.slice(0, -1)}i`;
  word = replaced(word, STEP_2);
  word = replaced(word, STEP_3);
  return withoutFinalE(withoutEnding(word));
}

function withoutPlural(word) {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function withoutPast(word) {
  if (word.endsWith("eed")) return isSome(word.slice(0, -3)) ? word.slice(0, -1) : word;
  for (const ending of ["ed", "ing"]) {
    if (word.endsWith(ending)) {
      const rest = word.slice(0, -ending.length);
      return hasVowel(rest) ? mended(rest) : word;
    }
  }
  return word;
}

// Gives back what -ed and -ing took: hop(p)ing, fil(e)ing, conflat(e)ed.
function mended(rest) {
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (isDouble(rest)) return rest.slice(0, -1);
  return isOne(rest) && isShort(rest) ? `${rest}e` : rest;
}

function replaced(word, endings) {
  const ending = longest(word, Object.keys(endings));
  if (!ending) return word;
  const rest = word.slice(0, -ending.length);
  return isSome(rest) ? rest + endings[ending] : word;
}

function withoutEnding(word) {
  const ending = longest(word, STEP_4);
  if (!ending) return word;
  // The s or t of -sion and -tion belongs to the stem.
  const taken = ending === "sion" || ending === "tion" ? 3 : ending.length;
  const rest = word.slice(0, -taken);
  return isTwo(rest) ? rest : word;
}

function withoutFinalE(word) {
  if (word.endsWith("e")) {
    const rest = word.slice(0, -1);
    if (isTwo(rest) || (isOne(rest) && !isShort(rest))) word = rest;
  }
  return word.endsWith("ll") && isTwo(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

function longest(word, endings) {
  let found = "";
  for (const ending of endings) {
    if (ending.length > found.length && word.endsWith(ending)) found = ending;
  }
  return found;
}

const GREEK = Object.fromEntries(
  [..."αβγδεζηθικλμνξοπρστυφχψω"].map((letter, place) => [
    ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma"
      + " tau upsilon phi chi psi omega").split(" ")[place],
    letter,
  ]),
);
for (const name of "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(" ")) {
  GREEK[name] = GREEK[name.toLowerCase()].toUpperCase();
}
const GREEK_MACRO = new RegExp(`\\\\(${Object.keys(GREEK).join("|")})(?![A-Za-z]) ?`, "g");
// Accents that form no letter of their own with the one before them, as SQLite lists them.
const MARKS = "\\u0300-\\u0304\\u0306-\\u030c\\u030f\\u0311\\u031b\\u0323-\\u0328\\u032d\\u032e\\u0330\\u0331";
const WORD = new RegExp(`[\\p{L}\\p{N}\\p{Co}][\\p{L}\\p{N}\\p{Co}${MARKS}]*`, "gu");
// Forms of small letters that are the same letter, as SQLite folds them.
const FORMS = { µ: "μ", ſ: "s", ς: "σ", ϐ: "β", ϑ: "θ", ϕ: "φ", ϖ: "π", ϰ: "κ", ϱ: "ρ", ϵ: "ε", ẛ: "ṡ" };
const FORM = new RegExp(`[${Object.keys(FORMS).join("")}]`, "g");

const POSSESSIVE = /(?<=[\p{L}\p{N}])['’＇][sS](?![\p{L}\p{N}_])/gu;

/** A text with the Greek letters of its formulas as letters. */
export function withGreek(text) {
  return text.replace(GREEK_MACRO, (_, name) => GREEK[name]);
}

/** The words of a text in lower case, without possessives; Greek letters of formulas as letters. */
export function words(text) {
  return lowered(withGreek(text).replace(POSSESSIVE, "")).match(WORD) ?? [];
}

// What is written without spaces between words.
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[^\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]+/gu;

/** The words of a translation; of a language without spaces between words, each sign is one. */
export function pieces(text) {
  return words(text).flatMap((word) => word.match(UNSPACED));
}

// Letter by letter, as SQLite does it: a dotted capital I stays as it is.
function lowered(text) {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFC").replace(/\p{Lu}/gu, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  }).replace(FORM, (letter) => FORMS[letter]);
}

const PLAIN_LETTERS = {
  ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ħ: "h", ß: "ss",
};

/** A text in lower case without accents. */
export function folded(text) {
  const letters = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return letters.replace(/[øłđðþæœıħß]/g, (letter) => PLAIN_LETTERS[letter]);
}

/** The words of a name: case, accents, dots, apostrophes and hyphens do not count. */
export function nameWords(name) {
  return folded(name).replace(/['`´ʻʼ‘’]/g, "").match(/[\p{L}\p{N}]+/gu) ?? [];
}
