//! Exceptions both ways. What a method raises is an error; an error of Rust's that leaves an override is an exception for its caller, and is the same error
//! again where it comes back to Rust.

use crate::sys;
use std::any::Any;
use std::ffi::{CStr, CString};
use std::fmt;
use std::os::raw::c_void;

pub type Result<T> = std::result::Result<T, Error>;

/// The id under which an error of Rust's goes through other languages.
pub const RUST_ERROR: &str = "IDL:opendsom/RustError:1.0";

/// Why a call did not return what it should.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A user exception: of the IDL, by [`Error::user`], or another's.
    User(UserException),
    /// A system exception, libsom's errors among them.
    System(SystemException),
    /// A value that cannot go where it should: nothing was called, or what was called has returned it.
    Value(ValueError),
    /// Any other error of Rust's, from an override.
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    pub kind: ValueErrorKind,
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// It is of another type.
    Type,
    /// It is beyond its type's range, or a bound of the IDL.
    Range,
    /// It is null where the IDL does not allow that.
    Null,
    /// A text with a zero in it, or one that is no UTF-8.
    Text,
    /// There are too few or too many.
    Count,
}

/// A system exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemException {
    /// `IDL:omg.org/CORBA/BAD_PARAM:1.0`
    pub id: String,
    pub minor: u32,
    pub completed: Completed,
    /// Of libsom's own errors their name, as `unknown`; else empty.
    pub code: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    Yes,
    No,
    Maybe,
}

impl SystemException {
    /// One by its name, `BAD_PARAM`.
    pub fn new(name: &str, minor: u32, completed: Completed, text: &str) -> SystemException {
        SystemException { id: format!("IDL:omg.org/CORBA/{name}:1.0"), minor, completed, code: String::new(), text: text.into() }
    }
    /// `BAD_PARAM`
    pub fn name(&self) -> &str {
        self.id.strip_prefix("IDL:omg.org/CORBA/").and_then(|s| s.strip_suffix(":1.0")).unwrap_or(&self.id)
    }
}

impl fmt::Display for SystemException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        if !self.text.is_empty() {
            write!(f, ": {}", self.text)?;
        }
        Ok(())
    }
}
impl std::error::Error for SystemException {}

/// An exception of the IDL: `dsom::exception!` makes the type.
pub trait Exception: std::error::Error + Clone + Send + Sync + 'static {
    const ID: &'static str;
    /// # Safety
    /// At p is room for a value of t, which is all zero.
    unsafe fn put_members(&self, t: &'static sys::Type, p: *mut u8) -> Result<()>;
    /// # Safety
    /// At p is a value of t; or p is NULL, and t has no members.
    unsafe fn get_members(t: &'static sys::Type, p: *const u8) -> Result<Self>;
}

trait AnyException: Send + Sync {
    unsafe fn put(&self, t: &'static sys::Type, p: *mut u8) -> Result<()>;
    fn as_any(&self) -> &dyn Any;
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<E: Exception> AnyException for E {
    unsafe fn put(&self, t: &'static sys::Type, p: *mut u8) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { self.put_members(t, p) }
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An environment with an exception, which is this one's.
pub(crate) struct OwnedEnv(pub sys::Env);
// SAFETY: an exception's members are values, which any thread may read and end (som.h).
unsafe impl Send for OwnedEnv {}
// SAFETY: as above.
unsafe impl Sync for OwnedEnv {}

impl Drop for OwnedEnv {
    fn drop(&mut self) {
        // SAFETY: it is this one's, and cleared once.
        unsafe { sys::som_env_clear(&mut self.0) }
    }
}

enum Inner {
    /// As it came from C: if it goes on, C gets all of it. The type is there if its members are.
    Came(OwnedEnv, Option<&'static sys::Type>),
    Made(Box<dyn AnyException>),
}

/// A user exception.
pub struct UserException {
    pub id: String,
    pub text: String,
    inner: Inner,
}

impl UserException {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner {
            Inner::Made(e) => e.show(f),
            Inner::Came(..) if self.text.is_empty() => write!(f, "{}", self.id),
            Inner::Came(..) => write!(f, "{}: {}", self.id, self.text),
        }
    }

    /// It as an exception of the IDL, if that is what it is and has all its members.
    pub fn get<E: Exception>(&self) -> Option<E> {
        match &self.inner {
            Inner::Made(e) => e.as_any().downcast_ref::<E>().cloned(),
            Inner::Came(env, Some(t)) if self.id == E::ID => {
                // SAFETY: the type was found by the id among those that the method raises, and has as many members as are there.
                unsafe { E::get_members(t, env.0.value.cast()) }.ok()
            }
            Inner::Came(..) => None,
        }
    }

    /// Its members without generated code.
    pub fn value(&self) -> Option<crate::Value> {
        match &self.inner {
            // SAFETY: as above.
            Inner::Came(env, Some(t)) if !env.0.value.is_null() => unsafe { crate::Value::read(t, env.0.value.cast()) }.ok(),
            _ => None,
        }
    }
}

impl fmt::Display for UserException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f)
    }
}
impl fmt::Debug for UserException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f)
    }
}

impl Error {
    /// An error of Rust's.
    pub fn other(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Other(e.into())
    }
    /// The exception of the IDL that it is, if it is that one.
    pub fn user<E: Exception>(&self) -> Option<E> {
        match self {
            Error::User(u) => u.get(),
            _ => None,
        }
    }
    /// The system exception that it is.
    pub fn system(&self) -> Option<&SystemException> {
        match self {
            Error::System(s) => Some(s),
            _ => None,
        }
    }
    /// Another error of Rust's that it is.
    pub fn downcast_ref<E: std::error::Error + 'static>(&self) -> Option<&E> {
        match self {
            Error::Other(e) => e.downcast_ref(),
            _ => None,
        }
    }

    pub(crate) fn value(kind: ValueErrorKind, what: impl Into<String>) -> Error {
        Error::Value(ValueError { kind, what: what.into() })
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
impl std::error::Error for ValueError {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::User(e) => e.fmt(f),
            Error::System(e) => e.fmt(f),
            Error::Value(e) => e.fmt(f),
            Error::Other(e) => fmt::Display::fmt(e, f),
        }
    }
}
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Other(e) => e.source(),
            _ => None,
        }
    }
}

impl<E: Exception> From<E> for Error {
    fn from(e: E) -> Error {
        Error::User(UserException { id: E::ID.into(), text: String::new(), inner: Inner::Made(Box::new(e)) })
    }
}
impl From<SystemException> for Error {
    fn from(e: SystemException) -> Error {
        Error::System(e)
    }
}
impl From<Box<dyn std::error::Error + Send + Sync>> for Error {
    fn from(e: Box<dyn std::error::Error + Send + Sync>) -> Error {
        Error::Other(e)
    }
}

// ---- From C ----

unsafe extern "C" fn drop_rust(value: *mut c_void) {
    // SAFETY: the value is a boxed error that raise_other has put there, and C ends it once.
    let _ = std::panic::catch_unwind(|| drop(unsafe { Box::from_raw(value.cast::<Error>()) }));
}

fn lossy(p: *const std::os::raw::c_char) -> String {
    if p.is_null() {
        return String::new();
    }
    // SAFETY: a text of an environment is ended by a zero.
    unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned()
}

/// What an environment holds, which is empty from then on. m and o say whose exception it is.
pub(crate) fn take(ev: &mut sys::Env, m: Option<&'static sys::Method>, o: sys::Ref) -> Error {
    let env = OwnedEnv(std::mem::replace(ev, sys::Env::EMPTY));
    if env.0.major == sys::USER_EXCEPTION && !env.0.value.is_null() && env.0.drop.map(|f| f as usize) == Some(drop_rust as *const () as usize) {
        let mut env = env;
        let value = std::mem::replace(&mut env.0.value, std::ptr::null_mut()); // the kernel counts those with a value: what it clears has another
        let inside = Box::new(Error::Other("an error that has been taken".into()));
        // SAFETY: the value is a boxed error; its place is taken by another, which the environment ends.
        let error = unsafe { std::mem::replace(&mut *value.cast::<Error>(), *inside) };
        env.0.value = value;
        return error;
    }
    let text = lossy(env.0.text);
    if env.0.major != sys::USER_EXCEPTION {
        let id = if env.0.id.is_null() { "IDL:omg.org/CORBA/UNKNOWN:1.0".into() } else { lossy(env.0.id) };
        let completed = [Completed::Yes, Completed::No, Completed::Maybe][env.0.completed.min(2) as usize];
        // SAFETY: libsom has a name for each of its codes, which is constant.
        let code = if env.0.code == 0 { String::new() } else { lossy(unsafe { sys::som_code_name(env.0.code) }) };
        return Error::System(SystemException { id, minor: env.0.minor, completed, code, text });
    }
    let id = lossy(env.0.id);
    // SAFETY: the method is a description, and the object is the caller's. The type is one whose members are all there.
    let of = unsafe { sys::somh_exception(&env.0, m.map_or(std::ptr::null(), |m| m), o).as_ref() };
    Error::User(UserException { id, text, inner: Inner::Came(env, of) })
}

/// The outcome of a function of libsom's that has an environment.
pub(crate) fn check(ev: &mut sys::Env) -> Result<()> {
    if ev.major == sys::NO_EXCEPTION {
        return Ok(());
    }
    Err(take(ev, None, std::ptr::null_mut()))
}

// ---- To C ----

fn text_of(s: &str) -> CString {
    CString::new(s.replace('\0', " ")).unwrap_or_default()
}

fn raise_members(ev: *mut sys::Env, e: &dyn AnyException, t: &'static sys::Type) -> Result<()> {
    let mut value = vec![0u128; t.size as usize / 16 + 1];
    let p = value.as_mut_ptr().cast::<u8>();
    // SAFETY: there is room for the members, zero, which are the environment's from then on.
    unsafe {
        if let Err(e) = e.put(t, p) {
            sys::somh_end(t, p.cast());
            return Err(e);
        }
        sys::somh_raise(ev, t, p.cast()); // without memory it has raised that
    }
    Ok(())
}

fn raise_other(ev: *mut sys::Env, e: Error) {
    let (id, text) = (text_of(RUST_ERROR), text_of(&e.to_string()));
    // SAFETY: the environment owns the box and ends it by drop_rust; its text is memory of libsom's.
    unsafe {
        sys::som_raise_user(ev, id.as_ptr(), Box::into_raw(Box::new(e)).cast(), Some(drop_rust));
        if (*ev).major == sys::USER_EXCEPTION {
            let bytes = text.as_bytes_with_nul();
            let to = sys::som_allocate(bytes.len());
            if !to.is_null() {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), to.cast(), bytes.len());
                (*ev).text = to.cast();
            }
        }
    }
}

/// An error of Rust's becomes an exception in ev, of method m.
pub(crate) fn raise(ev: *mut sys::Env, e: Error, m: &'static sys::Method) {
    if ev.is_null() {
        return; // nobody is to be told
    }
    match e {
        Error::System(s) => {
            let (id, text) = (text_of(&s.id), text_of(&s.text));
            // SAFETY: ev is the caller's.
            unsafe { sys::som_raise_system(ev, id.as_ptr(), s.minor, s.completed as u32, text.as_ptr()) }
        }
        Error::User(UserException { inner: Inner::Came(mut env, _), .. }) => {
            // SAFETY: it moves on as it came.
            unsafe {
                sys::som_env_clear(ev);
                ev.write(std::mem::replace(&mut env.0, sys::Env::EMPTY));
            }
        }
        Error::User(UserException { id, text, inner: Inner::Made(made) }) => {
            let declared = m.raises().find(|t| sys::text(t.id) == id);
            match declared {
                Some(t) => {
                    if let Err(e) = raise_members(ev, &*made, t) {
                        raise(ev, e, m);
                    }
                }
                None => raise_other(ev, Error::User(UserException { id, text, inner: Inner::Made(made) })),
            }
        }
        e => raise_other(ev, e),
    }
}

/// What a panic said.
pub(crate) fn panicked(p: &(dyn Any + Send)) -> Error {
    let said = p.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| p.downcast_ref::<String>().cloned()).unwrap_or_default();
    SystemException::new("UNKNOWN", 0, Completed::Maybe, &format!("a panic in Rust: {said}")).into()
}

pub(crate) fn null(what: &str) -> Error {
    Error::value(ValueErrorKind::Null, format!("{what} is null"))
}

