//! What lies in an open folder, and what does `stat` say of it? `content/listing.py`.
//!
//! Nothing is followed, and no path is looked up: all is asked of the descriptor. Others run meanwhile.

use std::ffi::{CStr, CString};
use std::os::fd::BorrowedFd;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyString};
#[cfg(target_os = "linux")]
use rustix::fs::{seek, RawDir, SeekFrom};
use rustix::fs::{statat, AtFlags, FileType, Stat};
use rustix::io::Errno;

use crate::guard::guarded;

/// `listing.listed`
#[pyfunction]
#[pyo3(signature = (number, /))]
pub fn listed(py: Python<'_>, number: i32) -> PyResult<Bound<'_, PyDict>> {
    guarded(py, || {
        let folder = borrowed(number)?;
        let entries = py.detach(|| entries(folder)).map_err(|error| raised(py, error, number))?;
        let (folder, link, other) = (intern!(py, "d"), intern!(py, "l"), intern!(py, "-"));
        let kinds = PyDict::new(py);
        for (name, kind) in &entries {
            let kind = match kind {
                FileType::Directory => folder,
                FileType::Symlink => link,
                _ => other,
            };
            kinds.set_item(decoded(py, name)?, kind)?;
        }
        Ok(kinds)
    })
}

/// `listing.states`
#[pyfunction]
#[pyo3(signature = (number, names, /))]
pub fn states<'py>(py: Python<'py>, number: i32, names: Vec<Bound<'py, PyString>>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    guarded(py, || {
        let folder = borrowed(number)?;
        let names = names.iter().map(encoded).collect::<PyResult<Vec<_>>>()?;
        let states: Vec<_> = py.detach(|| names.iter().map(|name| state(folder, name)).collect());
        states.into_iter().map(|state| told(py, state)).collect()
    })
}

/// A descriptor that the caller keeps open until the call ends.
fn borrowed<'a>(number: i32) -> PyResult<BorrowedFd<'a>> {
    if number < 0 {
        return Err(PyValueError::new_err("this is no descriptor"));
    }
    // SAFETY: it is not -1, and whoever calls closes it after the call; one that is closed gives EBADF.
    Ok(unsafe { BorrowedFd::borrow_raw(number) })
}

/// The names in a folder with their kinds, in no order.
fn entries(folder: BorrowedFd<'_>) -> Result<Vec<(CString, FileType)>, Errno> {
    let mut entries = Vec::new();
    each_entry(folder, |name, kind| {
        if name != c"." && name != c".." {
            let kind = match kind {
                FileType::Unknown => state(folder, name).map_or(kind, |state| FileType::from_raw_mode(state.st_mode)),
                kind => kind,
            };
            entries.push((name.to_owned(), kind));
        }
    })?;
    Ok(entries)
}

/// As the system gives them, many at once: `Dir` asks for few, and opens the folder once more.
#[cfg(target_os = "linux")]
fn each_entry(folder: BorrowedFd<'_>, mut take: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    let mut buffer = Vec::with_capacity(32 * 1024);
    let mut listing = RawDir::new(folder, buffer.spare_capacity_mut());
    while let Some(entry) = listing.next() {
        let entry = entry?;
        take(entry.file_name(), entry.file_type());
    }
    seek(folder, SeekFrom::Start(0)).map(drop) // as `os.scandir` leaves it
}

#[cfg(not(target_os = "linux"))]
fn each_entry(folder: BorrowedFd<'_>, mut take: impl FnMut(&CStr, FileType)) -> Result<(), Errno> {
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        take(entry.file_name(), entry.file_type());
    }
    Ok(())
}

fn state(folder: BorrowedFd<'_>, name: &CStr) -> Result<Stat, Errno> {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

/// The fields of a `FileState`, or the number of an error.
#[allow(clippy::unnecessary_cast)] // the fields have other types on other systems
fn told(py: Python<'_>, state: Result<Stat, Errno>) -> PyResult<Bound<'_, PyAny>> {
    match state {
        Ok(state) => {
            let modified = nanoseconds(py, state.st_mtime as i64, state.st_mtime_nsec as i64)?;
            let changed = nanoseconds(py, state.st_ctime as i64, state.st_ctime_nsec as i64)?;
            let fields = (state.st_size as i64, modified, changed, state.st_ino as u64, state.st_mode as u32);
            Ok(fields.into_pyobject(py)?.into_any())
        }
        Err(error) => Ok(error.raw_os_error().into_pyobject(py)?.into_any()),
    }
}

/// A time; beyond the years 1677 to 2262 it takes more than 64 bits.
fn nanoseconds(py: Python<'_>, seconds: i64, rest: i64) -> PyResult<Bound<'_, PyInt>> {
    let whole = i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    match i64::try_from(whole) {
        Ok(short) => Ok(short.into_pyobject(py)?),
        Err(_) => Ok(whole.into_pyobject(py)?),
    }
}

/// A name as `os.fsdecode` has it.
fn decoded<'py>(py: Python<'py>, name: &CString) -> PyResult<Bound<'py, PyAny>> {
    let bytes = name.as_bytes();
    if bytes.is_ascii() {
        return Ok(PyString::from_bytes(py, bytes)?.into_any());
    }
    // SAFETY: the bytes are there until the call ends, and the result is a new reference or null with an exception.
    unsafe {
        let text = ffi::PyUnicode_DecodeFSDefaultAndSize(name.as_ptr(), bytes.len() as ffi::Py_ssize_t);
        Bound::from_owned_ptr_or_err(py, text)
    }
}

/// A name as `os.fsencode` has it. A character NUL is a ValueError.
fn encoded(name: &Bound<'_, PyString>) -> PyResult<CString> {
    // SAFETY: `name` is a text; the result is a new reference to bytes, or null with an exception.
    let bytes = unsafe { Bound::from_owned_ptr_or_err(name.py(), ffi::PyUnicode_EncodeFSDefault(name.as_ptr()))? };
    Ok(CString::new(bytes.cast::<PyBytes>()?.as_bytes())?)
}

/// The OSError that Python raises for a descriptor.
fn raised(py: Python<'_>, error: Errno, number: i32) -> PyErr {
    let code = error.raw_os_error();
    let reason = py.import(intern!(py, "os")).and_then(|os| os.call_method1(intern!(py, "strerror"), (code,)));
    match reason {
        Ok(reason) => PyOSError::new_err((code, reason.unbind(), number)),
        Err(error) => error,
    }
}
