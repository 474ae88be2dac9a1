//! Classes and calls without generated code: by names, values checked against what the library says.

use crate::call::{c_text, Frame};
use crate::error::{check, Error, Result, ValueErrorKind};
use crate::object::{Object, Receiver, Target};
use crate::sys;
use crate::value::Value;
use crate::Super;
use std::fmt;

/// A class of any language.
#[derive(Clone, Copy)]
pub struct Class(pub(crate) &'static sys::Class);

impl Class {
    /// A class by its name; its library is loaded if need be.
    pub fn named(name: &str) -> Result<Class> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: the name is a text.
        let c = unsafe { sys::somh_named(c_text(name)?.as_ptr(), &mut ev).as_ref() };
        check(&mut ev)?;
        c.map(Class).ok_or_else(|| crate::error::null("a class"))
    }
    /// # Safety
    /// class is one.
    pub(crate) unsafe fn of(class: sys::Ref) -> Result<Class> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: as who calls says.
        let c = unsafe { sys::somh_describe(class, &mut ev).as_ref() };
        check(&mut ev)?;
        c.map(Class).ok_or_else(|| crate::error::null("a class"))
    }
    /// All classes of a library's file, parents first.
    pub fn of_library(file: &str) -> Result<Vec<Class>> {
        let mut ev = sys::Env::EMPTY;
        unsafe extern "C" fn see(class: sys::Ref, to: *mut std::os::raw::c_void) -> std::os::raw::c_int {
            // SAFETY: the context is the list below.
            unsafe { (*to.cast::<Vec<sys::Ref>>()).push(class) };
            0
        }
        let list = || {
            let mut all: Vec<sys::Ref> = Vec::new();
            // SAFETY: see is called with the list, while it is there.
            unsafe { sys::som_classes(see, (&mut all as *mut Vec<sys::Ref>).cast()) };
            all
        };
        let path = c_text(file)?;
        // SAFETY: the name is a text.
        unsafe { sys::som_library_load(path.as_ptr(), &mut ev) };
        check(&mut ev)?;
        let mut classes = Vec::new();
        for c in list() {
            // SAFETY: those of a library stay while it is loaded.
            let from = unsafe { sys::som_class_describe(c).as_ref() }.map_or("", |i| sys::text(i.library));
            if from == file {
                // SAFETY: it is a class.
                classes.push(unsafe { Class::of(c) }?);
            }
        }
        classes.sort_by(|a, b| (a.0.order().count(), a.name()).cmp(&(b.0.order().count(), b.name())));
        Ok(classes)
    }

    pub fn name(&self) -> &'static str {
        self.0.name()
    }
    /// The comment of the IDL.
    pub fn doc(&self) -> &'static str {
        sys::text(self.0.doc)
    }
    /// Major and minor.
    pub fn version(&self) -> (u32, u32) {
        (self.0.major, self.0.minor)
    }
    pub fn parents(&self) -> Vec<Class> {
        self.0.parents().map(Class).collect()
    }
    /// How many objects of it live; also those whose last reference has not gone yet.
    pub fn instances(&self) -> u64 {
        // SAFETY: it is a class.
        unsafe { sys::som_class_instances(self.0.class) }
    }
    pub fn descends_from(&self, other: &Class) -> bool {
        // SAFETY: both are classes.
        unsafe { sys::som_descends(self.0.class, other.0.class) != 0 }
    }
    /// The class as an object, which has the methods of its metaclass.
    pub fn object(&self) -> Object {
        // SAFETY: a described class is held for good.
        unsafe { Object::borrowed(self.0.class) }.expect("a class")
    }
    /// Names of methods that it has, its own first, as `Zoo::Dog::bark`.
    pub fn methods(&self) -> Vec<String> {
        self.0.order().flat_map(|c| c.methods().iter().map(move |m| format!("{}::{}", c.name(), m.name()))).collect()
    }
    /// A new object.
    #[allow(clippy::new_ret_no_self, clippy::wrong_self_convention)]
    pub fn new(&self) -> Result<Object> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: it is a class; what is made is owned.
        let o = unsafe { Object::owned(sys::som_new(self.0.class, &mut ev)) };
        check(&mut ev)?;
        o.ok_or_else(|| crate::error::null(&format!("an object of {}", self.name())))
    }
    /// A new object, made by an initializer.
    pub fn make(&self, initializer: &str, args: &[Value]) -> Result<Object> {
        let mut frame = filled(self.find(initializer)?, 1, args)?;
        frame.make(self.0)
    }
    /// A call of a procedure.
    pub fn call(&self, procedure: &str, args: &[Value]) -> Result<Value> {
        let m = self.find(procedure)?;
        if m.kind != sys::PROCEDURE {
            return Err(Error::value(ValueErrorKind::Type, format!("{}::{} is a method of objects", self.name(), procedure)));
        }
        call(m, Target { o: std::ptr::null_mut(), above: None }, args)
    }

    pub(crate) fn find(&self, name: &str) -> Result<&'static sys::Method> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: it is a class, and the name a text.
        let m = unsafe { sys::somh_find(self.0, c_text(name)?.as_ptr(), &mut ev).as_ref() };
        check(&mut ev)?;
        m.ok_or_else(|| crate::error::null("a method"))
    }
}

impl PartialEq for Class {
    fn eq(&self, other: &Class) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Class {}
impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<class {} {}.{}>", self.name(), self.0.major, self.0.minor)
    }
}

fn filled(m: &'static sys::Method, from: usize, args: &[Value]) -> Result<Frame> {
    let mut frame = Frame::new(m, from)?;
    for v in args {
        if let (Value::Null, true) = (v, frame.peek_nullable()) {
            frame.put_null()?;
        } else {
            // SAFETY: the cell is room for one, all zero.
            frame.put_with(|t, p, nullable| unsafe { v.write(t, p, nullable) })?;
        }
    }
    frame.filled(usize::MAX)?;
    Ok(frame)
}

fn call(m: &'static sys::Method, to: Target, args: &[Value]) -> Result<Value> {
    let mut frame = filled(m, 0, args)?;
    frame.call(to)?;
    let n = m.params().iter().filter(|p| p.direction != sys::IN && p.of().kind != sys::MAKING).count() + (m.result.of().kind != sys::VOID) as usize;
    let mut all = Vec::new();
    for _ in 0..n {
        // SAFETY: what came out is a value of its type.
        all.push(frame.get_with(|t, p, _| unsafe { Value::read(t, p) })?);
    }
    Ok(match all.len() {
        0 => Value::Null,
        1 => all.remove(0),
        _ => Value::List(all),
    })
}

/// Calls by name: of objects, and by `super`.
fn by_name(of: &Object, to: Target, method: &str, args: &[Value]) -> Result<Value> {
    let m = of.class()?.find(method)?;
    if m.flags & sys::INIT != 0 {
        return Err(Error::value(ValueErrorKind::Type, format!("{method} is an initializer: Class::make calls it")));
    }
    call(m, to, args)
}

impl Object {
    /// A call of a method by its name: `bark`, or `Zoo::Dog::bark` where several have it. Of several results a list, the result first.
    pub fn call(&self, method: &str, args: &[Value]) -> Result<Value> {
        by_name(self, self.target(), method, args)
    }
    /// An attribute.
    pub fn get(&self, attribute: &str) -> Result<Value> {
        self.call(&format!("_get_{attribute}"), &[])
    }
    pub fn set(&self, attribute: &str, v: impl Into<Value>) -> Result<()> {
        self.call(&format!("_set_{attribute}"), &[v.into()]).map(drop)
    }
}

impl Super<Object> {
    /// A call of what stands above.
    pub fn call(&self, method: &str, args: &[Value]) -> Result<Value> {
        by_name(self.this(), self.target(), method, args)
    }
}

