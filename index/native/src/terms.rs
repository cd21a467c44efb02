//! Which terms does a raw token give? Rules 3 to 6 of `text/tokenizer.py`, for tokens that are ASCII.

use crate::characters::MAX_WORDS;

/// No term is longer, in code points.
const LONGEST_TERM: usize = 80;
/// Nothing of a raw token beyond this can reach its terms.
const LONGEST_RAW: usize = MAX_WORDS * (LONGEST_TERM + 1);

/// The terms of a raw token that is ASCII: for each position it takes, its part and what else stands there.
pub fn terms_at(raw: &str, code: bool) -> Vec<Vec<String>> {
    if let Some(term) = plain_term(raw) {
        return vec![vec![term]];
    }
    let Dissected { before, parts, after } = dissected(raw, code);
    let mut positions: Vec<Vec<String>> = parts.iter().map(|part| vec![part.clone()]).collect();
    if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
        let joined = concatenated(&parts);
        let symbols = [symbol(before, &joined, after), symbol(before, first, "")];
        positions[0].extend([joined].into_iter().chain(symbols));
        positions[parts.len() - 1].push(symbol("", last, after));
    }
    positions.into_iter().map(with_number).map(distinct).collect()
}

/// The one term of a raw token in which nothing of rules 2 to 6 but lower case is: most are so.
pub fn plain_term(raw: &str) -> Option<String> {
    is_plain(raw.as_bytes()).then(|| clipped(&raw.to_ascii_lowercase()))
}

/// A raw token that is ASCII as one term: its symbol form, or its joined form.
pub fn whole_term(raw: &str) -> String {
    if let Some(term) = plain_term(raw) {
        return term;
    }
    let Dissected { before, parts, after } = dissected(raw, false);
    let joined = concatenated(&parts);
    Some(symbol(before, &joined, after)).filter(|symbol| !symbol.is_empty()).unwrap_or(joined)
}

/// A raw token as its leading dot or "", its folded parts, and its trailing `++` or `#` or "".
struct Dissected {
    before: &'static str,
    parts: Vec<String>,
    after: &'static str,
}

fn dissected(raw: &str, code: bool) -> Dissected {
    let word = &raw[..raw.len().min(LONGEST_RAW)];
    let bytes = word.as_bytes();
    let before = if bytes[0] == b'.' && bytes.get(1).is_some_and(u8::is_ascii_alphabetic) { "." } else { "" };
    let after = ["++", "#"].into_iter().find(|sign| word.ends_with(sign)).unwrap_or("");
    Dissected { before, parts: subwords(word, code), after }
}

/// The number of positions that a raw token takes that is ASCII.
pub fn width_of(raw: &str, code: bool) -> usize {
    if is_plain(raw.as_bytes()) {
        return 1;
    }
    dissected(raw, code).parts.len()
}

/// Whether nothing of rules 2 to 6 but lower case is in a raw token.
fn is_plain(raw: &[u8]) -> bool {
    let lower = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_lowercase);
    let upper = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_uppercase);
    lower(raw) || upper(raw) || (upper(&raw[..1]) && lower(&raw[1..]))
}

fn clipped(term: &str) -> String {
    term[..term.len().min(LONGEST_TERM)].to_owned()
}

/// The folded parts of a word, at most twelve; underscores alone are their own part.
fn subwords(word: &str, code: bool) -> Vec<String> {
    let mut word = word.as_bytes().to_vec();
    if word.contains(&b'\'') {
        word = without_apostrophes(&word);
    }
    if word.contains(&b',') {
        word = without_groups(&word);
    }
    let mut parts: Vec<String> = word
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|piece| !piece.is_empty())
        .flat_map(|piece| camel_case_parts(piece, code))
        .map(|part| clipped(&text(part).to_ascii_lowercase()))
        .collect();
    if parts.len() > MAX_WORDS {
        let rest = parts.split_off(MAX_WORDS - 1).concat();
        parts.push(clipped(&rest));
    }
    if parts.is_empty() {
        let bare = clipped(text(&word).trim_matches(['.', '+', '#', '\'']));
        parts.extend((!bare.is_empty()).then_some(bare));
    }
    parts
}

fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).expect("an ASCII token")
}

/// Rule 6: without `'s`, and `don't` in one.
fn without_apostrophes(word: &[u8]) -> Vec<u8> {
    let alphanumeric = |word: &[u8], at: usize| word.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is = |word: &[u8], at: usize, letter: u8| word.get(at).is_some_and(|byte| byte.eq_ignore_ascii_case(&letter));
    let mut kept = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        if word[at] == b'\'' && is(word, at + 1, b's') && !alphanumeric(word, at + 2) {
            at += 2;
        } else {
            kept.push(word[at]);
            at += 1;
        }
    }
    let negates = |at: usize| {
        let before = at >= 2 && alphanumeric(&kept, at - 2) && is(&kept, at - 1, b'n');
        before && is(&kept, at + 1, b't') && !alphanumeric(&kept, at + 2)
    };
    let letters = kept.iter().enumerate().filter(|&(at, &byte)| byte != b'\'' || !negates(at));
    letters.map(|(_, &byte)| byte).collect()
}

/// Rule 6: `1,000,000` in one.
fn without_groups(word: &[u8]) -> Vec<u8> {
    let is_word = |at: usize| word.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let digits = |at: usize| word[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let mut kept = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        let end = at + digits(at).min(3);
        let mut stop = end;
        while end > at && word.get(stop) == Some(&b',') && digits(stop + 1) >= 3 {
            stop += 4;
        }
        if stop > end && is_word(stop) {
            stop -= 4; // the last group has more than three
        }
        if stop > end && !(at > 0 && is_word(at - 1)) {
            kept.extend(word[at..stop].iter().filter(|&&byte| byte != b','));
            at = stop;
        } else {
            kept.push(word[at]);
            at += 1;
        }
    }
    kept
}

/// Rule 3: the humps of a word in camel case, or the word.
fn camel_case_parts(word: &[u8], code: bool) -> Vec<&[u8]> {
    let rest = &word[1..];
    let is_lower = rest.iter().any(u8::is_ascii_lowercase) && !rest.iter().any(u8::is_ascii_uppercase);
    if word.len() > LONGEST_TERM || word[0].is_ascii_digit() || is_lower {
        return vec![word];
    }
    let mut starts = vec![0]; // of the parts
    let mut hump = 0;
    for cut in (1..word.len()).filter(|&at| begins_hump(word, at)).chain([word.len()]) {
        let is_short = cut - hump < 2;
        if hump > 0 && !is_short && hump - starts[starts.len() - 1] >= 2 {
            starts.push(hump);
        }
        hump = cut;
    }
    if !code && starts.len() <= 2 && !word[0].is_ascii_lowercase() {
        return vec![word];
    }
    let stops = starts[1..].iter().copied().chain([word.len()]);
    starts.iter().zip(stops).map(|(&start, stop)| &word[start..stop]).collect()
}

/// Whether `user|Data`, `Parser2|Impl`, or `XML|Http` is cut here; not before the plural's `s` in `URLs`.
fn begins_hump(word: &[u8], at: usize) -> bool {
    let lower = |at: usize| word.get(at).is_some_and(u8::is_ascii_lowercase);
    let before = word[at - 1];
    word[at].is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || (before.is_ascii_digit() && lower(at + 1))
            || (before.is_ascii_uppercase() && lower(at + 1) && (word[at + 1] != b's' || lower(at + 2))))
}

/// Rule 4: the joined form of parts, `.` kept between two digits.
fn concatenated(parts: &[String]) -> String {
    let mut joined = String::new();
    for part in parts {
        if joined.ends_with(|c: char| c.is_ascii_digit()) && part.starts_with(|c: char| c.is_ascii_digit()) {
            joined.push('.');
        }
        joined.push_str(part);
    }
    clipped(&joined)
}

/// Rule 5: `.net`, `c++`: a word with the signs around it, "" if there are none.
fn symbol(before: &str, word: &str, after: &str) -> String {
    if word.is_empty() || (before.is_empty() && after.is_empty()) {
        return String::new();
    }
    let whole = [before, word].concat();
    whole[..whole.len().min(LONGEST_TERM - after.len())].to_owned() + after
}

/// Rule 5: `python3` is python too.
fn with_number(mut terms: Vec<String>) -> Vec<String> {
    let letters = terms[0].trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = terms[0].len() - letters.len();
    if letters.len() >= 3 && (1..=3).contains(&digits) && letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
        terms.push(letters.to_owned());
    }
    terms
}

/// Each of the terms once, in the order in which they come first, without empty ones.
fn distinct(terms: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(terms.len());
    for term in terms {
        if !term.is_empty() && !found.contains(&term) {
            found.push(term);
        }
    }
    found
}
