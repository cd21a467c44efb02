//! How is a Python text read without copying it? As its code units, of the one, two or four bytes that it has.

use pyo3::prelude::*;
use pyo3::types::string::PyStringData;
use pyo3::types::PyString;

/// A character of a text as Python holds it; surrogates are characters like others.
pub trait Unit: Copy {
    fn code(self) -> u32;
}

impl Unit for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u16 {
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}

/// The characters of a text, borrowed from it.
pub fn data<'a>(text: &'a Bound<'_, PyString>) -> PyResult<PyStringData<'a>> {
    // SAFETY: the text is borrowed as long as its data, and texts never change.
    unsafe { text.data() }
}

/// Run `$work` with `$units` as the text's slice of `u8`, `u16` or `u32`, compiled for each.
#[macro_export]
macro_rules! with_units {
    ($text:expr, $units:ident => $work:expr) => {
        match $crate::texts::data($text)? {
            pyo3::types::string::PyStringData::Ucs1($units) => $work,
            pyo3::types::string::PyStringData::Ucs2($units) => $work,
            pyo3::types::string::PyStringData::Ucs4($units) => $work,
        }
    };
}

/// These characters as a Python text.
pub fn text_of<'py, U: Unit>(py: Python<'py>, units: &[U]) -> Bound<'py, PyString> {
    text_of_codes(py, &units.iter().map(|unit| unit.code()).collect::<Vec<u32>>())
}

/// The same of code points, each out of a text or a character that we know.
pub fn text_of_codes<'py>(py: Python<'py>, codes: &[u32]) -> Bound<'py, PyString> {
    // SAFETY: a new reference or null; the codes are characters. Kind 4: UCS-4.
    unsafe {
        let text = pyo3::ffi::PyUnicode_FromKindAndData(4, codes.as_ptr().cast(), codes.len() as isize);
        Bound::from_owned_ptr(py, text).cast_into_unchecked()
    }
}

/// These characters, if all are ASCII.
pub fn ascii_of<U: Unit>(units: &[U]) -> Option<String> {
    units.iter().map(|unit| u8::try_from(unit.code()).ok().filter(u8::is_ascii).map(char::from)).collect()
}
