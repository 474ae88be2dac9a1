//! What of Rust's is in an object of a class of Rust's: found by where the object is, from its beginning to its end.

use crate::error::Result;
use crate::sys;
use std::any::Any;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::os::raw::c_void;
use std::sync::{Arc, Mutex, Once, RwLock};

pub(crate) struct Node {
    pub state: Arc<dyn Any + Send + Sync>,
    lent: Mutex<Vec<Lent>>,
}

/// What overrides have returned and the object keeps, by somhost.h.
struct Lent(*mut c_void);
// SAFETY: the values belong to the object, whichever thread is in it, and are used under a lock.
unsafe impl Send for Lent {}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: it is ended once, with the object.
        unsafe { sys::somh_lent_end(&mut self.0) }
    }
}

/// An object's place is its hash: what is in its lowest bits is the same for all.
#[derive(Default)]
struct Place(u64);
impl Hasher for Place {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, b: &[u8]) {
        b.iter().for_each(|b| self.0 = (self.0 ^ *b as u64).wrapping_mul(0x0100_0000_01b3));
    }
    fn write_usize(&mut self, n: usize) {
        self.0 = (n as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Shard = RwLock<HashMap<usize, Arc<Node>, BuildHasherDefault<Place>>>;
const SHARDS: usize = 64;

fn shard(o: sys::Ref) -> &'static Shard {
    static ONCE: Once = Once::new();
    static mut TABLE: *const [Shard; SHARDS] = std::ptr::null();
    // SAFETY: it is written once, before anything reads it.
    unsafe {
        ONCE.call_once(|| {
            let all: Vec<Shard> = (0..SHARDS).map(|_| Shard::default()).collect();
            TABLE = Box::leak(all.into_boxed_slice()).as_ptr().cast();
        });
        &(*TABLE)[(o as usize >> 5) % SHARDS]
    }
}

pub(crate) fn get(o: sys::Ref) -> Option<Arc<Node>> {
    shard(o).read().unwrap_or_else(|e| e.into_inner()).get(&(o as usize)).cloned()
}

pub(crate) fn put(o: sys::Ref, state: Arc<dyn Any + Send + Sync>) {
    let node = Arc::new(Node { state, lent: Mutex::new(Vec::new()) });
    shard(o).write().unwrap_or_else(|e| e.into_inner()).insert(o as usize, node);
}

/// Takes it out; what is dropped is dropped by the caller, without a lock.
pub(crate) fn take(o: sys::Ref) -> Option<Arc<Node>> {
    shard(o).write().unwrap_or_else(|e| e.into_inner()).remove(&(o as usize))
}

/// Gives what an override returns to who called it; what the object keeps is kept with it.
///
/// # Safety
/// At made is a value of p's type, which is moved, and at to room for one.
pub(crate) unsafe fn give(node: &Node, o: sys::Ref, m: &'static sys::Method, p: &'static sys::Param, made: *mut u8, to: *mut u8) -> Result<()> {
    let lends = p.owner == sys::OBJECTS && p.of().owns != 0;
    // No lock is held: what goes to make room may end an object, which may call this one. Threads that lend at the same time have a list each.
    let list = || node.lent.lock().unwrap_or_else(|e| e.into_inner());
    let mut lent = if lends { list().pop() } else { None }.unwrap_or(Lent(std::ptr::null_mut()));
    // SAFETY: as who calls says.
    let given = unsafe { sys::somh_give(&mut lent.0, o, m, p, made.cast(), to.cast()) };
    if lends {
        list().push(lent);
    }
    if given == 0 {
        return Err(crate::SystemException::new("NO_MEMORY", 0, crate::Completed::Maybe, "no memory for a value that is lent").into());
    }
    Ok(())
}
