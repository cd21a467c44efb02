//! How is a column of numbers read in place? As the bytes that it is, wherever they lie; what lies outside of it is an
//! IndexError.

use std::ops::Range;

use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;

/// A column as Python holds it: a memoryview, an array or bytes, of unsigned numbers.
pub struct Column(PyUntypedBuffer);

impl FromPyObject<'_, '_> for Column {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        PyUntypedBuffer::get(&object).map(Column)
    }
}

impl Column {
    /// Its numbers. Raises TypeError where it has no unsigned ones side by side.
    pub fn numbers(&self) -> PyResult<Numbers<'_>> {
        if !self.0.is_c_contiguous() {
            return Err(no_column());
        }
        match (self.0.format().to_bytes(), self.0.item_size()) {
            (b"B", 1) => Ok(Numbers::Bytes(self.items())),
            (b"H", 2) => Ok(Numbers::Shorts(self.items())),
            (b"I" | b"L", 4) => Ok(Numbers::Words(self.items())),
            (b"Q" | b"L", 8) => Ok(Numbers::Longs(self.items())),
            _ => Err(no_column()),
        }
    }

    /// Its memory as items of the size that it has; they may lie anywhere, so they are bytes.
    fn items<const SIZE: usize>(&self) -> &[[u8; SIZE]] {
        let count = self.0.item_count();
        if count == 0 {
            return &[];
        }
        // SAFETY: so many items of this size lie side by side, and the buffer is held as long as the slice. What is
        // read of a column was verified before and is never written again: a segment's file is read into memory block
        // by block, each once.
        unsafe { std::slice::from_raw_parts(self.0.buf_ptr().cast(), count) }
    }
}

/// The numbers of a column, little-endian.
#[derive(Clone, Copy)]
pub enum Numbers<'a> {
    Bytes(&'a [[u8; 1]]),
    Shorts(&'a [[u8; 2]]),
    Words(&'a [[u8; 4]]),
    Longs(&'a [[u8; 8]]),
}

trait Item: Copy {
    fn number(self) -> usize;
}

macro_rules! items {
    ($($type:ty: $size:literal),*) => {$(
        impl Item for [u8; $size] {
            #[inline(always)]
            fn number(self) -> usize {
                <$type>::from_le_bytes(self) as usize
            }
        }
    )*};
}

items!(u8: 1, u16: 2, u32: 4, u64: 8);

/// Run `$work` with `$items` as the slice that it is, compiled for each size.
macro_rules! with_items {
    ($numbers:expr, $items:ident => $work:expr) => {
        match $numbers {
            Numbers::Bytes($items) => $work,
            Numbers::Shorts($items) => $work,
            Numbers::Words($items) => $work,
            Numbers::Longs($items) => $work,
        }
    };
}

impl Numbers<'_> {
    pub fn len(&self) -> usize {
        with_items!(self, items => items.len())
    }

    /// The number at a place.
    pub fn get(&self, at: usize) -> PyResult<usize> {
        with_items!(self, items => items.get(at).map(|item| item.number())).ok_or_else(outside)
    }

    pub fn range(&self, places: Range<usize>) -> PyResult<Vec<usize>> {
        with_items!(self, items => {
            let part = items.get(places).ok_or_else(outside)?;
            Ok(part.iter().map(|item| item.number()).collect())
        })
    }

    pub fn sum(&self, places: Range<usize>) -> PyResult<usize> {
        with_items!(self, items => {
            let part = items.get(places).ok_or_else(outside)?;
            Ok(part.iter().map(|item| item.number()).sum())
        })
    }

    /// The first of these places, whose numbers ascend, that has `least` or more; the end if none has.
    pub fn bisect_left(&self, least: usize, places: Range<usize>) -> PyResult<usize> {
        with_items!(self, items => {
            let part = items.get(places.clone()).ok_or_else(outside)?;
            Ok(places.start + part.partition_point(|item| item.number() < least))
        })
    }
}

/// The numbers of a column, or of a list or tuple.
pub fn numbers_of(object: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    if let Ok(column) = object.extract::<Column>() {
        let numbers = column.numbers()?;
        return numbers.range(0..numbers.len());
    }
    object.extract()
}

fn outside() -> PyErr {
    PyIndexError::new_err("a column of the index is shorter than another one says")
}

fn no_column() -> PyErr {
    PyTypeError::new_err("this is no column of unsigned numbers")
}
