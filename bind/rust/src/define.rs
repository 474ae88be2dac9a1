//! Classes of Rust below others: what they override is called from any language and any thread.

use crate::call::{Frame, Operation};
use crate::class::Class;
use crate::error::{check, panicked, raise, Error, Result, ValueErrorKind};
use crate::object::{Interface, IsA, Make, Object, Receiver, Target};
use crate::sys;
use crate::table::State;
use crate::typed::{Get, Put};
use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex};

/// A class of Rust's: what is in each of its objects, which any thread may be in. `dsom::class!` says what it overrides.
pub trait Subclass: Default + Send + Sync + 'static {
    /// The first class below which it is.
    type Base: Interface;
    /// Its name in SOM; one that is taken gets a number.
    const NAME: &'static str;
    /// Whether it has just that name, or is an error.
    const EXACT: bool = false;
    /// The names of all classes below which it is.
    fn parents() -> Vec<Result<Class>>;
    fn overrides() -> Vec<Override<Self>>;
    #[doc(hidden)]
    fn slot() -> &'static Made;

    /// The class, made with its first use.
    fn class() -> Result<Class> {
        Self::slot().get::<Self>().map(Class)
    }
    /// What is in an object, if it is of this class.
    fn of(o: &impl IsA<Self::Base>) -> Option<Arc<Self>> {
        crate::table::get(o.up().object().raw()).and_then(|s| s.downcast().ok())
    }
}

/// What stands above an override, for its object: a receiver as any other.
pub struct Super<I: Interface> {
    this: std::mem::ManuallyDrop<I>,
    above: &'static sys::Class,
}

impl<I: Interface> Super<I> {
    /// The object itself, whose calls are this class's again.
    pub fn this(&self) -> &I {
        &self.this
    }
    /// The same for another of the class's parents.
    pub fn of<J: Interface>(&self) -> Result<Super<J>> {
        J::from_object(self.this.object().clone())?;
        // SAFETY: it is one of J, as has just been seen; the reference is the caller's of this one.
        Ok(Super { this: unsafe { borrowed(self.this.object().raw()) }, above: self.above })
    }
}

/// # Safety
/// o is an object of I that lives for as long as what is returned is used; its reference is not this one's.
unsafe fn borrowed<I: Interface>(o: sys::Ref) -> std::mem::ManuallyDrop<I> {
    // SAFETY: what is in it is never dropped, so that no reference is given up.
    std::mem::ManuallyDrop::new(unsafe { I::from_object_unchecked(Object::owned(o).expect("an object")) })
}

impl<I: Interface> Receiver for Super<I> {
    fn target(&self) -> Target {
        Target { o: self.this.object().raw(), above: Some(self.above) }
    }
}
impl<J: Interface, I: Interface + IsA<J>> IsA<J> for Super<I> {
    fn up(&self) -> &J {
        self.this.up()
    }
}

/// An object of a class of Rust's: what is in it, and the object.
pub struct Own<T: Subclass> {
    object: T::Base,
    state: Arc<T>,
}

impl<T: Subclass> Own<T> {
    /// A new object of the class, with that in it.
    pub fn new(state: T) -> Result<Own<T>> {
        let class = T::class()?;
        let o = make_with(class.0, Arc::new(state))?;
        // SAFETY: the class has just made it.
        unsafe { Own::from_made(o) }
    }
    pub fn object(&self) -> &T::Base {
        &self.object
    }
    pub fn into_object(self) -> T::Base {
        self.object
    }
}
impl<T: Subclass> Clone for Own<T> {
    fn clone(&self) -> Self {
        Own { object: self.object.clone(), state: self.state.clone() }
    }
}
impl<T: Subclass> std::ops::Deref for Own<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.state
    }
}
impl<T: Subclass> std::fmt::Debug for Own<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.object.object().fmt(f)
    }
}
impl<T: Subclass> Receiver for Own<T> {
    #[inline]
    fn target(&self) -> Target {
        self.object.object().target()
    }
}
impl<J: Interface, T: Subclass> IsA<J> for Own<T>
where
    T::Base: IsA<J>,
{
    fn up(&self) -> &J {
        self.object.up()
    }
}
impl<T: Subclass> Make for Own<T> {
    fn make_class() -> Result<Class> {
        T::class()
    }
    unsafe fn from_made(o: Object) -> Result<Self> {
        let state = crate::table::get(o.raw()).and_then(|s| s.downcast::<T>().ok());
        // SAFETY: the class descends from the base.
        let object = unsafe { T::Base::from_object_unchecked(o) };
        let state = state.ok_or_else(|| Error::value(ValueErrorKind::Type, format!("what class {} makes is none of its objects", T::NAME)))?;
        Ok(Own { object, state })
    }
}

// ---- What is overridden ----

type Run = dyn Fn(&dyn Any, &mut Incoming) -> Result<()> + Send + Sync;

/// One method that a class overrides.
pub struct Override<T> {
    method: Result<&'static sys::Method>,
    run: Box<Run>,
    of: PhantomData<fn(T)>,
}

impl<T: Subclass> Override<T> {
    pub fn new<J: Interface, I: Interface + IsA<J>>(op: &Operation<J>, run: impl Fn(&T, &Super<I>, &mut Incoming) -> Result<()> + Send + Sync + 'static) -> Override<T> {
        let run = move |state: &dyn Any, c: &mut Incoming| {
            let state = state.downcast_ref::<T>().ok_or_else(|| Error::value(ValueErrorKind::Type, format!("an object is none of {}", T::NAME)))?;
            // SAFETY: the caller of the method has a reference; the class descends from I.
            let sup = Super { this: unsafe { borrowed::<I>(c.this) }, above: c.class };
            run(state, &sup, c)
        };
        Override { method: op.method(), run: Box::new(run), of: PhantomData }
    }
}

struct Context {
    method: &'static sys::Method,
    class: AtomicPtr<sys::Class>,
    run: Box<Run>,
}

/// A call of an override: what came in, and where what comes out goes to.
pub struct Incoming<'a> {
    m: &'static sys::Method,
    this: sys::Ref,
    class: &'static sys::Class,
    args: *const sys::Word,
    result: *mut sys::Word,
    at: usize,
    call: PhantomData<&'a ()>, // nothing of it outlives the call
}

impl Incoming<'_> {
    fn word(&self, p: &sys::Param) -> sys::Word {
        // SAFETY: there are as many arguments as the description says.
        unsafe { *self.args.add(p.slot as usize) }
    }

    /// The next of what came in.
    pub fn arg<T: Get>(&mut self) -> Result<T> {
        // SAFETY: at the place is a value of its type.
        self.arg_with(T::null, |t, p, nullable| unsafe { T::get(t, p, nullable) })
    }

    pub(crate) fn arg_with<T>(&mut self, nothing: impl FnOnce() -> Option<T>, get: impl FnOnce(&'static sys::Type, *const u8, bool) -> Result<T>) -> Result<T> {
        loop {
            let p = self.m.params().get(self.at).ok_or_else(|| Error::value(ValueErrorKind::Count, format!("{} has no more arguments", self.m.name())))?;
            self.at += 1;
            if p.direction == sys::OUT || p.of().kind == sys::MAKING {
                continue;
            }
            let word = self.word(p);
            // SAFETY: behind is a pointer in it, else the value itself.
            unsafe {
                if p.of().apart == 0 && p.direction == sys::IN {
                    let empty: &[u8] = &[0];
                    if p.of().kind == sys::STRING && word.p.is_null() && !p.nullable() {
                        let text = empty.as_ptr();
                        return get(p.of(), (&text as *const *const u8).cast(), false);
                    }
                    return get(p.of(), (&word as *const sys::Word).cast(), p.nullable());
                }
                if word.p.is_null() {
                    return nothing().filter(|_| p.nullable()).ok_or_else(|| crate::error::null(&format!("argument '{}'", sys::text(p.name))));
                }
                return get(p.of(), word.p as *const u8, p.nullable());
            }
        }
    }

    pub(crate) fn more(&self) -> bool {
        self.m.params().iter().skip(self.at).any(|p| p.direction != sys::OUT && p.of().kind != sys::MAKING)
    }

    /// What comes out: all is made before anything is given.
    pub fn reply<R: Replies>(&mut self, r: R) -> Result<()> {
        let mut outs = Outs { frame: Frame::new(self.m, 0)?, at: 0 };
        r.put(&mut outs)?;
        self.give(outs)
    }

    pub(crate) fn outs(&self) -> Result<Outs> {
        Ok(Outs { frame: Frame::new(self.m, 0)?, at: 0 })
    }

    pub(crate) fn give(&mut self, mut outs: Outs) -> Result<()> {
        if outs.next().is_some() {
            return Err(Error::value(ValueErrorKind::Count, format!("{} has {} results, and there are {}", self.m.name(), outs.count(), outs.at - 1)));
        }
        for i in 0..outs.at {
            let (cell, p) = outs.frame.cell_at(i);
            let is_result = std::ptr::eq(p, &self.m.result);
            let to: *mut u8 = if is_result && p.of().apart == 0 { self.result.cast() } else { unsafe_pointer(self.word(p)) };
            if to.is_null() {
                continue; // nobody wants it
            }
            // SAFETY: the cell is a value of the type, which is moved; at to is room for one.
            unsafe {
                if is_result && p.of().apart == 0 {
                    (*self.result).whole = 0;
                }
                outs.frame.given_away(i);
                if sys::somh_give(self.this, self.m, p, cell.cast(), to.cast()) == 0 {
                    return Err(crate::SystemException::new("NO_MEMORY", 0, crate::Completed::Maybe, "no memory for what an override returns").into());
                }
            }
        }
        Ok(())
    }
}

fn unsafe_pointer(w: sys::Word) -> *mut u8 {
    // SAFETY: any word may be read as a pointer.
    unsafe { w.p.cast() }
}

/// What an override returns, on its way.
pub struct Outs {
    frame: Frame,
    at: usize,
}

impl Outs {
    fn places(&self) -> impl Iterator<Item = &'static sys::Param> {
        let m = self.frame.m;
        let returns = m.result.of().kind != sys::VOID;
        Some(&m.result).filter(|_| returns).into_iter().chain(m.params().iter().filter(|p| p.direction != sys::IN && p.of().kind != sys::MAKING))
    }
    pub(crate) fn count(&self) -> usize {
        self.places().count()
    }
    fn next(&mut self) -> Option<&'static sys::Param> {
        self.at += 1;
        let p = self.places().nth(self.at - 1);
        if p.is_none() {
            self.at = self.count();
        }
        p
    }
    pub fn put<T: Put>(&mut self, v: &T) -> Result<()> {
        // SAFETY: the cell is room for one, all zero.
        self.put_with(|t, p, nullable| unsafe { v.put(t, p, nullable) })
    }
    pub(crate) fn put_with(&mut self, put: impl FnOnce(&'static sys::Type, *mut u8, bool) -> Result<()>) -> Result<()> {
        let name = self.frame.m.name();
        let p = self.next().ok_or_else(|| Error::value(ValueErrorKind::Count, format!("{name} has not so many results")))?;
        let cell = self.frame.cell(p);
        put(p.of(), cell, p.nullable()).map_err(|e| match e {
            Error::Value(mut v) => {
                v.what = format!("the result of {name}: {}", v.what);
                Error::Value(v)
            }
            e => e,
        })
    }
}

/// What an override returns: nothing, a value, or a tuple of several.
pub trait Replies {
    fn put(&self, o: &mut Outs) -> Result<()>;
}
impl Replies for () {
    fn put(&self, _: &mut Outs) -> Result<()> {
        Ok(())
    }
}
impl<T: Put> Replies for T {
    fn put(&self, o: &mut Outs) -> Result<()> {
        o.put(self)
    }
}
macro_rules! replies {
    ($($T:ident $i:tt),*) => {
        impl<$($T: Put),*> Replies for ($($T,)*) {
            fn put(&self, o: &mut Outs) -> Result<()> {
                $(o.put(&self.$i)?;)*
                Ok(())
            }
        }
    };
}
replies! {A 0, B 1}
replies! {A 0, B 1, C 2}
replies! {A 0, B 1, C 2, D 3}
replies! {A 0, B 1, C 2, D 3, E 4}
replies! {A 0, B 1, C 2, D 3, E 4, F 5}
replies! {A 0, B 1, C 2, D 3, E 4, F 5, G 6}
replies! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7}

/// What C calls. Nothing of Rust's leaves it but an exception in ev.
unsafe extern "C" fn handle(context: *mut c_void, this: sys::Ref, ev: *mut sys::Env, args: *const sys::Word, result: *mut sys::Word) {
    // SAFETY: the context is one of a class that was defined, and lives as long as the process.
    let context = unsafe { &*context.cast::<Context>() };
    let m = context.method;
    // SAFETY: the receiver lives.
    let state = if unsafe { sys::somh_ending(this) } != 0 { None } else { crate::table::get(this) };
    // SAFETY: NULL while the class is made, or a description.
    let class = unsafe { context.class.load(Ordering::Acquire).as_ref() };
    let (state, class) = match (state, class) {
        (Some(state), Some(class)) => (state, class),
        (_, class) => {
            // Rust's part of the object has ended or has not begun, or its class could not be described.
            // SAFETY: what stands above takes the same arguments; an object begins with its row, and that with the class.
            unsafe {
                let class = class.or_else(|| sys::somh_describe(*(*this).row.cast::<sys::Ref>(), std::ptr::null_mut()).as_ref().and_then(sys::Class::nearest_made));
                match class.and_then(|c| sys::somh_above(c, m)) {
                    Some(p) => drop(sys::somh_call(m, Some(p), this, args, result, ev)),
                    None => raise(ev, crate::SystemException::new("NO_IMPLEMENT", 0, crate::Completed::No, "nobody implements it above a class of Rust's").into(), m),
                }
            }
            return;
        }
    };
    let mut call = Incoming { m, this, class, args, result, at: 0, call: PhantomData };
    let outcome = catch_unwind(AssertUnwindSafe(|| (context.run)(&*state, &mut call))).unwrap_or_else(|p| Err(panicked(&*p)));
    // SAFETY: what came in and is the object's has been copied.
    unsafe { sys::somh_took(m, args) };
    if let Err(e) = outcome {
        let _ = catch_unwind(AssertUnwindSafe(|| raise(if m.flags & sys::OIDL != 0 { std::ptr::null_mut() } else { ev }, e, m)));
    }
    let _ = catch_unwind(AssertUnwindSafe(|| drop(state)));
}

// ---- Making the class ----

type Fresh = fn() -> State;

/// An object that this thread makes for `Own::new`: which it is where that is known before it is begun, its class, and what it gets.
struct Making {
    is: *const sys::Ref,
    class: usize,
    state: Option<State>,
}

impl Making {
    fn makes(&self, o: sys::Ref, class: usize) -> bool {
        // SAFETY: it is a variable of make_with, which takes this out again.
        let is = unsafe { *self.is };
        self.class == class && (is.is_null() || is == o)
    }
}

thread_local!(static MAKING: RefCell<Vec<Making>> = const { RefCell::new(Vec::new()) });

/// A new object of a class, which gets that state.
fn make_with(class: &'static sys::Class, state: State) -> Result<Object> {
    let mut is: sys::Ref = std::ptr::null_mut();
    let to = std::ptr::addr_of_mut!(is);
    MAKING.with(|m| m.borrow_mut().push(Making { is: to, class: class.class as usize, state: Some(state) }));
    let mut ev = sys::Env::EMPTY;
    // SAFETY: it is a class; what is made is owned.
    let o = unsafe { Object::owned(sys::somh_new(class, to, &mut ev)) };
    let making = MAKING.with(|m| m.borrow_mut().pop());
    drop(making); // a state that nobody took may make others as it goes
    check(&mut ev)?;
    o.ok_or_else(|| crate::error::null(&format!("an object of {}", class.name())))
}

unsafe extern "C" fn begin(this: sys::Ref, ev: *mut sys::Env, context: *mut c_void) {
    // SAFETY: the context is a function that makes a state.
    let fresh: Fresh = unsafe { std::mem::transmute(context) };
    // SAFETY: an object begins with its row, and that with the class.
    let class = unsafe { *(*this).row.cast::<usize>() };
    let given = MAKING.with(|m| m.borrow_mut().last_mut().filter(|m| m.makes(this, class)).and_then(|m| m.state.take()));
    match given.map_or_else(|| catch_unwind(AssertUnwindSafe(fresh)), Ok) {
        Ok(state) => crate::table::put(this, state),
        Err(p) => {
            let text = std::ffi::CString::new(panicked(&*p).to_string()).unwrap_or_default();
            // SAFETY: ev is the caller's.
            unsafe { sys::som_raise_system(ev, b"IDL:omg.org/CORBA/INITIALIZE:1.0\0".as_ptr().cast(), 0, sys::OK as u32, text.as_ptr()) }
        }
    }
}

unsafe extern "C" fn end(this: sys::Ref, _: *mut c_void) {
    let state = crate::table::take(this);
    let _ = catch_unwind(AssertUnwindSafe(|| drop(state)));
}

/// Where a class of Rust's is once it is made.
pub struct Made {
    at: AtomicPtr<sys::Class>,
    one: Mutex<()>,
}

impl Made {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Made {
        Made { at: AtomicPtr::new(std::ptr::null_mut()), one: Mutex::new(()) }
    }

    fn get<T: Subclass>(&self) -> Result<&'static sys::Class> {
        // SAFETY: NULL, or a description.
        if let Some(c) = unsafe { self.at.load(Ordering::Acquire).as_ref() } {
            return Ok(c);
        }
        // What the class needs is found before the lock is taken: libraries are loaded by that.
        let parents = T::parents().into_iter().collect::<Result<Vec<_>>>()?;
        let overrides = T::overrides();
        let _one = self.one.lock().unwrap_or_else(|e| e.into_inner());
        // SAFETY: as above.
        if let Some(c) = unsafe { self.at.load(Ordering::Acquire).as_ref() } {
            return Ok(c);
        }
        let fresh: Fresh = || Arc::new(T::default());
        let overrides = overrides.into_iter().map(|o| Ok((o.method?, o.run))).collect::<Result<Vec<_>>>()?;
        let c = define(T::NAME, T::EXACT, &parents, overrides, Some(begin), Some(end), fresh as *mut c_void)?;
        self.at.store(c as *const _ as *mut _, Ordering::Release);
        Ok(c)
    }
}

type Begin = unsafe extern "C" fn(sys::Ref, *mut sys::Env, *mut c_void);
type End = unsafe extern "C" fn(sys::Ref, *mut c_void);

fn define(name: &str, exact: bool, parents: &[Class], overrides: Vec<(&'static sys::Method, Box<Run>)>, begin: Option<Begin>, end: Option<End>, context: *mut c_void) -> Result<&'static sys::Class> {
    let name = crate::call::c_text(name)?;
    let parents: Vec<*const sys::Class> = parents.iter().map(|c| c.0 as *const _).collect();
    // Contexts stay with the class that has been made, for good.
    let contexts: Vec<&'static Context> =
        overrides.into_iter().map(|(method, run)| &*Box::leak(Box::new(Context { method, class: AtomicPtr::new(std::ptr::null_mut()), run }))).collect();
    let of: Vec<sys::OverrideOf> = contexts.iter().map(|c| sys::OverrideOf { method: c.method, context: *c as *const Context as *mut c_void }).collect();
    let d = sys::Definition {
        size_of: std::mem::size_of::<sys::Definition>() as u32,
        noverrides: of.len() as u32,
        nparents: parents.len() as u32,
        name: name.as_ptr(),
        parents: parents.as_ptr(),
        overrides: of.as_ptr(),
        handler: handle,
        begin,
        end,
        context,
        exact: exact as u32,
    };
    let mut ev = sys::Env::EMPTY;
    // SAFETY: the definition is whole, and nothing of it is kept but contexts.
    let c = unsafe { sys::somh_define(&d, &mut ev).as_ref() };
    let c = match c {
        Some(c) => c,
        None => {
            // SAFETY: no class points to them, but where one is there all the same, which others have found before it could be described.
            if ev.code != sys::E_BUSY {
                contexts.into_iter().for_each(|o| drop(unsafe { Box::from_raw(o as *const Context as *mut Context) }));
            }
            check(&mut ev)?;
            return Err(Error::value(ValueErrorKind::Type, "a class cannot be made"));
        }
    };
    for o in contexts {
        o.class.store(c as *const _ as *mut _, Ordering::Release);
    }
    Ok(c)
}

/// What an override without generated code does: the receiver's state is its own, `sup` calls what stands above.
pub type Closure = Box<dyn Fn(&Super<Object>, Vec<crate::Value>) -> Result<crate::Value> + Send + Sync>;

/// A class without generated code: names of methods, and what they do. Its objects are made by [`Class::new`].
pub fn subclass(name: &str, parents: &[Class], overrides: Vec<(&str, Closure)>) -> Result<Class> {
    let mut all: Vec<(&'static sys::Method, Box<Run>)> = Vec::new();
    for (method, f) in overrides {
        let m = parents.iter().map(|c| c.find(method)).fold(None, |found: Option<Result<_>>, m| match found {
            Some(Ok(m)) => Some(Ok(m)),
            _ => Some(m),
        });
        let m = m.unwrap_or_else(|| Err(Error::value(ValueErrorKind::Count, "a class needs a parent")))?;
        let run = move |_: &dyn Any, c: &mut Incoming| {
            let mut args = Vec::new();
            while c.more() {
                // SAFETY: at the place is a value of its type.
                args.push(c.arg_with(|| Some(crate::Value::Null), |t, p, _| unsafe { crate::Value::read(t, p) })?);
            }
            // SAFETY: the caller of the method has a reference.
            let sup = Super { this: unsafe { borrowed::<Object>(c.this) }, above: c.class };
            let value = f(&sup, args)?;
            let mut outs = c.outs()?;
            crate::value::put_results(&mut outs, value)?;
            c.give(outs)
        };
        all.push((m, Box::new(run)));
    }
    // Below a class of Rust's its objects have what that one's have.
    let none: Fresh = || Arc::new(());
    let above = parents.iter().flat_map(|c| c.0.order()).map(|c| c.context).find(|c| !c.is_null());
    define(name, false, parents, all, Some(begin), Some(end), above.unwrap_or(none as *mut c_void)).map(Class)
}

/// Says what a class of Rust's overrides:
///
/// ```ignore
/// #[derive(Default)]
/// struct Puppy { said: Mutex<Vec<i16>> }
///
/// dsom::class! {
///     impl zoo::Dog for Puppy {
///         fn bark(&self, sup: &Super<zoo::Dog>, volume: i16) -> Result<()> { sup.bark(volume / 2) }
///     }
/// }
/// ```
///
/// With `name = "Zoo::Puppy";` in front it has just that name. Another `impl zoo::Pet for Puppy { … }` is another parent.
#[macro_export]
macro_rules! class {
    (name = $name:literal; $($rest:tt)*) => { $crate::__class! { $name, true; []; $($rest)* } };
    (impl $($b:ident)::+ for $class:ident $($rest:tt)*) => { $crate::__class! { stringify!($class), false; []; impl $($b)::+ for $class $($rest)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __class {
    // A path, which is many words, becomes a type, one after the other.
    ($name:expr, $exact:expr; [$($done:tt)*]; impl $($b:ident)::+ for $class:ident { $($body:tt)* } $($rest:tt)*) => {
        $crate::__class! { $name, $exact; [$($done)* { ($($b)::+) $class $($body)* }]; $($rest)* }
    };
    ($name:expr, $exact:expr; [{ ($base:ty) $class:ident $($first:tt)* } $({ ($more:ty) $class2:ident $($body:tt)* })*];) => {
        $crate::__class! { @ $name, $exact, $base, $class; { ($base) $class $($first)* } $({ ($more) $class2 $($body)* })* }
    };
    (@ $name:expr, $exact:expr, $base:ty, $class:ident; $({ ($parent:ty) $of:ident $($(#[$m:meta])* fn $f:ident $args:tt $(-> $r:ty)? $body:block)* })*) => {
        $(impl $of { $($(#[$m])* pub fn $f $args $(-> $r)? $body)* })*
        impl $crate::Subclass for $class {
            type Base = $base;
            const NAME: &'static str = $name;
            const EXACT: bool = $exact;
            fn parents() -> Vec<$crate::Result<$crate::Class>> {
                vec![$(<$parent as $crate::Interface>::class()),*]
            }
            fn overrides() -> Vec<$crate::Override<Self>> {
                vec![$($(<<$parent as $crate::Interface>::Overrides>::$f::<Self>(Self::$f),)*)*]
            }
            fn slot() -> &'static $crate::Made {
                static MADE: $crate::Made = $crate::Made::new();
                &MADE
            }
        }
    };
}
