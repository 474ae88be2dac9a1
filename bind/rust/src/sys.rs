//! libsom and libsomhost as C has them: som.h and somhost.h, of which this is what the crate uses.

use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_void};

pub const OK: c_int = 0;
/// SOM_E_BUSY of som.h.
pub const E_BUSY: u32 = 16;
pub const NO_EXCEPTION: u32 = 0;
pub const USER_EXCEPTION: u32 = 1;

pub const MAX_ARGS: usize = 64;
pub const MAX_SIZE: usize = 1 << 30;

/// The head of an object: its row, and what is the kernel's.
#[repr(C)]
pub struct Head {
    pub row: *const u8,
    pub refs: u32,
    pub flags: u32,
}
pub type Ref = *mut Head;
pub type Proc = unsafe extern "C" fn();

#[repr(C)]
pub struct Env {
    pub major: u32,
    pub code: u32,
    pub minor: u32,
    pub completed: u32,
    pub id: *mut c_char,
    pub text: *mut c_char,
    pub value: *mut c_void,
    pub drop: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl Env {
    pub const EMPTY: Env =
        Env { major: 0, code: 0, minor: 0, completed: 0, id: std::ptr::null_mut(), text: std::ptr::null_mut(), value: std::ptr::null_mut(), drop: None };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub union Word {
    pub b: u8,
    pub whole: u64,
    pub d: f64,
    pub o: Ref,
    pub p: *mut c_void,
}

#[repr(C)]
pub struct ClassInfo {
    pub size_of: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub major: u32,
    pub minor: u32,
    pub library: *const c_char,
}

// Kinds of types.
pub const BOOLEAN: u32 = 2;
pub const VOID: u32 = 1;
pub const OCTET: u32 = 3;
pub const CHAR: u32 = 4;
pub const WCHAR: u32 = 5;
pub const INT8: u32 = 6;
pub const SHORT: u32 = 7;
pub const USHORT: u32 = 8;
pub const LONG: u32 = 9;
pub const ULONG: u32 = 10;
pub const LONGLONG: u32 = 11;
pub const ULONGLONG: u32 = 12;
pub const FLOAT: u32 = 13;
pub const DOUBLE: u32 = 14;
pub const STRING: u32 = 15;
pub const WSTRING: u32 = 16;
pub const ENUM: u32 = 17;
pub const OBJECT: u32 = 18;
pub const POINTER: u32 = 19;
pub const STRUCT: u32 = 20;
pub const UNION: u32 = 21;
pub const SEQUENCE: u32 = 22;
pub const ARRAY: u32 = 23;
pub const EXCEPTION: u32 = 24;
pub const MAKING: u32 = 25;

#[repr(C)]
pub struct Member {
    pub name: *const c_char,
    pub of: *const Type,
    pub offset: u32,
}
#[repr(C)]
pub struct Label {
    pub value: i64,
    pub arm: u32,
}

/// A type of a typelib, laid out: it lives as long as the process.
#[repr(C)]
pub struct Type {
    pub kind: u32,
    pub letter: c_char,
    pub owns: u8,
    pub apart: u8,
    pub size: u32,
    pub align: u32,
    pub bound: u64,
    pub name: *const c_char,
    pub id: *const c_char,
    pub doc: *const c_char,
    pub elem: *const Type,
    members: *const Member,
    nmembers: u32,
    labels: *const Label,
    nlabels: u32,
    pub otherwise: i32,
    why: *const c_char,
    checked: u8,
}

pub const IN: u8 = 0;
pub const OUT: u8 = 1;
pub const CALLERS: u8 = 0;
pub const OBJECTS: u8 = 1;

#[repr(C)]
pub struct Param {
    pub name: *const c_char,
    pub of: *const Type,
    pub direction: u8,
    pub owner: u8,
    pub nullable: u8,
    pub by_copy: u8,
    pub slot: u8,
}

pub const OIDL: u32 = 16;
pub const INIT: u32 = 8;
pub const STATIC: u32 = 0;
pub const PROCEDURE: u32 = 2;

#[repr(C)]
pub struct Method {
    pub name: *const c_char,
    pub attribute: *const c_char,
    pub doc: *const c_char,
    pub sig: *const c_char,
    pub why: *const c_char,
    pub class: *const Class,
    pub token: isize,
    pub procedure: Option<Proc>,
    pub kind: u32,
    pub flags: u32,
    pub nparams: u32,
    pub nargs: u32,
    params: *const Param,
    pub result: Param,
    nraises: u32,
    raises: *const *const Type,
    plan: u32,
    prepared: *const c_void,
}

#[repr(C)]
pub struct Class {
    pub class: Ref,
    pub name: *const c_char,
    pub doc: *const c_char,
    pub major: u32,
    pub minor: u32,
    pub flags: u32,
    nparents: u32,
    norder: u32,
    nmethods: u32,
    nowns: u32,
    ntypes: u32,
    nmade: u32,
    parents: *const *const Class,
    order: *const *const Class,
    methods: *const Method,
    owns: *const *const Method,
    types: *const *const Type,
    made: *const *const Class,
    made_by: *mut c_void,
    pub context: *mut c_void,
    elsewhere: u8,
}

// SAFETY: descriptions are immutable, and live as long as the process, as somhost.h says.
unsafe impl Sync for Class {}
// SAFETY: as above.
unsafe impl Sync for Method {}
// SAFETY: as above.
unsafe impl Sync for Type {}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Sequence {
    pub maximum: u32,
    pub length: u32,
    pub buffer: *mut c_void,
}

#[repr(C)]
pub struct OverrideOf {
    pub method: *const Method,
    pub context: *mut c_void,
}
pub type Handler = unsafe extern "C" fn(*mut c_void, Ref, *mut Env, *const Word, *mut Word);

#[repr(C)]
pub struct Definition {
    pub size_of: u32,
    pub noverrides: u32,
    pub nparents: u32,
    pub name: *const c_char,
    pub parents: *const *const Class,
    pub overrides: *const OverrideOf,
    pub handler: Handler,
    pub begin: Option<unsafe extern "C" fn(Ref, *mut Env, *mut c_void)>,
    pub end: Option<unsafe extern "C" fn(Ref, *mut c_void)>,
    pub context: *mut c_void,
    pub exact: u32,
}

/// A value of a frame, and whether it ends with it.
#[repr(C)]
pub struct Cell {
    pub p: *mut c_void,
    pub of: *const Param,
    pub ends: u32,
}
/// somh_frame: what points to memory in args points into it.
#[repr(C)]
pub struct Frame {
    pub args: [Word; MAX_ARGS + 1],
    pub cells: [Cell; MAX_ARGS + 1],
    ncells: u32,
    used: usize,
    room: [u64; 64],
}

extern "C" {
    pub fn som_code_name(code: u32) -> *const c_char;
    pub fn som_raise_system(ev: *mut Env, id: *const c_char, minor: u32, completed: u32, text: *const c_char);
    pub fn som_raise_user(ev: *mut Env, id: *const c_char, value: *mut c_void, drop: Option<unsafe extern "C" fn(*mut c_void)>);
    pub fn som_env_clear(ev: *mut Env);
    pub fn som_new(class: Ref, ev: *mut Env) -> Ref;
    pub fn som_retain(o: Ref) -> Ref;
    pub fn som_release(o: Ref);
    pub fn som_weak_new(o: Ref, ev: *mut Env) -> *mut c_void;
    pub fn som_weak_get(w: *mut c_void) -> Ref;
    pub fn som_weak_free(w: *mut c_void);
    pub fn som_descends(class: Ref, from: Ref) -> c_int;
    pub fn som_class_describe(class: Ref) -> *const ClassInfo;
    pub fn som_class_instances(class: Ref) -> u64;
    pub fn som_class_check_version(class: Ref, major: u32, minor: u32, ev: *mut Env) -> c_int;
    pub fn som_classes(visit: unsafe extern "C" fn(Ref, *mut c_void) -> c_int, context: *mut c_void) -> c_int;
    pub fn som_library_load(file: *const c_char, ev: *mut Env) -> c_int;
    pub fn som_allocate(n: usize) -> *mut c_void;
    pub fn som_deallocate(p: *mut c_void);

    pub fn somh_end(t: *const Type, p: *mut c_void);
    pub fn somh_arm(t: *const Type, p: *const c_void) -> i32;
    pub fn somh_accepts(t: *const Type, c: *const Class) -> c_int;
    pub fn somh_discriminator(t: *const Type, p: *const c_void) -> i64;
    pub fn somh_describe(class: Ref, ev: *mut Env) -> *const Class;
    pub fn somh_named(name: *const c_char, ev: *mut Env) -> *const Class;
    pub fn somh_find(class: *const Class, name: *const c_char, ev: *mut Env) -> *const Method;
    pub fn somh_type_named(class: *const Class, name: *const c_char) -> *const Type;
    pub fn somh_call(m: *const Method, procedure: Option<Proc>, o: Ref, args: *const Word, result: *mut Word, ev: *mut Env) -> c_int;
    pub fn somh_exception(ev: *const Env, m: *const Method, o: Ref) -> *const Type;
    pub fn somh_raise(ev: *mut Env, e: *const Type, value: *mut c_void) -> c_int;
    pub fn somh_took(m: *const Method, args: *const Word);
    pub fn somh_give(this: Ref, m: *const Method, p: *const Param, made: *mut c_void, to: *mut c_void) -> c_int;
    pub fn somh_new(class: *const Class, is: *mut Ref, ev: *mut Env) -> Ref;
    pub fn somh_make(class: *const Class, m: *const Method, args: *const Word, ev: *mut Env) -> Ref;
    pub fn somh_define(d: *const Definition, ev: *mut Env) -> *const Class;
    pub fn somh_above(k: *const Class, m: *const Method) -> Option<Proc>;
    pub fn somh_ending(o: Ref) -> c_int;
    pub fn somh_frame_begin(f: *mut Frame);
    pub fn somh_frame_cell(f: *mut Frame, p: *const Param) -> *mut c_void;
    pub fn somh_frame_put(f: *mut Frame, p: *const Param, cell: *mut c_void);
    pub fn somh_frame_given(f: *mut Frame, raised: c_int);
    pub fn somh_frame_end(f: *mut Frame);
}

/// A text that lives as long as the process; "" of none.
pub(crate) fn text(p: *const c_char) -> &'static str {
    if p.is_null() {
        return "";
    }
    // SAFETY: texts of descriptions are ended by a zero and live as long as the process. Names and ids are ASCII; what is none is left out.
    unsafe { CStr::from_ptr(p) }.to_str().unwrap_or("")
}

/// What is at p, n of them; nothing of NULL.
///
/// # Safety
/// If p is not NULL, n values are there, as long as 'a.
pub unsafe fn slice<'a, T>(p: *const T, n: u32) -> &'a [T] {
    if p.is_null() {
        return &[];
    }
    // SAFETY: who calls says that they are there.
    unsafe { std::slice::from_raw_parts(p, n as usize) }
}

impl Type {
    pub fn members(&self) -> &'static [Member] {
        // SAFETY: a type's members are as many as it says, for the life of the process.
        unsafe { slice(self.members, self.nmembers) }
    }
    pub fn labels(&self) -> &'static [Label] {
        // SAFETY: likewise its labels.
        unsafe { slice(self.labels, self.nlabels) }
    }
    pub fn elem(&self) -> Option<&'static Type> {
        // SAFETY: NULL, or a type, which lives as long as the process.
        unsafe { self.elem.as_ref() }
    }
    pub fn name(&self) -> &'static str {
        text(self.name)
    }
    pub fn why(&self) -> &'static str {
        text(self.why)
    }
}

impl Member {
    pub fn of(&self) -> &'static Type {
        // SAFETY: a member has a type, which lives as long as the process.
        unsafe { &*self.of }
    }
}

impl Param {
    pub fn of(&self) -> &'static Type {
        // SAFETY: a parameter has a type, which lives as long as the process.
        unsafe { &*self.of }
    }
    pub fn nullable(&self) -> bool {
        self.nullable != 0
    }
}

impl Method {
    pub fn params(&self) -> &'static [Param] {
        // SAFETY: a method's parameters are as many as it says.
        unsafe { slice(self.params, self.nparams) }
    }
    pub fn raises(&self) -> impl Iterator<Item = &'static Type> {
        // SAFETY: likewise its exceptions, each a type.
        unsafe { slice(self.raises, self.nraises) }.iter().map(|t| unsafe { &**t })
    }
    pub fn class(&self) -> &'static Class {
        // SAFETY: a method is of a class.
        unsafe { &*self.class }
    }
    pub fn name(&self) -> &'static str {
        text(self.name)
    }
}

impl Class {
    pub fn parents(&self) -> impl Iterator<Item = &'static Class> {
        // SAFETY: a class's parents are as many as it says, each a class.
        unsafe { slice(self.parents, self.nparents) }.iter().map(|c| unsafe { &**c })
    }
    pub fn order(&self) -> impl Iterator<Item = &'static Class> {
        // SAFETY: likewise its linearisation.
        unsafe { slice(self.order, self.norder) }.iter().map(|c| unsafe { &**c })
    }
    pub fn methods(&self) -> &'static [Method] {
        // SAFETY: likewise its methods.
        unsafe { slice(self.methods, self.nmethods) }
    }
    pub fn types(&self) -> impl Iterator<Item = &'static Type> {
        // SAFETY: likewise its types.
        unsafe { slice(self.types, self.ntypes) }.iter().map(|t| unsafe { &**t })
    }
    pub fn name(&self) -> &'static str {
        text(self.name)
    }
    /// Of those that somh_define made, and from which it descends, the nearest.
    pub fn nearest_made(&self) -> Option<&'static Class> {
        // SAFETY: there are as many, each a description.
        (self.nmade > 0).then(|| unsafe { &**self.made })
    }
    /// Whether classes made in this process by a binding are among it.
    pub fn is_made(&self) -> bool {
        self.nmade > 0
    }
}
