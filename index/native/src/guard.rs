//! What becomes of a panic: an exception that says what to do, and nothing on standard error.

use std::cell::RefCell;
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

thread_local! {
    /// Where in this code the last panic of the thread was, and what it said.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keep what a panic says for the exception. The hook is that of this library alone: each has its own copy of `std`.
pub fn be_silent() {
    set_hook(Box::new(|panic| LAST.set(panic.to_string())));
}

/// Run `work`; a panic in it becomes postdex's `NativeError`.
pub fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(error(py, &LAST.take())))
}

fn error(py: Python<'_>, what: &str) -> PyErr {
    let made = py.import("postdex_index.errors").and_then(|errors| errors.getattr("NativeError")?.call1((what,)));
    match made {
        Ok(value) => PyErr::from_value(value),
        Err(_) => PyRuntimeError::new_err(what.to_owned()), // postdex is not there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_exception_and_says_where() {
        Python::initialize();
        be_silent();
        Python::attach(|py| {
            let nothing: Vec<u8> = Vec::new();
            let said = guarded(py, || Ok(nothing[7])).unwrap_err().to_string();
            assert!(said.contains("src/guard.rs") && said.contains("index is 7"), "{said}");
        });
    }

    #[test]
    fn what_python_raises_stays_what_it_is() {
        Python::initialize();
        Python::attach(|py| {
            let raised = guarded(py, || py.eval(c"[].pop()", None, None).map(drop)).unwrap_err();
            assert!(raised.is_instance_of::<pyo3::exceptions::PyIndexError>(py));
        });
    }
}
