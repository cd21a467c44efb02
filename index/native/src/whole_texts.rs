//! What of a text decides whether a query equals a title or heading, and how many positions do its words take? What
//! `key_of` and `positions_of` in `text/analyzer.py` say.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::characters::{is_normal, tokens};
use crate::guard::guarded;
use crate::terms;
use crate::texts::{text_of, Unit};
use crate::with_units;

/// The key of a text; `whole_term` is asked of tokens that are not ASCII.
#[pyfunction]
pub fn key_of(py: Python<'_>, text: &Bound<'_, PyString>, whole_term: &Bound<'_, PyAny>) -> PyResult<String> {
    guarded(py, || with_units!(text, units => joined(py, units, whole_term)))
}

fn joined<U: Unit>(py: Python<'_>, text: &[U], whole_term: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut key = String::with_capacity(text.len());
    for (start, stop) in tokens(text) {
        let token = &text[start..stop];
        let term = match ascii(token) {
            Some(raw) => terms::whole_term(&raw),
            None => whole_term.call1((text_of(py, token),))?.extract()?,
        };
        if !term.is_empty() {
            key.push_str(if key.is_empty() { "" } else { " " });
            key.push_str(&term);
        }
    }
    Ok(key)
}

/// How many positions a text takes as code; `width_of` is asked of tokens for which it is not plain.
#[pyfunction]
pub fn positions_of(py: Python<'_>, text: &Bound<'_, PyString>, width_of: &Bound<'_, PyAny>) -> PyResult<usize> {
    guarded(py, || with_units!(text, units => widths(py, units, width_of)))
}

fn widths<U: Unit>(py: Python<'_>, text: &[U], width_of: &Bound<'_, PyAny>) -> PyResult<usize> {
    let width = |token: &[U]| match ascii(token) {
        Some(raw) => Ok(terms::width_of(&raw, true)),
        None if token.iter().all(|unit| is_normal(unit.code())) => Ok(token.len()),
        None => width_of.call1((text_of(py, token), true))?.extract(),
    };
    tokens(text).map(|(start, stop)| width(&text[start..stop])).sum()
}

fn ascii<U: Unit>(token: &[U]) -> Option<String> {
    token.iter().map(|unit| char::from_u32(unit.code()).filter(char::is_ascii)).collect()
}
