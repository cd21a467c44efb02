//! What of a text decides whether a query equals a title or heading? What `key_of` in `text/analyzer.py` says.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::characters::tokens;
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
        let ascii: Option<String> =
            token.iter().map(|unit| char::from_u32(unit.code()).filter(char::is_ascii)).collect();
        let term = match ascii {
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
