//! What of Rust's is in an object of a class of Rust's: found by where the object is, from its beginning to its end.

use crate::sys;
use std::any::Any;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Once, RwLock};

pub(crate) type State = Arc<dyn Any + Send + Sync>;

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

type Shard = RwLock<HashMap<usize, State, BuildHasherDefault<Place>>>;
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

pub(crate) fn get(o: sys::Ref) -> Option<State> {
    shard(o).read().unwrap_or_else(|e| e.into_inner()).get(&(o as usize)).cloned()
}

pub(crate) fn put(o: sys::Ref, state: State) {
    shard(o).write().unwrap_or_else(|e| e.into_inner()).insert(o as usize, state);
}

/// Takes it out; what is dropped is dropped by the caller, without a lock.
pub(crate) fn take(o: sys::Ref) -> Option<State> {
    shard(o).write().unwrap_or_else(|e| e.into_inner()).remove(&(o as usize))
}
