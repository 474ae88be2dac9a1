//! Types of Rust for those of the IDL: how a value goes to where C has it, and how it is read there. A type of the library's decides on places and sizes; a type of Rust's that is
//! not of its kind is an error, so that code which was generated from another release does no harm.

use crate::error::{null, Error, Result, ValueErrorKind};
use crate::object::{Interface, Object};
use crate::sys::{self, Type};
use std::cell::Cell;
use std::os::raw::c_void;

/// How deep values may be in one another: half of SOMH_MAX_NESTING.
pub const MAX_NESTING: u32 = 128;

/// What goes in.
/// # Safety
/// KIND and Abi are what C has of that kind, and PLAIN is true of what is octet by octet what C has.
pub unsafe trait Put {
    /// The kind as which it goes in a register, as C has it; 0: it goes by way of memory.
    const KIND: u32 = 0;
    /// Whether many are copied at once.
    const PLAIN: bool = false;
    type Abi: Copy;
    fn abi(&self) -> Self::Abi;
    /// Whether each of this type has a place in a parameter of t, which is of its kind, so that none has to be looked at: of handles, by their class.
    fn fits(_: &'static Type) -> bool {
        true
    }
    fn is_null(&self) -> bool {
        false
    }
    /// # Safety
    /// At p is room for a value of t, all zero. After an error what is there is ended by the caller.
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()>;
}

/// What comes out.
/// # Safety
/// As of [`Put`].
pub unsafe trait Get: Sized {
    const KIND: u32 = 0;
    /// Whether many are copied at once.
    const PLAIN: bool = false;
    type Abi: Copy;
    fn from_abi(a: Self::Abi) -> Option<Self>;
    /// What stands for nothing at all.
    fn null() -> Option<Self> {
        None
    }
    /// # Safety
    /// At p is a value of t.
    unsafe fn get(t: &'static Type, p: *const u8, nullable: bool) -> Result<Self>;
}

pub(crate) fn kind_name(kind: u32) -> &'static str {
    const NAMES: [&str; 26] = [
        "nothing", "void", "boolean", "octet", "char", "wchar", "int8", "short", "unsigned short", "long", "unsigned long", "long long", "unsigned long long", "float", "double", "string",
        "wstring", "enum", "object", "pointer", "structure", "union", "sequence", "array", "exception", "making",
    ];
    NAMES.get(kind as usize).copied().unwrap_or("nothing")
}

#[cold]
pub(crate) fn mismatch(t: &Type, what: &str) -> Error {
    let name = if t.name().is_empty() { kind_name(t.kind) } else { t.name() };
    Error::value(ValueErrorKind::Type, format!("{what} where the library has {name}"))
}

#[cold]
pub(crate) fn wrong(kind: ValueErrorKind, what: impl Into<String>) -> Error {
    Error::value(kind, what)
}

macro_rules! scalar {
    ($($t:ty, $kind:ident $(| $also:ident)*;)*) => {$(
        // SAFETY: it goes as its kind says.
        unsafe impl Put for $t {
            const KIND: u32 = sys::$kind;
            const PLAIN: bool = true;
            type Abi = $t;
            #[inline]
            fn abi(&self) -> $t { *self }
            #[inline]
            unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
                if t.kind != sys::$kind $(&& t.kind != sys::$also)* { return Err(mismatch(t, stringify!($t))); }
                // SAFETY: the kind says how large it is.
                unsafe { p.cast::<$t>().write_unaligned(*self) };
                Ok(())
            }
        }
        // SAFETY: it goes as its kind says.
        unsafe impl Get for $t {
            const KIND: u32 = sys::$kind;
            const PLAIN: bool = true;
            type Abi = $t;
            #[inline]
            fn from_abi(a: $t) -> Option<$t> { Some(a) }
            #[inline]
            unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<$t> {
                if t.kind != sys::$kind $(&& t.kind != sys::$also)* { return Err(mismatch(t, stringify!($t))); }
                // SAFETY: likewise.
                Ok(unsafe { p.cast::<$t>().read_unaligned() })
            }
        }
    )*};
}

scalar! { u8, OCTET; i8, INT8; i16, SHORT; u16, USHORT | WCHAR; i32, LONG; u32, ULONG; i64, LONGLONG; u64, ULONGLONG; f32, FLOAT; f64, DOUBLE; }

/// The members of what goes by memory alone.
#[doc(hidden)]
#[macro_export]
macro_rules! by_memory_put {
    () => {
        type Abi = u8;
        fn abi(&self) -> u8 {
            0
        }
    };
}
#[doc(hidden)]
#[macro_export]
macro_rules! by_memory_get {
    () => {
        type Abi = u8;
        fn from_abi(_: u8) -> Option<Self> {
            None
        }
    };
}

// SAFETY: it goes as its kind says.

unsafe impl Put for bool {
    const KIND: u32 = sys::BOOLEAN;
    type Abi = u8;
    #[inline]
    fn abi(&self) -> u8 {
        *self as u8
    }
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        if t.kind != sys::BOOLEAN {
            return Err(mismatch(t, "bool"));
        }
        // SAFETY: a boolean is an octet.
        unsafe { p.write(*self as u8) };
        Ok(())
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for bool {
    const KIND: u32 = sys::BOOLEAN;
    type Abi = u8;
    #[inline]
    fn from_abi(a: u8) -> Option<bool> {
        Some(a != 0)
    }
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<bool> {
        if t.kind != sys::BOOLEAN {
            return Err(mismatch(t, "bool"));
        }
        // SAFETY: likewise.
        Ok(unsafe { p.read() } != 0)
    }
}

/// A char of the IDL is one octet, up to U+00FF.
// SAFETY: it goes as its kind says.
unsafe impl Put for char {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        match t.kind {
            // SAFETY: a char is an octet.
            sys::CHAR if *self as u32 <= 0xff => unsafe { p.write(*self as u8) },
            sys::CHAR => return Err(wrong(ValueErrorKind::Range, format!("{self:?} is no char of the IDL: it is beyond U+00FF"))),
            _ => return Err(mismatch(t, "char")),
        }
        Ok(())
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for char {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<char> {
        if t.kind != sys::CHAR {
            return Err(mismatch(t, "char"));
        }
        // SAFETY: likewise.
        Ok(unsafe { p.read() } as char)
    }
}

/// An address that nobody here looks behind: somToken, `T *`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Token(pub usize);

// SAFETY: it goes as its kind says.

unsafe impl Put for Token {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        if t.kind != sys::POINTER {
            return Err(mismatch(t, "Token"));
        }
        // SAFETY: a pointer is as large as an usize.
        unsafe { p.cast::<usize>().write_unaligned(self.0) };
        Ok(())
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for Token {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<Token> {
        if t.kind != sys::POINTER {
            return Err(mismatch(t, "Token"));
        }
        // SAFETY: likewise.
        Ok(Token(unsafe { p.cast::<usize>().read_unaligned() }))
    }
}

// SAFETY: it goes as its kind says.

unsafe impl<T: Put + ?Sized> Put for &T {
    const KIND: u32 = T::KIND;
    type Abi = T::Abi;
    #[inline]
    fn abi(&self) -> T::Abi {
        (**self).abi()
    }
    fn fits(t: &'static Type) -> bool {
        T::fits(t)
    }
    fn is_null(&self) -> bool {
        (**self).is_null()
    }
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { (**self).put(t, p, nullable) }
    }
}

// ---- Texts ----

/// # Safety
/// At p is room for a pointer.
pub(crate) unsafe fn put_text<T: Copy + Default + PartialEq>(units: &[T], bound: u64, p: *mut u8) -> Result<()> {
    if bound != 0 && units.len() as u64 > bound {
        return Err(wrong(ValueErrorKind::Range, format!("a text of {} is longer than its bound, {bound}", units.len())));
    }
    if units.contains(&T::default()) {
        return Err(wrong(ValueErrorKind::Text, "a text with a zero in it"));
    }
    let n = std::mem::size_of_val(units);
    if n >= sys::MAX_SIZE {
        return Err(wrong(ValueErrorKind::Range, "a text has more than 1 GiB (SOMH_MAX_SIZE)"));
    }
    // SAFETY: zeroed memory for the text and the zero that ends it.
    unsafe {
        let to = sys::som_allocate(n + std::mem::size_of::<T>()).cast::<T>();
        if to.is_null() {
            return Err(crate::SystemException::new("NO_MEMORY", 0, crate::Completed::No, "no memory for a text").into());
        }
        std::ptr::copy_nonoverlapping(units.as_ptr(), to, units.len());
        p.cast::<*mut T>().write_unaligned(to);
    }
    Ok(())
}

/// # Safety
/// At p is a text or NULL.
pub(crate) unsafe fn get_units<'a, T: Copy + Default + PartialEq>(p: *const u8) -> Option<&'a [T]> {
    // SAFETY: a text is ended by a zero.
    unsafe {
        let s = p.cast::<*const T>().read_unaligned();
        if s.is_null() {
            return None;
        }
        let mut n = 0;
        while *s.add(n) != T::default() {
            n += 1;
        }
        Some(std::slice::from_raw_parts(s, n))
    }
}

// SAFETY: it goes as its kind says.

unsafe impl Put for str {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        if t.kind != sys::STRING {
            return Err(mismatch(t, "str"));
        }
        // SAFETY: a string is a pointer.
        unsafe { put_text(self.as_bytes(), t.bound, p) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Put for String {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { self.as_str().put(t, p, nullable) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for String {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<String> {
        if t.kind != sys::STRING {
            return Err(mismatch(t, "String"));
        }
        // SAFETY: a string is a pointer to a text.
        let bytes = unsafe { get_units::<u8>(p) }.ok_or_else(|| null("a string"))?;
        std::str::from_utf8(bytes).map(|s| s.to_owned()).map_err(|e| wrong(ValueErrorKind::Text, format!("a string is no UTF-8: {e}; a method is called without generated code to have its octets")))
    }
}

/// A wstring: units of UTF-16.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct WString(pub Vec<u16>);

impl From<&str> for WString {
    fn from(s: &str) -> WString {
        WString(s.encode_utf16().collect())
    }
}
impl std::fmt::Display for WString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf16_lossy(&self.0))
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Put for WString {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        if t.kind != sys::WSTRING {
            return Err(mismatch(t, "WString"));
        }
        // SAFETY: a wstring is a pointer.
        unsafe { put_text(&self.0, t.bound, p) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for WString {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<WString> {
        if t.kind != sys::WSTRING {
            return Err(mismatch(t, "WString"));
        }
        // SAFETY: a wstring is a pointer to a text.
        unsafe { get_units::<u16>(p) }.map(|u| WString(u.to_vec())).ok_or_else(|| null("a wstring"))
    }
}

// ---- Null ----

// SAFETY: it goes as its kind says.

unsafe impl<T: Put> Put for Option<T> {
    by_memory_put!();
    fn is_null(&self) -> bool {
        self.as_ref().map_or(true, |v| v.is_null())
    }
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        match self {
            // SAFETY: as who calls says.
            Some(v) => unsafe { v.put(t, p, nullable) },
            None if nullable => Ok(()), // it is all zero
            None => Err(null(if t.name().is_empty() { "a value" } else { t.name() })),
        }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl<T: Get> Get for Option<T> {
    by_memory_get!();
    fn null() -> Option<Self> {
        Some(None)
    }
    unsafe fn get(t: &'static Type, p: *const u8, nullable: bool) -> Result<Option<T>> {
        let pointer = matches!(t.kind, sys::STRING | sys::WSTRING | sys::OBJECT);
        // SAFETY: the kinds that are pointers are as large as one.
        if pointer && unsafe { p.cast::<*const c_void>().read_unaligned() }.is_null() {
            return Ok(None);
        }
        // SAFETY: as who calls says.
        unsafe { T::get(t, p, nullable) }.map(Some)
    }
}

// ---- Sequences and arrays ----

thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });

pub(crate) struct Nesting(());
impl Nesting {
    pub(crate) fn enter() -> Result<Nesting> {
        DEPTH.with(|d| {
            if d.get() >= MAX_NESTING {
                return Err(wrong(ValueErrorKind::Range, format!("values are nested deeper than {MAX_NESTING} (MAX_NESTING)")));
            }
            d.set(d.get() + 1);
            Ok(Nesting(()))
        })
    }
}
impl Drop for Nesting {
    fn drop(&mut self) {
        DEPTH.with(|d| d.set(d.get() - 1));
    }
}

/// The memory of a sequence of n elements, zero.
///
/// # Safety
/// At p is room for a sequence of t, which is one.
pub(crate) unsafe fn put_sequence(t: &'static Type, p: *mut u8, n: usize) -> Result<(&'static Type, *mut u8)> {
    let elem = t.elem().ok_or_else(|| mismatch(t, "a sequence"))?;
    if t.bound != 0 && n as u64 > t.bound {
        return Err(wrong(ValueErrorKind::Range, format!("a sequence of {n} is longer than its bound, {}", t.bound)));
    }
    let octets = n.checked_mul(elem.size as usize).filter(|s| *s <= sys::MAX_SIZE);
    let octets = octets.ok_or_else(|| wrong(ValueErrorKind::Range, format!("a sequence of {n} has more than 1 GiB (SOMH_MAX_SIZE)")))?;
    let mut buffer = std::ptr::null_mut();
    if octets > 0 {
        // SAFETY: zeroed memory, which the sequence owns.
        buffer = unsafe { sys::som_allocate(octets) };
        if buffer.is_null() {
            return Err(crate::SystemException::new("NO_MEMORY", 0, crate::Completed::No, "no memory for a sequence").into());
        }
    }
    // SAFETY: there is room for one.
    unsafe { p.cast::<sys::Sequence>().write_unaligned(sys::Sequence { maximum: n as u32, length: n as u32, buffer }) };
    Ok((elem, buffer.cast()))
}

/// The elements of a sequence.
///
/// # Safety
/// At p is a sequence of t.
pub(crate) unsafe fn get_sequence(t: &'static Type, p: *const u8) -> Result<(&'static Type, *const u8, usize)> {
    let elem = t.elem().ok_or_else(|| mismatch(t, "a sequence"))?;
    // SAFETY: it is one.
    let q = unsafe { p.cast::<sys::Sequence>().read_unaligned() };
    if q.length > 0 && q.buffer.is_null() {
        return Err(wrong(ValueErrorKind::Null, format!("a sequence of {} elements has none", q.length)));
    }
    if q.length as u64 * elem.size as u64 > sys::MAX_SIZE as u64 {
        return Err(wrong(ValueErrorKind::Range, "a sequence has more than 1 GiB (SOMH_MAX_SIZE)"));
    }
    Ok((elem, q.buffer as *const u8, q.length as usize))
}

unsafe fn put_elements<T: Put>(values: &[T], elem: &'static Type, to: *mut u8, nullable: bool) -> Result<()> {
    if T::PLAIN && T::KIND == elem.kind && std::mem::size_of::<T>() == elem.size as usize {
        // SAFETY: there is room for as many, and the kind says that C has them as Rust does.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr().cast::<u8>(), to, std::mem::size_of_val(values)) };
        return Ok(());
    }
    let _deeper = Nesting::enter()?;
    for (i, v) in values.iter().enumerate() {
        // SAFETY: there is room for as many.
        unsafe { v.put(elem, to.add(i * elem.size as usize), nullable) }?;
    }
    Ok(())
}

unsafe fn get_elements<T: Get>(elem: &'static Type, from: *const u8, n: usize, nullable: bool) -> Result<Vec<T>> {
    let mut all: Vec<T> = Vec::with_capacity(n.min(1 << 16));
    if T::PLAIN && T::KIND == elem.kind && std::mem::size_of::<T>() == elem.size as usize {
        all.reserve_exact(n);
        // SAFETY: the kind says that C has them as Rust does, and there is room.
        unsafe {
            std::ptr::copy_nonoverlapping(from, all.as_mut_ptr().cast::<u8>(), n * elem.size as usize);
            all.set_len(n);
        }
        return Ok(all);
    }
    let _deeper = Nesting::enter()?;
    for i in 0..n {
        // SAFETY: there are as many.
        all.push(unsafe { T::get(elem, from.add(i * elem.size as usize), nullable) }?);
    }
    Ok(all)
}

// SAFETY: it goes as its kind says.

unsafe impl<T: Put> Put for [T] {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        // SAFETY: the kind says that it is a sequence or an array, and there is room.
        unsafe {
            match t.kind {
                sys::SEQUENCE => {
                    let (elem, to) = put_sequence(t, p, self.len())?;
                    put_elements(self, elem, to, nullable)
                }
                sys::ARRAY if t.bound == self.len() as u64 => put_elements(self, t.elem().ok_or_else(|| mismatch(t, "an array"))?, p, nullable),
                sys::ARRAY => Err(wrong(ValueErrorKind::Count, format!("{} elements for an array of {}", self.len(), t.bound))),
                _ => Err(mismatch(t, "a slice")),
            }
        }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl<T: Put> Put for Vec<T> {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { self.as_slice().put(t, p, nullable) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl<T: Get> Get for Vec<T> {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, nullable: bool) -> Result<Vec<T>> {
        if t.kind != sys::SEQUENCE {
            return Err(mismatch(t, "a Vec"));
        }
        // SAFETY: it is a sequence.
        unsafe {
            let (elem, from, n) = get_sequence(t, p)?;
            get_elements(elem, from, n, nullable)
        }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl<T: Put, const N: usize> Put for [T; N] {
    by_memory_put!();
    unsafe fn put(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { self.as_slice().put(t, p, nullable) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl<T: Get, const N: usize> Get for [T; N] {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, nullable: bool) -> Result<[T; N]> {
        match t.elem() {
            Some(elem) if t.kind == sys::ARRAY && t.bound == N as u64 => {
                // SAFETY: it is an array of as many.
                let all = unsafe { get_elements::<T>(elem, p, N, nullable) }?;
                <[T; N]>::try_from(all).map_err(|_| mismatch(t, "an array"))
            }
            _ => Err(mismatch(t, "an array")),
        }
    }
}

// ---- Objects ----

/// # Safety
/// At p is room for a reference.
pub unsafe fn put_object(o: &Object, t: &'static Type, p: *mut u8) -> Result<()> {
    if t.kind != sys::OBJECT {
        return Err(mismatch(t, "an object"));
    }
    // SAFETY: both live as long as the process.
    if unsafe { sys::somh_accepts(t, o.class()?.0) } == 0 {
        return Err(wrong(ValueErrorKind::Type, format!("{o:?} is no {}", t.name())));
    }
    let other = o.clone();
    // SAFETY: there is room; the reference is the value's from now on.
    unsafe { p.cast::<sys::Ref>().write_unaligned(other.raw()) };
    std::mem::forget(other);
    Ok(())
}

/// Whether a handle's objects have a place in a parameter.
pub fn handle_fits<I: Interface>(t: &'static Type) -> bool {
    // SAFETY: both live as long as the process.
    I::class().map_or(false, |c| unsafe { sys::somh_accepts(t, c.0) != 0 })
}

/// # Safety
/// At p is a value of t.
pub unsafe fn get_object<I: Interface>(t: &'static Type, p: *const u8) -> Result<I> {
    if t.kind != sys::OBJECT {
        return Err(mismatch(t, I::NAME));
    }
    // SAFETY: it is a reference or NULL.
    let o = unsafe { Object::borrowed(p.cast::<sys::Ref>().read_unaligned()) };
    I::from_object(o.ok_or_else(|| null(&format!("an object of {}", I::NAME)))?)
}

// SAFETY: it goes as its kind says.

unsafe impl Put for Object {
    const KIND: u32 = sys::OBJECT;
    type Abi = *mut c_void;
    #[inline]
    fn abi(&self) -> *mut c_void {
        self.raw().cast()
    }
    fn fits(t: &'static Type) -> bool {
        // SAFETY: of a class that nobody knows.
        unsafe { sys::somh_accepts(t, std::ptr::null()) != 0 }
    }
    unsafe fn put(&self, t: &'static Type, p: *mut u8, _: bool) -> Result<()> {
        // SAFETY: as who calls says.
        unsafe { put_object(self, t, p) }
    }
}
// SAFETY: it goes as its kind says.
unsafe impl Get for Object {
    by_memory_get!();
    unsafe fn get(t: &'static Type, p: *const u8, _: bool) -> Result<Object> {
        // SAFETY: as who calls says.
        unsafe { get_object(t, p) }
    }
}
