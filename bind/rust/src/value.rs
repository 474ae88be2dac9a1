//! Values without generated code.

use crate::define::Outs;
use crate::error::{null, Result, ValueErrorKind};
use crate::object::Object;
use crate::sys::{self, Type};
use crate::typed::{get_sequence, get_units, kind_name, mismatch, put_object, put_sequence, put_text, wrong, Nesting, Put, Token, WString};

/// A value of any type of the IDL.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing: an object or a text that is null, and what a method without results answers.
    Null,
    Bool(bool),
    /// Of any integer type.
    Int(i128),
    Float(f64),
    /// A char up to U+00FF, a wchar up to U+FFFF; a wchar that is half of a pair comes as an Int.
    Char(char),
    Str(String),
    /// A sequence or array of octets, and a string that is no UTF-8.
    Bytes(Vec<u8>),
    WStr(WString),
    /// An enumerator's number; its name, as Str, will do where one goes in.
    Enum(u32),
    Object(Object),
    Token(Token),
    /// Members by name; a List of them, by place, will do where one goes in.
    Struct(Vec<(String, Value)>),
    /// Discriminator, and what is in the arm that it selects.
    Union(i64, Box<Value>),
    List(Vec<Value>),
}

macro_rules! from {
    ($($t:ty => $v:ident $(as $as:ty)?;)*) => {$(
        impl From<$t> for Value {
            fn from(v: $t) -> Value { Value::$v(v $(as $as)?) }
        }
    )*};
}
from! {
    bool => Bool; i8 => Int as i128; u8 => Int as i128; i16 => Int as i128; u16 => Int as i128; i32 => Int as i128; u32 => Int as i128; i64 => Int as i128; u64 => Int as i128;
    i128 => Int; f32 => Float as f64; f64 => Float; char => Char; String => Str; WString => WStr; Object => Object; Token => Token; Vec<Value> => List; Vec<u8> => Bytes;
}
impl From<&str> for Value {
    fn from(v: &str) -> Value {
        Value::Str(v.into())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}

impl Value {
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Value::Int(n) => Some(*n),
            Value::Enum(n) => Some(*n as i128),
            _ => None,
        }
    }
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(f) => Some(*f),
            _ => None,
        }
    }
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(o) => Some(o),
            _ => None,
        }
    }
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }
    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Struct(m) => m.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Char(_) => "a character",
            Value::Str(_) => "a text",
            Value::Bytes(_) => "octets",
            Value::WStr(_) => "a wide text",
            Value::Enum(_) => "an enumerator",
            Value::Object(_) => "an object",
            Value::Token(_) => "an address",
            Value::Struct(_) => "a structure",
            Value::Union(..) => "a union",
            Value::List(_) => "a list",
        }
    }

    /// # Safety
    /// At p is a value of t.
    pub(crate) unsafe fn read(t: &'static Type, p: *const u8) -> Result<Value> {
        macro_rules! int {
            ($t:ty) => {
                Value::Int(p.cast::<$t>().read_unaligned() as i128)
            };
        }
        // SAFETY: in all of this the kind says what is there, and a type its places.
        unsafe {
            Ok(match t.kind {
                sys::BOOLEAN => Value::Bool(*p != 0),
                sys::OCTET => int!(u8),
                sys::CHAR => Value::Char(*p as char),
                sys::WCHAR => {
                    let u = p.cast::<u16>().read_unaligned();
                    char::from_u32(u as u32).map_or(Value::Int(u as i128), Value::Char)
                }
                sys::INT8 => int!(i8),
                sys::SHORT => int!(i16),
                sys::USHORT => int!(u16),
                sys::LONG => int!(i32),
                sys::ULONG => int!(u32),
                sys::LONGLONG => int!(i64),
                sys::ULONGLONG => int!(u64),
                sys::FLOAT => Value::Float(p.cast::<f32>().read_unaligned() as f64),
                sys::DOUBLE => Value::Float(p.cast::<f64>().read_unaligned()),
                sys::STRING => match get_units::<u8>(p) {
                    None => Value::Null,
                    Some(b) => std::str::from_utf8(b).map_or_else(|_| Value::Bytes(b.to_vec()), Value::from),
                },
                sys::WSTRING => get_units::<u16>(p).map_or(Value::Null, |u| Value::WStr(WString(u.to_vec()))),
                sys::ENUM => Value::Enum(p.cast::<u32>().read_unaligned()),
                sys::OBJECT => Object::borrowed(p.cast::<sys::Ref>().read_unaligned()).into(),
                sys::POINTER => Value::Token(Token(p.cast::<usize>().read_unaligned())),
                sys::STRUCT | sys::EXCEPTION => {
                    let _deeper = Nesting::enter()?;
                    let members = t.members().iter().map(|m| Ok((sys::text(m.name).to_owned(), Value::read(m.of(), p.add(m.offset as usize))?)));
                    Value::Struct(members.collect::<Result<_>>()?)
                }
                sys::UNION => {
                    let _deeper = Nesting::enter()?;
                    let arm = usize::try_from(sys::somh_arm(t, p.cast())).ok().and_then(|a| t.members().get(a));
                    let v = arm.map_or(Ok(Value::Null), |m| Value::read(m.of(), p.add(m.offset as usize)))?;
                    Value::Union(sys::somh_discriminator(t, p.cast()), Box::new(v))
                }
                sys::SEQUENCE => {
                    let (elem, from, n) = get_sequence(t, p)?;
                    elements(elem, from, n)?
                }
                sys::ARRAY => elements(t.elem().ok_or_else(|| mismatch(t, "an array"))?, p, t.bound as usize)?,
                _ => return Err(mismatch(t, "a value")),
            })
        }
    }

    /// # Safety
    /// At p is room for a value of t, all zero.
    pub(crate) unsafe fn write(&self, t: &'static Type, p: *mut u8, nullable: bool) -> Result<()> {
        let no = || wrong(ValueErrorKind::Type, format!("{} must be {}, not {}", if t.name().is_empty() { "it" } else { t.name() }, kind_name(t.kind), self.what()));
        macro_rules! int {
            ($t:ty) => {{
                let n = match self {
                    Value::Int(n) => *n,
                    _ => return Err(no()),
                };
                let n = <$t>::try_from(n).map_err(|_| wrong(ValueErrorKind::Range, format!("{n} is out of the range of {}", kind_name(t.kind))))?;
                p.cast::<$t>().write_unaligned(n)
            }};
        }
        if let (Value::Null, sys::STRING | sys::WSTRING | sys::OBJECT) = (self, t.kind) {
            return if nullable { Ok(()) } else { Err(null(kind_name(t.kind))) };
        }
        // SAFETY: in all of this the kind says what has room, and a type its places.
        unsafe {
            match (t.kind, self) {
                (sys::BOOLEAN, Value::Bool(b)) => p.write(*b as u8),
                (sys::CHAR, Value::Char(c)) => return c.put(t, p, nullable),
                (sys::WCHAR, Value::Char(c)) => {
                    let u = u16::try_from(*c as u32).map_err(|_| wrong(ValueErrorKind::Range, format!("{c:?} is beyond U+FFFF")))?;
                    p.cast::<u16>().write_unaligned(u)
                }
                (sys::WCHAR, _) => int!(u16),
                (sys::OCTET, _) => int!(u8),
                (sys::INT8, _) => int!(i8),
                (sys::SHORT, _) => int!(i16),
                (sys::USHORT, _) => int!(u16),
                (sys::LONG, _) => int!(i32),
                (sys::ULONG, _) => int!(u32),
                (sys::LONGLONG, _) => int!(i64),
                (sys::ULONGLONG, _) => int!(u64),
                (sys::FLOAT | sys::DOUBLE, Value::Float(_) | Value::Int(_)) => {
                    let f = match self {
                        Value::Int(n) => *n as f64,
                        Value::Float(f) => *f,
                        _ => return Err(no()),
                    };
                    if t.kind == sys::DOUBLE {
                        p.cast::<f64>().write_unaligned(f)
                    } else if f.is_finite() && !(f as f32).is_finite() {
                        return Err(wrong(ValueErrorKind::Range, format!("{f} is out of the range of float")));
                    } else {
                        p.cast::<f32>().write_unaligned(f as f32)
                    }
                }
                (sys::STRING, Value::Str(s)) => return put_text(s.as_bytes(), t.bound, p),
                (sys::STRING, Value::Bytes(s)) => return put_text(s, t.bound, p),
                (sys::WSTRING, Value::WStr(s)) => return s.put(t, p, nullable),
                (sys::WSTRING, Value::Str(s)) => return WString::from(s.as_str()).put(t, p, nullable),
                (sys::ENUM, Value::Str(s)) => {
                    let n = t.members().iter().position(|m| sys::text(m.name) == s).ok_or_else(|| wrong(ValueErrorKind::Range, format!("{} has no {s}", t.name())))?;
                    p.cast::<u32>().write_unaligned(n as u32)
                }
                (sys::ENUM, Value::Enum(n)) if (*n as usize) < t.members().len() => p.cast::<u32>().write_unaligned(*n),
                (sys::ENUM, Value::Enum(n)) => return Err(wrong(ValueErrorKind::Range, format!("{n} is no enumerator of {}", t.name()))),
                (sys::OBJECT, Value::Object(o)) => return put_object(o, t, p),
                (sys::POINTER, Value::Token(k)) => return k.put(t, p, nullable),
                (sys::POINTER, Value::Null) => {}
                (sys::STRUCT | sys::EXCEPTION, Value::Struct(named)) => {
                    let _deeper = Nesting::enter()?;
                    for m in t.members() {
                        let name = sys::text(m.name);
                        let v = self.member(name).ok_or_else(|| wrong(ValueErrorKind::Count, format!("{} lacks its member {name}", t.name())))?;
                        v.write(m.of(), p.add(m.offset as usize), nullable)?;
                    }
                    if named.len() != t.members().len() {
                        return Err(wrong(ValueErrorKind::Count, format!("{} has {} members", t.name(), t.members().len())));
                    }
                }
                (sys::STRUCT | sys::EXCEPTION, Value::List(all)) if all.len() == t.members().len() => {
                    let _deeper = Nesting::enter()?;
                    for (m, v) in t.members().iter().zip(all) {
                        v.write(m.of(), p.add(m.offset as usize), nullable)?;
                    }
                }
                (sys::UNION, Value::Union(d, v)) => {
                    let _deeper = Nesting::enter()?;
                    if let Some(m) = put_discriminator(t, p, *d)? {
                        v.write(m.of(), p.add(m.offset as usize), nullable)?;
                    }
                }
                (sys::SEQUENCE, Value::List(all)) => {
                    let _deeper = Nesting::enter()?;
                    let (elem, to) = put_sequence(t, p, all.len())?;
                    for (i, v) in all.iter().enumerate() {
                        v.write(elem, to.add(i * elem.size as usize), nullable)?;
                    }
                }
                (sys::ARRAY, Value::List(all)) if t.bound == all.len() as u64 => {
                    let _deeper = Nesting::enter()?;
                    let elem = t.elem().ok_or_else(no)?;
                    for (i, v) in all.iter().enumerate() {
                        v.write(elem, p.add(i * elem.size as usize), nullable)?;
                    }
                }
                (sys::SEQUENCE | sys::ARRAY, Value::Bytes(b)) => return b.put(t, p, nullable),
                (sys::ARRAY, Value::List(all)) => return Err(wrong(ValueErrorKind::Count, format!("{} elements for an array of {}", all.len(), t.bound))),
                _ => return Err(no()),
            }
        }
        Ok(())
    }
}

unsafe fn elements(elem: &'static Type, p: *const u8, n: usize) -> Result<Value> {
    if elem.kind == sys::OCTET {
        let bytes: &[u8] = if n == 0 { &[] } else { unsafe { std::slice::from_raw_parts(p, n) } };
        return Ok(Value::Bytes(bytes.to_vec()));
    }
    let _deeper = Nesting::enter()?;
    // SAFETY: there are as many.
    (0..n).map(|i| unsafe { Value::read(elem, p.add(i * elem.size as usize)) }).collect::<Result<Vec<_>>>().map(Value::List)
}

/// Writes a union's discriminator, and answers the arm that it selects.
///
/// # Safety
/// At p is room for a value of t, which is a union.
pub(crate) unsafe fn put_discriminator(t: &'static Type, p: *mut u8, d: i64) -> Result<Option<&'static sys::Member>> {
    let of = t.elem().ok_or_else(|| mismatch(t, "a union"))?;
    let v = match of.kind {
        sys::BOOLEAN => Value::Bool(d != 0),
        sys::ENUM => Value::Enum(u32::try_from(d).unwrap_or(u32::MAX)),
        sys::CHAR => Value::Char(u32::try_from(d).ok().and_then(char::from_u32).unwrap_or(char::MAX)),
        sys::ULONGLONG => Value::Int(d as u64 as i128),
        _ => Value::Int(d as i128),
    };
    // SAFETY: the discriminator stands at the beginning.
    unsafe {
        v.write(of, p, false)?;
        Ok(usize::try_from(sys::somh_arm(t, p.cast())).ok().and_then(|a| t.members().get(a)))
    }
}

/// What a closure returned: nothing, a value, or a list of several.
pub(crate) fn put_results(outs: &mut Outs, v: Value) -> Result<()> {
    let all = match (outs.count(), v) {
        (0, Value::Null) => return Ok(()),
        (1, v) => vec![v],
        (n, Value::List(all)) if all.len() == n => all,
        (n, v) => return Err(wrong(ValueErrorKind::Count, format!("there must be {n} results, not {}", v.what()))),
    };
    for v in &all {
        // SAFETY: the cell is room for one, all zero.
        outs.put_with(|t, p, nullable| unsafe { v.write(t, p, nullable) })?;
    }
    Ok(())
}
