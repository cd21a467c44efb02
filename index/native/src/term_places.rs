//! Which terms does a text have, and where? `term_places` of `text/analyzer.py`, for titles.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::characters::{is_normal, is_spaceless, tokens};
use crate::guard::guarded;
use crate::terms;
use crate::texts::{ascii_of, text_of, text_of_codes, Unit};
use crate::with_units;

/// A term with its position and its place: (term, position, start, stop).
type Placed<'py> = (Bound<'py, PyString>, usize, usize, usize);
/// A character of a run, and where its letter stands in it.
type RunCharacter<'py> = (Bound<'py, PyString>, usize, usize);

#[pyfunction]
pub fn term_places<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
    code: bool,
    first: usize,
) -> PyResult<Vec<Placed<'py>>> {
    guarded(py, || with_units!(text, units => placed(py, units, code, first)))
}

fn placed<'py, U: Unit>(py: Python<'py>, text: &[U], code: bool, first: usize) -> PyResult<Vec<Placed<'py>>> {
    let mut found = Vec::new();
    let mut position = first;
    for (start, stop) in tokens(text) {
        let raw = &text[start..stop];
        if is_spaceless(raw) {
            let bigrams = bigrams(py, raw)?;
            let count = bigrams.len();
            let place = |(at, (term, from, to))| (term, position + at, start + from, start + to);
            found.extend(bigrams.into_iter().enumerate().map(place));
            position += count;
        } else {
            for terms in terms_at(py, raw, code)? {
                found.extend(terms.into_iter().map(|term| (term, position, start, stop)));
                position += 1;
            }
        }
    }
    Ok(found)
}

/// `tokenizer.terms_at`, asked of Python for what is not ASCII.
fn terms_at<'py, U: Unit>(py: Python<'py>, raw: &[U], code: bool) -> PyResult<Vec<Vec<Bound<'py, PyString>>>> {
    static TERMS_AT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(raw) = ascii_of(raw) {
        let texts = |terms: Vec<String>| terms.iter().map(|term| PyString::new(py, term)).collect();
        return Ok(terms::terms_at(&raw, code).into_iter().map(texts).collect());
    }
    TERMS_AT.import(py, "postdex_index.text.tokenizer", "terms_at")?.call1((text_of(py, raw), code))?.extract()
}

/// Each character of a run with the next one, and the stretch of both; the last alone.
fn bigrams<'py, U: Unit>(py: Python<'py>, run: &[U]) -> PyResult<Vec<(Bound<'py, PyString>, usize, usize)>> {
    static RUN_CHARACTERS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if run.iter().all(|unit| is_normal(unit.code())) {
        let codes: Vec<u32> = run.iter().map(|unit| unit.code()).collect();
        let bigram = |at: usize| {
            let stop = codes.len().min(at + 2);
            (text_of_codes(py, &codes[at..stop]), at, stop)
        };
        return Ok((0..codes.len()).map(bigram).collect());
    }
    let run_characters = RUN_CHARACTERS.import(py, "postdex_index.text.characters", "run_characters")?;
    let characters: Vec<RunCharacter> = run_characters.call1((text_of(py, run),))?.extract()?;
    let following = characters.iter().skip(1).map(Some).chain([None]);
    let bigram = |((character, start, stop), next): (&RunCharacter<'py>, Option<&RunCharacter<'py>>)| match next {
        Some((next, _, last)) => Ok((character.add(next)?.cast_into()?, *start, *last)),
        None => Ok((character.clone(), *start, *stop)),
    };
    characters.iter().zip(following).map(bigram).collect()
}
