//! What generated code is made of: types and handles. What they do stands here, once.

use crate::error::{Result, ValueErrorKind};
use crate::sys::{self, Type};
use crate::typed::{mismatch, wrong, Get, Put};

/// A structure.
#[macro_export]
macro_rules! structure {
    ($($(#[$m:meta])* pub struct $name:ident { $($(#[$mm:meta])* pub $field:ident: $t:ty,)* })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$mm])* pub $field: $t,)* }
        // SAFETY: it goes by memory.
        unsafe impl $crate::typed::Put for $name {
            $crate::by_memory_put!();
            #[allow(unused_variables, unused_mut, unused_assignments)]
            unsafe fn put(&self, t: &'static $crate::sys::Type, p: *mut u8, nullable: bool) -> $crate::Result<()> {
                let mut m = $crate::macros::members(t, $crate::sys::STRUCT, stringify!($name), 0 $(+ { let _ = stringify!($field); 1 })*)?;
                // SAFETY: a member is at its offset, as the library has it.
                $(unsafe { $crate::macros::put(&mut m, &self.$field, p, nullable) }?;)*
                Ok(())
            }
        }
        // SAFETY: likewise.
        unsafe impl $crate::typed::Get for $name {
            $crate::by_memory_get!();
            #[allow(unused_variables, unused_mut, unused_assignments)]
            unsafe fn get(t: &'static $crate::sys::Type, p: *const u8, nullable: bool) -> $crate::Result<Self> {
                let mut m = $crate::macros::members(t, $crate::sys::STRUCT, stringify!($name), 0 $(+ { let _ = stringify!($field); 1 })*)?;
                // SAFETY: likewise.
                $(let $field = unsafe { $crate::macros::get(&mut m, p, nullable) }?;)*
                Ok($name { $($field),* })
            }
        }
    )*};
}

/// An exception.
#[macro_export]
macro_rules! exception {
    ($($(#[$m:meta])* pub struct $name:ident = $id:literal { $($(#[$mm:meta])* pub $field:ident: $t:ty,)* })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$mm])* pub $field: $t,)* }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::Debug::fmt(self, f) }
        }
        impl std::error::Error for $name {}
        impl $crate::Exception for $name {
            const ID: &'static str = $id;
            #[allow(unused_variables, unused_mut, unused_assignments)]
            unsafe fn put_members(&self, t: &'static $crate::sys::Type, p: *mut u8) -> $crate::Result<()> {
                let mut m = $crate::macros::members(t, $crate::sys::EXCEPTION, stringify!($name), 0 $(+ { let _ = stringify!($field); 1 })*)?;
                // SAFETY: a member is at its offset, as the library has it.
                $(unsafe { $crate::macros::put(&mut m, &self.$field, p, false) }?;)*
                Ok(())
            }
            #[allow(unused_variables, unused_mut, unused_assignments)]
            unsafe fn get_members(t: &'static $crate::sys::Type, p: *const u8) -> $crate::Result<Self> {
                let mut m = $crate::macros::members(t, $crate::sys::EXCEPTION, stringify!($name), 0 $(+ { let _ = stringify!($field); 1 })*)?;
                // SAFETY: likewise.
                $(let $field = unsafe { $crate::macros::get(&mut m, p, true) }?;)*
                Ok($name { $($field),* })
            }
        }
    )*};
}

/// An enum. `Other` is one of a later release.
#[macro_export]
macro_rules! enumeration {
    ($($(#[$m:meta])* pub enum $name:ident { $($variant:ident = $n:literal,)* })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant,)* Other(u32) }
        impl $name {
            pub fn number(self) -> u32 {
                match self { $($name::$variant => $n,)* $name::Other(n) => n }
            }
        }
        impl From<u32> for $name {
            fn from(n: u32) -> Self {
                match n { $($n => $name::$variant,)* n => $name::Other(n) }
            }
        }
        // SAFETY: it goes by memory.
        unsafe impl $crate::typed::Put for $name {
            $crate::by_memory_put!();
            unsafe fn put(&self, t: &'static $crate::sys::Type, p: *mut u8, _: bool) -> $crate::Result<()> {
                // SAFETY: as who calls says.
                unsafe { $crate::macros::put_enumerator(t, p, self.number(), stringify!($name)) }
            }
        }
        // SAFETY: likewise.
        unsafe impl $crate::typed::Get for $name {
            $crate::by_memory_get!();
            unsafe fn get(t: &'static $crate::sys::Type, p: *const u8, _: bool) -> $crate::Result<Self> {
                // SAFETY: as who calls says.
                unsafe { $crate::macros::get_enumerator(t, p, stringify!($name)) }.map(Self::from)
            }
        }
    )*};
}

/// A union: an arm with one label is a variant of its value, another one of the discriminator and the value.
#[macro_export]
macro_rules! union_of {
    ($($(#[$m:meta])* pub enum $name:ident { $($variant:ident $([$n:literal])? $(by $default:literal)? ($arm:literal, $t:ty),)* })*) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($variant($($crate::__discriminator!($default),)? $t),)*
            /// No arm: the discriminator selects none.
            Nothing(i64),
        }
        // SAFETY: it goes by memory.
        unsafe impl $crate::typed::Put for $name {
            $crate::by_memory_put!();
            unsafe fn put(&self, t: &'static $crate::sys::Type, p: *mut u8, nullable: bool) -> $crate::Result<()> {
                // SAFETY: as who calls says.
                unsafe { match self {
                    $($crate::__arm!(d v; $name $variant $([$n])? $($default)?) => $crate::macros::put_arm(t, p, $crate::__label!(d; $($n)? $(by $default)?), $arm, v, nullable),)*
                    $name::Nothing(d) => $crate::macros::put_no_arm(t, p, *d),
                } }
            }
        }
        // SAFETY: likewise.
        unsafe impl $crate::typed::Get for $name {
            $crate::by_memory_get!();
            #[allow(unused_variables)]
            unsafe fn get(t: &'static $crate::sys::Type, p: *const u8, nullable: bool) -> $crate::Result<Self> {
                // SAFETY: as who calls says.
                unsafe {
                    let (d, arm) = $crate::macros::arm(t, p, stringify!($name))?;
                    Ok(match arm {
                        $($arm => $crate::__made!(d, $crate::macros::get_arm(t, p, $arm, nullable)?; $name $variant $($default)?),)*
                        _ => $name::Nothing(d),
                    })
                }
            }
        }
    )*};
}
#[doc(hidden)]
#[macro_export]
macro_rules! __discriminator {
    ($x:literal) => {
        i64
    };
}
#[doc(hidden)]
#[macro_export]
macro_rules! __arm {
    ($d:ident $v:ident; $name:ident $variant:ident [$n:literal]) => {
        $name::$variant($v)
    };
    ($d:ident $v:ident; $name:ident $variant:ident $default:literal) => {
        $name::$variant($d, $v)
    };
}
#[doc(hidden)]
#[macro_export]
macro_rules! __label {
    ($d:ident; $n:literal) => {
        $n
    };
    ($d:ident; by $default:literal) => {
        *$d
    };
}
#[doc(hidden)]
#[macro_export]
macro_rules! __made {
    ($d:expr, $v:expr; $name:ident $variant:ident) => {
        $name::$variant($v)
    };
    ($d:expr, $v:expr; $name:ident $variant:ident $default:literal) => {
        $name::$variant($d, $v)
    };
}

/// A handle: a counted reference of an object of a class or of one below it. What it descends from stands behind the colon.
#[macro_export]
macro_rules! interface {
    ($($(#[$m:meta])* pub struct $name:ident = $som:literal, $slot:ident, $overrides:ident: $($ancestor:ident),*;)*) => {$(
        $(#[$m])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[repr(transparent)]
        pub struct $name($crate::Object);
        /// What a class of Rust's can override.
        pub struct $overrides;
        // SAFETY: it is transparent, and each was seen to be of the class.
        unsafe impl $crate::Interface for $name {
            const NAME: &'static str = $som;
            type Overrides = $overrides;
            fn class_slot() -> &'static $crate::call::ClassSlot { &$slot }
            fn object(&self) -> &$crate::Object { &self.0 }
            unsafe fn from_object_unchecked(o: $crate::Object) -> Self { $name(o) }
        }
        impl $name {
            /// A new object of the class.
            pub fn new() -> $crate::Result<$name> { $crate::make() }
        }
        impl std::ops::Deref for $name {
            type Target = $crate::Object;
            fn deref(&self) -> &$crate::Object { &self.0 }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl From<$name> for $crate::Value {
            fn from(o: $name) -> $crate::Value { $crate::Value::Object(o.0) }
        }
        impl $crate::Receiver for $name {
            #[inline]
            fn target(&self) -> $crate::Target { self.0.target() }
        }
        impl $crate::IsA<$crate::Object> for $name {
            fn up(&self) -> &$crate::Object { &self.0 }
        }
        impl $crate::IsA<$name> for $name {
            fn up(&self) -> &$name { self }
        }
        $(impl $crate::IsA<$ancestor> for $name {
            fn up(&self) -> &$ancestor {
                // SAFETY: both are transparent over an object, which descends from the ancestor's class as the IDL says; a library of which that is no more true
                // is refused when the class is found.
                unsafe { &*(self as *const $name as *const $ancestor) }
            }
        })*
        // SAFETY: an object's reference is a pointer.
        unsafe impl $crate::typed::Put for $name {
            const KIND: u32 = $crate::sys::OBJECT;
            type Abi = *mut std::os::raw::c_void;
            #[inline]
            fn abi(&self) -> *mut std::os::raw::c_void { $crate::typed::Put::abi(&self.0) }
            fn fits(t: &'static $crate::sys::Type) -> bool { $crate::typed::handle_fits::<$name>(t) }
            unsafe fn put(&self, t: &'static $crate::sys::Type, p: *mut u8, _: bool) -> $crate::Result<()> {
                // SAFETY: as who calls says.
                unsafe { $crate::typed::put_object(&self.0, t, p) }
            }
        }
        // SAFETY: it goes by memory.
        unsafe impl $crate::typed::Get for $name {
            $crate::by_memory_get!();
            unsafe fn get(t: &'static $crate::sys::Type, p: *const u8, _: bool) -> $crate::Result<Self> {
                // SAFETY: as who calls says.
                unsafe { $crate::typed::get_object(t, p) }
            }
        }
    )*};
}

// ---- What the macros call ----

type Rest = std::slice::Iter<'static, sys::Member>;

pub fn members(t: &'static Type, kind: u32, name: &str, n: usize) -> Result<Rest> {
    if t.kind != kind || t.members().len() < n || (kind == sys::STRUCT && t.members().len() != n) {
        return Err(mismatch(t, name));
    }
    Ok(t.members().iter())
}

/// # Safety
/// The members are those of a type of which at p is a value.
pub unsafe fn put<T: Put>(rest: &mut Rest, v: &T, p: *mut u8, nullable: bool) -> Result<()> {
    let m = rest.next().ok_or_else(|| wrong(ValueErrorKind::Count, "a structure has fewer members"))?;
    // SAFETY: a member is at its offset.
    unsafe { v.put(m.of(), p.add(m.offset as usize), nullable) }
}

/// # Safety
/// As of [`put`].
pub unsafe fn get<T: Get>(rest: &mut Rest, p: *const u8, nullable: bool) -> Result<T> {
    let m = rest.next().ok_or_else(|| wrong(ValueErrorKind::Count, "a structure has fewer members"))?;
    // SAFETY: a member is at its offset.
    unsafe { T::get(m.of(), p.add(m.offset as usize), nullable) }
}

/// # Safety
/// At p is room for a value of t.
pub unsafe fn put_enumerator(t: &'static Type, p: *mut u8, n: u32, name: &str) -> Result<()> {
    if t.kind != sys::ENUM {
        return Err(mismatch(t, name));
    }
    if n as usize >= t.members().len() {
        return Err(wrong(ValueErrorKind::Range, format!("{n} is no enumerator of {name}")));
    }
    // SAFETY: an enum is 32 bits.
    unsafe { p.cast::<u32>().write_unaligned(n) };
    Ok(())
}

/// # Safety
/// At p is a value of t.
pub unsafe fn get_enumerator(t: &'static Type, p: *const u8, name: &str) -> Result<u32> {
    if t.kind != sys::ENUM {
        return Err(mismatch(t, name));
    }
    // SAFETY: an enum is 32 bits.
    Ok(unsafe { p.cast::<u32>().read_unaligned() })
}

/// # Safety
/// At p is room for a value of t.
pub unsafe fn put_arm<T: Put>(t: &'static Type, p: *mut u8, d: i64, arm: usize, v: &T, nullable: bool) -> Result<()> {
    if t.kind != sys::UNION {
        return Err(mismatch(t, "a union"));
    }
    // SAFETY: it is a union.
    match unsafe { crate::value::put_discriminator(t, p, d) }? {
        // SAFETY: an arm is at its offset.
        Some(m) if t.members().get(arm).map_or(false, |a| std::ptr::eq(a, m)) => unsafe { v.put(m.of(), p.add(m.offset as usize), nullable) },
        _ => {
            // SAFETY: nothing is in it but the discriminator, which has to go: another arm's value is not there.
            unsafe { std::ptr::write_bytes(p, 0, t.size as usize) };
            Err(wrong(ValueErrorKind::Range, format!("{d} does not select that arm of {}", t.name())))
        }
    }
}

/// # Safety
/// As of [`put_arm`].
pub unsafe fn put_no_arm(t: &'static Type, p: *mut u8, d: i64) -> Result<()> {
    if t.kind != sys::UNION {
        return Err(mismatch(t, "a union"));
    }
    // SAFETY: it is a union.
    if unsafe { crate::value::put_discriminator(t, p, d) }?.is_some() {
        // SAFETY: as above.
        unsafe { std::ptr::write_bytes(p, 0, t.size as usize) };
        return Err(wrong(ValueErrorKind::Range, format!("{d} selects an arm of {}", t.name())));
    }
    Ok(())
}

/// # Safety
/// At p is a value of t.
pub unsafe fn arm(t: &'static Type, p: *const u8, name: &str) -> Result<(i64, i32)> {
    if t.kind != sys::UNION {
        return Err(mismatch(t, name));
    }
    // SAFETY: it is a union.
    Ok(unsafe { (sys::somh_discriminator(t, p.cast()), sys::somh_arm(t, p.cast())) })
}

/// # Safety
/// At p is a union whose discriminator selects that arm.
pub unsafe fn get_arm<T: Get>(t: &'static Type, p: *const u8, arm: usize, nullable: bool) -> Result<T> {
    let m = t.members().get(arm).ok_or_else(|| mismatch(t, "a union"))?;
    // SAFETY: an arm is at its offset.
    unsafe { T::get(m.of(), p.add(m.offset as usize), nullable) }
}
