//! How do numbers go to Python? As arrays of its module `array`.

use pyo3::prelude::*;
use pyo3::types::PyByteArray;

/// What an item of an array may be, with its type code.
pub trait Item: Copy {
    const CODE: &'static str;

    /// Put the item's bytes as they lie in memory behind others.
    fn put(self, bytes: &mut [u8]);
}

macro_rules! item {
    ($number:ty, $code:literal) => {
        impl Item for $number {
            const CODE: &'static str = $code;

            #[inline(always)]
            fn put(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_ne_bytes());
            }
        }
    };
}

item!(u16, "H");
item!(u32, "I");

/// A copy of these numbers as an `array`.
pub fn array<'py, T: Item>(py: Python<'py>, items: &[T]) -> PyResult<Bound<'py, PyAny>> {
    let size = size_of::<T>();
    let bytes = PyByteArray::new_with(py, size_of_val(items), |bytes| {
        for (place, &item) in bytes.chunks_exact_mut(size).zip(items) {
            item.put(place);
        }
        Ok(())
    })?;
    py.import("array")?.getattr("array")?.call1((T::CODE, bytes))
}
