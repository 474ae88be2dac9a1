//! Objects: counted handles, weak ones, and what a call is made of.

use crate::class::Class;
use crate::error::{check, Result};
use crate::sys;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::ptr::NonNull;

/// An object of any class. A handle has one reference; a clone is another reference of the same object. Calls may be made by any thread: the class looks after its data.
#[repr(transparent)]
pub struct Object(NonNull<sys::Head>);

// SAFETY: libsom's references are counted atomically, and objects may be called by any thread (som.h).
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Object {
    /// # Safety
    /// o is an object, and its reference is given up to this handle.
    pub(crate) unsafe fn owned(o: sys::Ref) -> Option<Object> {
        NonNull::new(o).map(Object)
    }
    /// # Safety
    /// o is NULL or an object that lives.
    pub(crate) unsafe fn borrowed(o: sys::Ref) -> Option<Object> {
        // SAFETY: it lives, so that it has one reference more.
        NonNull::new(unsafe { sys::som_retain(o) }).map(Object)
    }
    pub(crate) fn raw(&self) -> sys::Ref {
        self.0.as_ptr()
    }
    pub(crate) fn class_ref(&self) -> sys::Ref {
        // SAFETY: an object begins with its row, and that with the class.
        unsafe { *(*self.raw()).row.cast::<sys::Ref>() }
    }
    /// The class that it has, whatever the handle's type is.
    pub fn class(&self) -> Result<Class> {
        // SAFETY: an object has a class.
        unsafe { Class::of(self.class_ref()) }
    }
    /// Where it is in memory.
    pub fn address(&self) -> usize {
        self.raw() as usize
    }
    /// A handle of type I, if it is one.
    pub fn cast<I: Interface>(&self) -> Result<I> {
        I::from_object(self.clone())
    }
}

impl Clone for Object {
    fn clone(&self) -> Object {
        // SAFETY: this handle has a reference.
        unsafe { sys::som_retain(self.raw()) };
        Object(self.0)
    }
}
impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: the handle's reference is given up once.
        unsafe { sys::som_release(self.raw()) }
    }
}
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.0 == other.0
    }
}
impl Eq for Object {}
impl Hash for Object {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.0.hash(h)
    }
}
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: an object has a class, which libsom describes.
        let name = unsafe { sys::som_class_describe(self.class_ref()).as_ref() }.map_or("", |i| sys::text(i.name));
        write!(f, "<{name} object at {:p}>", self.raw())
    }
}

/// The handle of an interface: a type with the layout of [`Object`], which `dsom::interface!` makes.
///
/// # Safety
/// It is `repr(transparent)` over Object, and each is of the class of that name.
pub unsafe trait Interface: Sized + Clone + Send + Sync + 'static {
    const NAME: &'static str;
    /// What a class of Rust's can override of it.
    type Overrides;
    fn class_slot() -> &'static crate::call::ClassSlot;
    fn object(&self) -> &Object;
    /// # Safety
    /// The object is of the class.
    unsafe fn from_object_unchecked(o: Object) -> Self;

    fn from_object(o: Object) -> Result<Self> {
        let class = Self::class_slot().get()?;
        // SAFETY: both are classes.
        if unsafe { sys::som_descends(o.class_ref(), class.class) } == 0 {
            return Err(crate::Error::value(crate::ValueErrorKind::Type, format!("{o:?} is no {}", Self::NAME)));
        }
        // SAFETY: it descends from the class.
        Ok(unsafe { Self::from_object_unchecked(o) })
    }
    /// The class.
    fn class() -> Result<Class> {
        Self::class_slot().get().map(Class)
    }
}

/// The root of all classes.
pub struct RootOverrides;
// SAFETY: it is itself, and every object is one.
unsafe impl Interface for Object {
    const NAME: &'static str = "SOMObject";
    type Overrides = RootOverrides;
    fn class_slot() -> &'static crate::call::ClassSlot {
        static ROOT: crate::call::ClassSlot = crate::call::ClassSlot::new("SOMObject", 0, 0, &[]);
        &ROOT
    }
    fn object(&self) -> &Object {
        self
    }
    unsafe fn from_object_unchecked(o: Object) -> Object {
        o
    }
}

/// Whose method is called: an object's own, or, by `super`, what stands above a class of Rust's.
#[derive(Clone, Copy)]
pub struct Target {
    pub(crate) o: sys::Ref,
    pub(crate) above: Option<&'static sys::Class>,
}

/// What methods are called of.
pub trait Receiver {
    fn target(&self) -> Target;
}

/// A handle of a class that is I or descends from it.
pub trait IsA<I: Interface>: Receiver {
    /// It as one of I.
    fn up(&self) -> &I;
}

impl Receiver for Object {
    #[inline]
    fn target(&self) -> Target {
        Target { o: self.raw(), above: None }
    }
}
impl IsA<Object> for Object {
    fn up(&self) -> &Object {
        self
    }
}

/// What `Dog::new()` and initializers make: a handle, or an object of a class of Rust's.
pub trait Make: Sized {
    fn make_class() -> Result<Class>;
    /// # Safety
    /// o is of that class, and was made by it.
    unsafe fn from_made(o: Object) -> Result<Self>;
}

impl<I: Interface> Make for I {
    fn make_class() -> Result<Class> {
        I::class()
    }
    unsafe fn from_made(o: Object) -> Result<I> {
        // SAFETY: as who calls says.
        Ok(unsafe { I::from_object_unchecked(o) })
    }
}

/// A new object of a class.
pub fn make<M: Make>() -> Result<M> {
    let o = M::make_class()?.new()?;
    // SAFETY: the class has just made it.
    unsafe { M::from_made(o) }
}

/// A weak reference.
pub struct Weak<I: Interface> {
    weak: *mut c_void,
    of: PhantomData<I>,
}
// SAFETY: libsom's weak references may be used by any thread.
unsafe impl<I: Interface> Send for Weak<I> {}
// SAFETY: as above.
unsafe impl<I: Interface> Sync for Weak<I> {}

impl<I: Interface> Weak<I> {
    pub fn new(o: &impl IsA<I>) -> Result<Weak<I>> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: o has a reference.
        let weak = unsafe { sys::som_weak_new(o.up().object().raw(), &mut ev) };
        check(&mut ev)?;
        if weak.is_null() {
            return Err(crate::error::null("a weak reference"));
        }
        Ok(Weak { weak, of: PhantomData })
    }
    /// The object, or None once its end has begun.
    pub fn upgrade(&self) -> Option<I> {
        // SAFETY: it is a weak reference of this one's; what it answers is owned and of class I.
        unsafe { Object::owned(sys::som_weak_get(self.weak)).map(|o| I::from_object_unchecked(o)) }
    }
}
impl<I: Interface> Drop for Weak<I> {
    fn drop(&mut self) {
        // SAFETY: it is ended once.
        unsafe { sys::som_weak_free(self.weak) }
    }
}
impl<I: Interface> fmt::Debug for Weak<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(weak {})", I::NAME)
    }
}
