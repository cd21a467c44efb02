//! Where in a passage do the words stand that were found, and what of it is marked? `read/passage_words.py`; nothing
//! is kept here, since cutting a passage into tokens takes less than looking up what was known.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::characters::{is_normal, is_spaceless, tokens};
use crate::guard::guarded;
use crate::terms;
use crate::texts::{ascii_of, text_of, Unit};
use crate::with_units;

/// No term is longer, in code points.
const LONGEST_TERM: usize = 80;

/// A text, and of its checkpoints the places in it, the positions there, and whether they are in code.
#[pyclass(frozen)]
pub struct PassageWords {
    text: Py<PyString>,
    cut: bool,
    starts: Vec<usize>,
    firsts: Vec<u64>,
    code: Vec<bool>,
    end: u64,
}

/// A position that was found, and the number of the leaf that owns it among those given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Owned {
    position: u64,
    number: usize,
}

/// Where a word stands in a text: start, end of the letter at this position, stop.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    own: usize,
    stop: usize,
}

/// A leaf, its positions, and whether each stands for one character: `document.LeafPositions`.
type Found<'py> = (usize, Bound<'py, PyAny>, bool);
/// By raw token the number of positions that it takes, in prose and in code.
type Widths<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

#[pymethods]
impl PassageWords {
    #[new]
    fn new(text: Py<PyString>, cut: bool, starts: Vec<usize>, firsts: Vec<u64>, code: Vec<bool>, end: u64) -> Self {
        PassageWords { text, cut, starts, firsts, code, end }
    }

    fn marks<'py>(
        &self,
        py: Python<'py>,
        words_found: Vec<Found<'py>>,
        before: usize,
        widths: Widths<'py>,
    ) -> PyResult<Vec<(usize, usize, usize)>> {
        guarded(py, || {
            let owned = self.owned(&words_found)?;
            let spans = with_units!(self.text.bind(py), units => self.spans(units, &owned, &widths)?);
            let marks = merged(&owned, &spans, &words_found);
            let shown = marks.into_iter().filter(|&(start, _, _)| start >= before);
            Ok(shown.map(|(start, stop, leaf)| (start - before, stop - before, leaf)).collect())
        })
    }
}

impl PassageWords {
    /// The positions in the passage, each for the first of the leaves that it belongs to.
    fn owned(&self, words_found: &[Found]) -> PyResult<Vec<Owned>> {
        let mut owned = Vec::new();
        for (number, (_, positions, _)) in words_found.iter().enumerate() {
            let inside = within(positions, self.firsts[0], self.end)?;
            owned.extend(inside.into_iter().map(|position| Owned { position, number }));
        }
        owned.sort_unstable();
        owned.dedup_by_key(|one| one.position);
        Ok(owned)
    }

    /// Where the words at these positions stand, each looked for from the checkpoint before it on.
    fn spans<U: Unit>(&self, text: &[U], owned: &[Owned], widths: &Widths) -> PyResult<Vec<Option<Span>>> {
        let mut spans = Vec::with_capacity(owned.len());
        while spans.len() < owned.len() {
            let rest = &owned[spans.len()..];
            let check = self.firsts.partition_point(|&first| first <= rest[0].position) - 1;
            let next = self.firsts.get(check + 1);
            let count = next.map_or(rest.len(), |&next| rest.partition_point(|one| one.position < next));
            self.look_in(text, check, &rest[..count], widths, &mut spans)?;
        }
        Ok(spans)
    }

    /// The same between a checkpoint and the next one; None for a word that ends beyond the passage.
    fn look_in<U: Unit>(
        &self,
        text: &[U],
        check: usize,
        owned: &[Owned],
        widths: &Widths,
        spans: &mut Vec<Option<Span>>,
    ) -> PyResult<()> {
        let begin = self.starts[check];
        let end = self.starts.get(check + 1).copied().unwrap_or(text.len());
        // What reaches the end of a text that was cut may go on behind it: half a word is no mark.
        let most = if self.cut && end == text.len() { end.saturating_sub(1) } else { end };
        let code = self.code[check];
        let mut position = self.firsts[check];
        let mut owned = owned.iter().peekable();
        for (start, stop) in tokens(&text[begin..end]) {
            if owned.peek().is_none() {
                break;
            }
            let token = Token::new(&text[begin + start..begin + stop], code, widths)?;
            while let Some(one) = owned.next_if(|one| one.position < position + token.width as u64) {
                let span = token.span(begin + start, (one.position - position) as usize);
                spans.push((span.stop <= most || span.stop - span.start > LONGEST_TERM).then_some(span));
            }
            position += token.width as u64;
        }
        spans.extend(owned.map(|_| None));
        Ok(())
    }
}

/// A raw token; `letters` are those of a run without blanks, empty where each character is one.
struct Token {
    length: usize,
    width: usize,
    is_run: bool,
    letters: Vec<(usize, usize)>,
}

impl Token {
    fn new<U: Unit>(raw: &[U], code: bool, widths: &Widths) -> PyResult<Token> {
        let is_run = is_spaceless(raw);
        let letters = if is_run && !raw.iter().all(|unit| is_normal(unit.code())) {
            letters_of(raw, widths.0.py())?
        } else {
            Vec::new()
        };
        let width = match (is_run, letters.len()) {
            (true, 0) => raw.len(),
            (true, count) => count,
            (false, _) => width_of(raw, code, widths)?,
        };
        Ok(Token { length: raw.len(), width, is_run, letters })
    }

    /// Where in the text the word at its position number `at` stands if the token does at `start`; in a run that is a
    /// character with the next.
    fn span(&self, start: usize, at: usize) -> Span {
        let stop = start + self.length;
        if !self.is_run {
            return Span { start, own: stop, stop };
        }
        let Some(&(first, own)) = self.letters.get(at) else {
            return Span { start: start + at, own: start + at + 1, stop: stop.min(start + at + 2) };
        };
        let (_, last) = self.letters[(at + 1).min(self.letters.len() - 1)];
        Span { start: start + first, own: start + own, stop: start + last }
    }
}

/// `characters.run_letters`
fn letters_of<U: Unit>(run: &[U], py: Python<'_>) -> PyResult<Vec<(usize, usize)>> {
    static RUN_LETTERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    RUN_LETTERS.import(py, "postdex_index.text.characters", "run_letters")?.call1((text_of(py, run),))?.extract()
}

/// Asked of Python is what is not ASCII, and remembered there.
fn width_of<U: Unit>(raw: &[U], code: bool, widths: &Widths) -> PyResult<usize> {
    if let Some(raw) = ascii_of(raw) {
        return Ok(terms::width_of(&raw, code));
    }
    let widths = if code { &widths.1 } else { &widths.0 };
    widths.get_item(text_of(widths.py(), raw))?.extract()
}

/// Those of ascending positions that are in [begin, end).
fn within(positions: &Bound<'_, PyAny>, begin: u64, end: u64) -> PyResult<Vec<u64>> {
    let position = |at: usize| positions.get_item(at)?.extract::<u64>();
    let count = positions.len()?;
    let (mut first, mut last) = (0, count);
    while first < last {
        let middle = (first + last) / 2;
        if position(middle)? < begin {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    let mut found = Vec::new();
    for at in first..count {
        let here = position(at)?;
        if here >= end {
            break;
        }
        found.push(here);
    }
    Ok(found)
}

/// The words as marks; parts of one word are one mark, of the first of the leaves that they belong to.
fn merged(owned: &[Owned], spans: &[Option<Span>], words_found: &[Found]) -> Vec<(usize, usize, usize)> {
    let mut marks: Vec<(usize, usize, usize)> = Vec::new();
    let mut owner = 0;
    for (one, span) in owned.iter().zip(spans).filter_map(|(one, span)| Some((one, span.as_ref()?))) {
        let (leaf, _, single) = words_found[one.number];
        let stop = if single { span.own } else { span.stop };
        match marks.last_mut() {
            Some(last) if last.0 == span.start => {
                if one.number < owner || stop > last.1 {
                    owner = owner.min(one.number);
                    *last = (span.start, stop.max(last.1), words_found[owner].0);
                }
            }
            _ => {
                marks.push((span.start, stop, leaf));
                owner = one.number;
            }
        }
    }
    marks
}
