//! What of Rust's is in an object of a class of Rust's: found by where the object is, from its beginning to its end.

use crate::error::Result;
use crate::sys;
use std::any::Any;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, Once, RwLock};

pub(crate) struct Node {
    pub state: Arc<dyn Any + Send + Sync>,
    lent: Mutex<Vec<Lent>>,
}

/// Values that an object keeps for a method that lends them.
const MAX_LENT: usize = 16;

struct Lent {
    m: &'static sys::Method,
    slot: *const sys::Param,
    of: &'static sys::Type,
    p: *mut u8,
}
// SAFETY: a value belongs to the object, whichever thread is in it.
unsafe impl Send for Lent {}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: the value is this one's, in memory of libsom's.
        unsafe {
            sys::somh_end(self.of, self.p.cast());
            sys::som_deallocate(self.p.cast());
        }
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

/// Keeps a value that a method lends to who calls it, and answers where it is: as long as the object, of the last values. The cell keeps its own.
///
/// # Safety
/// At cell is a value of p's type.
pub(crate) unsafe fn lend(o: sys::Ref, m: &'static sys::Method, p: &'static sys::Param, cell: *mut u8) -> Result<*const u8> {
    let of = p.of();
    // SAFETY: as who calls says; the memory is zero and large enough.
    unsafe {
        if of.kind == sys::OBJECT && cell.cast::<sys::Ref>().read_unaligned() == o {
            return Ok(cell); // itself, which it must not keep
        }
        let node = get(o).ok_or_else(|| crate::error::null("an object that has ended"))?;
        let value = sys::som_allocate(of.size as usize).cast::<u8>();
        if value.is_null() {
            return Err(crate::SystemException::new("NO_MEMORY", 0, crate::Completed::Maybe, "no memory for a value that is lent").into());
        }
        std::ptr::copy_nonoverlapping(cell, value, of.size as usize);
        std::ptr::write_bytes(cell, 0, of.size as usize);
        let new = Lent { m, slot: p, of, p: value };
        let mut old = None;
        let mut lent = node.lent.lock().unwrap_or_else(|e| e.into_inner());
        let same = |l: &Lent| std::ptr::eq(l.m, m) && std::ptr::eq(l.slot, p);
        if lent.iter().filter(|l| same(l)).count() >= MAX_LENT {
            let at = lent.iter().position(same).unwrap_or(0);
            old = Some(lent.remove(at));
        }
        lent.push(new);
        drop(lent);
        drop(old);
        Ok(value)
    }
}
