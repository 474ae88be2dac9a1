//! Calls: which method it is, found once; what goes in, and what comes out.

use crate::error::{check, take, Error, Result, ValueErrorKind};
use crate::object::{Interface, IsA, Make, Object, Target};
use crate::sys;
use crate::typed::{Get, Put};
use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::ffi::CString;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU64, Ordering};

/// A class that generated code knows, and the version that it was made for.
pub struct ClassSlot {
    name: &'static str,
    major: u32,
    minor: u32,
    /// From which it descends: handles are taken for those of these.
    bases: &'static [&'static str],
    at: AtomicPtr<sys::Class>,
}

pub(crate) fn c_text(s: &str) -> Result<CString> {
    CString::new(s).map_err(|_| Error::value(ValueErrorKind::Text, format!("a name with a zero in it: {s:?}")))
}

impl ClassSlot {
    pub const fn new(name: &'static str, major: u32, minor: u32, bases: &'static [&'static str]) -> ClassSlot {
        ClassSlot { name, major, minor, bases, at: AtomicPtr::new(std::ptr::null_mut()) }
    }
    #[inline]
    pub(crate) fn get(&self) -> Result<&'static sys::Class> {
        // SAFETY: NULL, or a description, which lives as long as the process.
        match unsafe { self.at.load(Ordering::Acquire).as_ref() } {
            Some(c) => Ok(c),
            None => self.find(),
        }
    }
    #[cold]
    fn find(&self) -> Result<&'static sys::Class> {
        let class = crate::Class::named(self.name)?.0;
        let mut ev = sys::Env::EMPTY;
        // SAFETY: it is a class.
        unsafe { sys::som_class_check_version(class.class, self.major, self.minor, &mut ev) };
        check(&mut ev)?;
        for base in self.bases {
            if !class.order().any(|c| c.name() == *base) {
                return Err(Error::value(ValueErrorKind::Type, format!("class {} does not descend from {base} any more: generate the code anew", self.name)));
            }
        }
        self.at.store(class as *const _ as *mut _, Ordering::Release);
        Ok(class)
    }
}

/// A method that generated code knows. It is found with its first call.
pub struct Operation<I: Interface> {
    of: PhantomData<fn(I)>,
    name: &'static str,
    /// Of which kinds of arguments a call goes by registers; 0: of none, or it has not been found yet.
    code: AtomicU64,
    token: AtomicIsize,
    method: AtomicPtr<sys::Method>,
}

impl<I: Interface> Operation<I> {
    pub const fn new(name: &'static str) -> Operation<I> {
        Operation { of: PhantomData, name, code: AtomicU64::new(0), token: AtomicIsize::new(0), method: AtomicPtr::new(std::ptr::null_mut()) }
    }

    pub(crate) fn method(&self) -> Result<&'static sys::Method> {
        // SAFETY: NULL, or a method's description, which lives as long as the process.
        if let Some(m) = unsafe { self.method.load(Ordering::Acquire).as_ref() } {
            return Ok(m);
        }
        let class = I::class()?;
        let m = class.find(&format!("{}::{}", I::NAME, self.name)).or_else(|_| class.find(self.name))?;
        self.method.store(m as *const _ as *mut _, Ordering::Release);
        Ok(m)
    }

    /// A call.
    #[inline]
    pub fn call<A: Args, R: Results>(&self, of: &(impl IsA<I> + ?Sized), args: A) -> Result<R> {
        let to = of.target();
        if A::CODE != 0 && R::CODE != 0 && to.above.is_none() && self.code.load(Ordering::Acquire) == code::<A, R>() {
            let token = self.token.load(Ordering::Relaxed);
            let mut ev = sys::Env::EMPTY;
            // SAFETY: the code says that the method takes and returns just these kinds, as its description was held against them, and the token is in the rows of
            // its class's objects, of which the receiver is one.
            let r = unsafe {
                let row = (*to.o).row;
                let procedure = *row.offset(token).cast::<Option<sys::Proc>>();
                match procedure {
                    Some(p) => R::back(args.direct::<R>(p, to.o, &mut ev)),
                    None => return self.slowly(to, args),
                }
            };
            if ev.major == sys::NO_EXCEPTION {
                if let Some(r) = r {
                    return Ok(r);
                }
            }
            return Err(self.raised(&mut ev, to.o));
        }
        self.slowly(to, args)
    }

    #[cold]
    fn raised(&self, ev: &mut sys::Env, o: sys::Ref) -> Error {
        take(ev, self.method().ok(), o)
    }

    #[inline(never)]
    fn slowly<A: Args, R: Results>(&self, to: Target, args: A) -> Result<R> {
        let m = self.method()?;
        let mut frame = Frame::new(m, 0)?;
        args.put(&mut frame)?;
        frame.filled(R::COUNT)?;
        if A::CODE != 0 && R::CODE != 0 && self.code.load(Ordering::Relaxed) == 0 && goes_by_registers::<A, R>(m) {
            self.token.store(m.token, Ordering::Relaxed);
            self.code.store(code::<A, R>(), Ordering::Release);
        }
        frame.call(to)?;
        R::take(&mut frame)
    }

    /// A call of a procedure, which has no receiver.
    pub fn procedure<A: Args, R: Results>(&self, args: A) -> Result<R> {
        let m = self.method()?;
        if m.kind != sys::PROCEDURE {
            return Err(Error::value(ValueErrorKind::Type, format!("{}::{} is no procedure any more", I::NAME, self.name)));
        }
        self.slowly(Target { o: std::ptr::null_mut(), above: None }, args)
    }

    /// A new object, made by this initializer.
    pub fn make<A: Args, M: Make + IsA<I>>(&self, args: A) -> Result<M> {
        let m = self.method()?;
        let class = M::make_class()?;
        let mut frame = Frame::new(m, 1)?;
        args.put(&mut frame)?;
        frame.filled(0)?;
        let o = frame.make(class.0)?;
        // SAFETY: the class has just made it.
        unsafe { M::from_made(o) }
    }
}

const fn code<A: Args, R: Results>() -> u64 {
    A::CODE << 6 | R::CODE
}

fn goes_by_registers<A: Args, R: Results>(m: &'static sys::Method) -> bool {
    if !m.why.is_null() || m.flags & (sys::OIDL | sys::INIT) != 0 || m.kind == sys::PROCEDURE || m.token == 0 {
        return false;
    }
    let of = |p: &sys::Param| p.direction == sys::IN && (p.of().kind != sys::OBJECT || p.owner != sys::OBJECTS);
    let kinds = m.params().iter().fold(1, |code, p| code << 5 | p.of().kind as u64);
    m.params().iter().all(of) && kinds == A::CODE && m.result.of().kind as u64 == R::CODE && A::fit(m)
}

// ---- A call by memory ----

/// The arguments of a call, and memory for what has to be in some, by somhost.h: what is in it is ended with the frame, unless it was given away.
pub struct Frame {
    pub(crate) m: &'static sys::Method,
    /// It stays where it is: arguments point into it.
    f: NonNull<sys::Frame>,
    result: sys::Word,
    at: usize,
    from: usize,
    taken: usize,
}

impl Frame {
    pub(crate) fn new(m: &'static sys::Method, from: usize) -> Result<Frame> {
        if !m.why.is_null() {
            return Err(Error::System(crate::SystemException::new(
                "NO_IMPLEMENT",
                0,
                crate::Completed::No,
                &format!("{}::{} cannot be called: {}", m.class().name(), m.name(), sys::text(m.why)),
            )));
        }
        let layout = Layout::new::<sys::Frame>();
        // SAFETY: the layout is not empty; what has to be there at the beginning, somh_frame_begin writes.
        let f = unsafe {
            let f = NonNull::new(alloc(layout).cast::<sys::Frame>()).unwrap_or_else(|| handle_alloc_error(layout));
            sys::somh_frame_begin(f.as_ptr());
            f
        };
        Ok(Frame { m, f, result: sys::Word { whole: 0 }, at: from, from, taken: 0 })
    }

    pub(crate) fn cell(&mut self, of: &'static sys::Param) -> *mut u8 {
        // SAFETY: there is a cell for each parameter and the result.
        let cell = unsafe { sys::somh_frame_cell(self.f.as_ptr(), of) };
        if cell.is_null() {
            handle_alloc_error(Layout::from_size_align(of.of().size as usize, 16).unwrap_or_else(|_| Layout::new::<sys::Frame>()));
        }
        cell.cast()
    }

    fn args(&self) -> *const sys::Word {
        // SAFETY: no reference is made to what is not all written.
        unsafe { std::ptr::addr_of!((*self.f.as_ptr()).args).cast() }
    }
    fn arg(&self, slot: u8) -> sys::Word {
        // SAFETY: a parameter's slot is one of the arguments, which are all written.
        unsafe { *self.args().add(slot as usize) }
    }
    fn put_cell(&mut self, p: &'static sys::Param, cell: *mut u8) {
        // SAFETY: the cell is p's.
        unsafe { sys::somh_frame_put(self.f.as_ptr(), p, cell.cast()) }
    }
    fn put_result(&mut self, cell: *mut u8) {
        // SAFETY: as of arg.
        unsafe { (*(self.args() as *mut sys::Word).add(self.m.result.slot as usize)).p = cell.cast() }
    }

    /// Makes room for what comes out, up to the next parameter that goes in.
    pub(crate) fn next_in(&mut self) -> Option<&'static sys::Param> {
        while let Some(p) = self.m.params().get(self.at) {
            self.at += 1;
            if p.direction != sys::OUT {
                return Some(p);
            }
            let cell = self.cell(p);
            self.put_cell(p, cell);
        }
        None
    }

    pub(crate) fn peek_nullable(&self) -> bool {
        self.m.params().iter().skip(self.at).find(|p| p.direction != sys::OUT).map_or(false, |p| p.nullable())
    }

    #[cold]
    fn count(&self) -> Error {
        let n = self.m.params().iter().skip(self.from).filter(|p| p.direction != sys::OUT).count();
        Error::value(ValueErrorKind::Count, format!("{}::{} takes {n} arguments", self.m.class().name(), self.m.name()))
    }

    /// One more argument.
    pub fn put<T: Put + ?Sized>(&mut self, v: &T) -> Result<()> {
        if v.is_null() {
            return self.put_null();
        }
        // SAFETY: the cell is room for one, all zero.
        self.put_with(|t, p, nullable| unsafe { v.put(t, p, nullable) })
    }

    pub(crate) fn put_with(&mut self, put: impl FnOnce(&'static sys::Type, *mut u8, bool) -> Result<()>) -> Result<()> {
        let p = self.next_in().ok_or_else(|| self.count())?;
        let cell = self.cell(p);
        put(p.of(), cell, p.nullable()).map_err(|e| self.argument(p, e))?;
        self.put_cell(p, cell);
        Ok(())
    }

    /// No argument, of one that may be null: memory is not even there.
    pub(crate) fn put_null(&mut self) -> Result<()> {
        let p = self.next_in().ok_or_else(|| self.count())?;
        if !p.nullable() {
            return Err(self.argument(p, crate::error::null("it")));
        }
        if p.direction != sys::IN {
            let cell = self.cell(p);
            self.put_cell(p, cell);
        }
        Ok(())
    }

    #[cold]
    fn argument(&self, p: &sys::Param, e: Error) -> Error {
        match e {
            Error::Value(mut v) => {
                v.what = format!("{}::{}, argument '{}': {}", self.m.class().name(), self.m.name(), sys::text(p.name), v.what);
                Error::Value(v)
            }
            e => e,
        }
    }

    /// All arguments are there, and outputs are as many as are asked for.
    pub(crate) fn filled(&mut self, outputs: usize) -> Result<()> {
        if self.next_in().is_some() {
            return Err(self.count());
        }
        let result = &self.m.result;
        let n = self.m.params().iter().filter(|p| p.direction != sys::IN && p.of().kind != sys::MAKING).count() + (result.of().kind != sys::VOID) as usize;
        if n != outputs && outputs != usize::MAX && self.from == 0 {
            return Err(Error::value(ValueErrorKind::Count, format!("{}::{} has {n} results", self.m.class().name(), self.m.name())));
        }
        if result.of().apart != 0 {
            let cell = self.cell(result);
            self.put_result(cell);
        }
        Ok(())
    }

    fn given(&mut self, raised: bool) {
        // SAFETY: the frame has begun.
        unsafe { sys::somh_frame_given(self.f.as_ptr(), raised.into()) }
    }

    pub(crate) fn call(&mut self, to: Target) -> Result<()> {
        let procedure = match to.above {
            None => None,
            Some(k) => {
                // SAFETY: both are descriptions.
                let p = unsafe { sys::somh_above(k, self.m) };
                if p.is_none() {
                    return Err(Error::System(crate::SystemException::new(
                        "NO_IMPLEMENT",
                        0,
                        crate::Completed::No,
                        &format!("nobody above {} implements {}", k.name(), self.m.name()),
                    )));
                }
                p
            }
        };
        let mut ev = sys::Env::EMPTY;
        // SAFETY: the arguments are what the method's description says, each of its type.
        let code = unsafe { sys::somh_call(self.m, procedure, to.o, self.args(), &mut self.result, &mut ev) };
        let raised = code != sys::OK || ev.major != sys::NO_EXCEPTION;
        if code == sys::OK {
            self.given(raised);
        }
        if raised {
            return Err(take(&mut ev, Some(self.m), to.o));
        }
        Ok(())
    }

    pub(crate) fn make(&mut self, class: &'static sys::Class) -> Result<Object> {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: the arguments behind the first one, which is the making, are what the description says.
        let o = unsafe { sys::somh_make(class, self.m, self.args().add(1), &mut ev) };
        self.given(o.is_null());
        // SAFETY: the object is owned.
        match unsafe { Object::owned(o) } {
            Some(o) => Ok(o),
            None => Err(take(&mut ev, Some(self.m), std::ptr::null_mut())),
        }
    }

    /// The next of what comes out: the result first.
    pub fn get<T: Get>(&mut self) -> Result<T> {
        // SAFETY: what came out is a value of its type.
        self.get_with(|t, p, nullable| unsafe { T::get(t, p, nullable) })
    }

    pub(crate) fn get_with<T>(&mut self, get: impl FnOnce(&'static sys::Type, *const u8, bool) -> Result<T>) -> Result<T> {
        let result = &self.m.result;
        let returns = result.of().kind != sys::VOID;
        self.taken += 1;
        if returns && self.taken == 1 {
            if result.of().apart != 0 {
                // SAFETY: its place was made by filled.
                return get(result.of(), unsafe { self.arg(result.slot).p } as *const u8, result.nullable());
            }
            let at = (&mut self.result as *mut sys::Word).cast::<u8>();
            let is = get(result.of(), at, result.nullable());
            if result.owner == sys::CALLERS {
                // SAFETY: the word is a value of the type, which is this side's.
                unsafe { sys::somh_end(result.of(), at.cast()) };
            }
            return is;
        }
        let i = self.taken - 1 - returns as usize;
        let p = self.m.params().iter().filter(|p| p.direction != sys::IN).nth(i).ok_or_else(|| self.count())?;
        // SAFETY: an out parameter has a cell.
        get(p.of(), unsafe { self.arg(p.slot).p } as *const u8, p.nullable())
    }

    fn cell_of(&self, i: usize) -> *mut sys::Cell {
        // SAFETY: so many cells have been made.
        unsafe { std::ptr::addr_of_mut!((*self.f.as_ptr()).cells).cast::<sys::Cell>().add(i) }
    }
    /// What is in a cell is somebody else's from now on.
    pub(crate) fn given_away(&mut self, i: usize) {
        // SAFETY: the cell has been made.
        unsafe { (*self.cell_of(i)).ends = 0 }
    }
    pub(crate) fn cell_at(&self, i: usize) -> (*mut u8, &'static sys::Param) {
        // SAFETY: the cell has been made, of a parameter, which lives as long as the process.
        unsafe { ((*self.cell_of(i)).p.cast(), &*(*self.cell_of(i)).of) }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: it is ended once, and was allocated so.
        unsafe {
            sys::somh_frame_end(self.f.as_ptr());
            dealloc(self.f.as_ptr().cast(), Layout::new::<sys::Frame>());
        }
    }
}

// ---- Arguments and results ----

/// A tuple of what goes in.
pub trait Args {
    /// Its kinds, if all go by registers; else 0.
    const CODE: u64;
    /// Whether whatever they are has its place in the method's parameters, which are of these kinds.
    fn fit(m: &'static sys::Method) -> bool;
    fn put(&self, f: &mut Frame) -> Result<()>;
    /// # Safety
    /// The procedure takes arguments of these kinds, and returns one of R's.
    unsafe fn direct<R: Results>(&self, p: sys::Proc, o: sys::Ref, ev: *mut sys::Env) -> R::Abi;
}

/// What comes out: nothing, a value, or a tuple of several.
pub trait Results: Sized {
    const CODE: u64;
    const COUNT: usize;
    type Abi: Copy;
    fn back(a: Self::Abi) -> Option<Self>;
    fn take(f: &mut Frame) -> Result<Self>;
}

const MOST_DIRECT: usize = 8;

const fn codes(kinds: &[u32]) -> u64 {
    let mut code = 1;
    let mut i = 0;
    while i < kinds.len() {
        if kinds[i] == 0 {
            return 0;
        }
        code = code << 5 | kinds[i] as u64;
        i += 1;
    }
    if kinds.len() > MOST_DIRECT {
        return 0;
    }
    code
}

macro_rules! tuple {
    ($($T:ident $i:tt),*) => {
        impl<$($T: Put),*> Args for ($($T,)*) {
            const CODE: u64 = codes(&[$($T::KIND),*]);
            #[allow(unused_variables)]
            fn fit(m: &'static sys::Method) -> bool {
                true $(&& m.params().get($i).map_or(false, |p| $T::fits(p.of())))*
            }
            #[allow(unused_variables)]
            fn put(&self, f: &mut Frame) -> Result<()> {
                $(f.put(&self.$i)?;)*
                Ok(())
            }
            #[inline]
            unsafe fn direct<Out: Results>(&self, p: sys::Proc, o: sys::Ref, ev: *mut sys::Env) -> Out::Abi {
                // SAFETY: who calls says that it is such a function.
                unsafe {
                    let p: unsafe extern "C" fn(sys::Ref, *mut sys::Env, $($T::Abi),*) -> Out::Abi = std::mem::transmute(p);
                    p(o, ev, $(self.$i.abi()),*)
                }
            }
        }
    };
}
macro_rules! results {
    ($n:literal: $($T:ident),*) => {
        impl<$($T: Get),*> Results for ($($T,)*) {
            const CODE: u64 = 0;
            const COUNT: usize = $n;
            type Abi = ();
            fn back(_: ()) -> Option<Self> { None }
            fn take(f: &mut Frame) -> Result<Self> { Ok(($(f.get::<$T>()?,)*)) }
        }
    };
}

tuple! {}
tuple! {A 0}
tuple! {A 0, B 1}
tuple! {A 0, B 1, C 2}
tuple! {A 0, B 1, C 2, D 3}
tuple! {A 0, B 1, C 2, D 3, E 4}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10}
tuple! {A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11}
results! {2: A, B}
results! {3: A, B, C}
results! {4: A, B, C, D}
results! {5: A, B, C, D, E}
results! {6: A, B, C, D, E, F}
results! {7: A, B, C, D, E, F, G}
results! {8: A, B, C, D, E, F, G, H}
results! {9: A, B, C, D, E, F, G, H, I}
results! {10: A, B, C, D, E, F, G, H, I, J}

impl Results for () {
    const CODE: u64 = sys::VOID as u64;
    const COUNT: usize = 0;
    type Abi = ();
    #[inline]
    fn back(_: ()) -> Option<()> {
        Some(())
    }
    fn take(_: &mut Frame) -> Result<()> {
        Ok(())
    }
}
impl<T: Get> Results for T {
    const CODE: u64 = T::KIND as u64;
    const COUNT: usize = 1;
    type Abi = T::Abi;
    #[inline]
    fn back(a: T::Abi) -> Option<T> {
        T::from_abi(a)
    }
    fn take(f: &mut Frame) -> Result<T> {
        f.get()
    }
}
