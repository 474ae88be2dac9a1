//! Objects that C++ shows to others, or makes others of, before they have begun. The class library is bind/javascript/testdata/making.idl's.

use dsom::{Class, Error, Interface, Object, Own, Result, Subclass, Super, Value, Weak};
use std::sync::{Mutex, MutexGuard};

#[path = "../testdata/making.rs"]
#[allow(dead_code)]
mod making;
use making::*;

/// There is one watcher.
static ALONE: Mutex<()> = Mutex::new(());
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

#[derive(Default)]
struct Bred {
    n: i64,
}
dsom::class! {
    impl making::Breeder for Bred {
        fn hello(&self, sup: &Super<Breeder>, n: i64) -> Result<i64> { Ok(sup.hello(n)? + self.n) }
    }
}

/// What C++ makes of a class in the midst of another one does not get that one's state.
#[test]
fn each_has_its_own_state() -> Result<()> {
    let _alone = alone();
    let watcher = Watcher::new()?;
    for i in 1..20 {
        let outer = Own::new(Bred { n: i })?;
        let inner = watcher.litter()?.expect("another one");
        assert_eq!((outer.n, outer.hello(1)?), (i, 1 + i));
        assert_eq!((Bred::of(&inner.cast::<Breeder>()?).unwrap().n, inner.cast::<Breeder>()?.hello(1)?), (0, 1));
        assert_ne!(inner.address(), Interface::object(outer.object()).address());
    }
    assert_eq!(Bred::class()?.instances(), 0);
    Ok(())
}

/// Keeps what it is shown.
#[derive(Default)]
struct Meets {
    met: Mutex<Vec<Object>>,
    answer: i64,
}
dsom::class! {
    impl making::Watcher for Meets {
        fn meet(&self, _sup: &Super<Watcher>, who: Object) -> Result<i64> {
            self.met.lock().unwrap().push(who);
            Ok(self.answer)
        }
    }
}

#[derive(Default)]
struct Seen {
    n: i64,
}
dsom::class! {
    impl making::Shown for Seen {
        fn hello(&self, sup: &Super<Shown>, n: i64) -> Result<i64> { Ok(sup.hello(n)? + self.n) }
    }
}

fn destroyed<T: std::fmt::Debug>(r: Result<T>) {
    match r {
        Err(Error::System(s)) if s.name() == "OBJECT_NOT_EXIST" => {}
        r => panic!("{r:?}"),
    }
}

#[test]
fn what_cannot_be_begun_is_destroyed_for_who_has_met_it() -> Result<()> {
    let _alone = alone();
    let watcher = Own::new(Meets { answer: -1, ..Meets::default() })?;
    for elsewhere in [false, true] {
        watcher.watch(elsewhere)?;
        for i in 0..20 {
            assert!(Own::new(Seen { n: 1 }).is_err() && Shown::new().is_err() && Class::named("Seen")?.new().is_err());
            let met = std::mem::take(&mut *watcher.met.lock().unwrap());
            assert_eq!(met.len(), 3);
            for o in &met {
                destroyed(o.call("somGetSize", &[]));
                assert!(Weak::new(o).is_err() && o.cast::<Shown>().is_err());
                assert_eq!(*o, o.clone());
            }
            if i % 2 == 0 {
                let again = met.clone();
                drop(met);
                again.iter().for_each(|o| destroyed(o.call("somGetSize", &[])));
            }
        }
    }
    watcher.leave()?;
    assert_eq!((Seen::class()?.instances(), Shown::class()?.instances()), (0, 0));
    Ok(())
}

/// A handle of a class, which is what generated code has got meanwhile, calls nothing of it.
#[derive(Default)]
struct Asks {
    met: Mutex<Vec<Shown>>,
}
dsom::class! {
    impl making::Watcher for Asks {
        fn meet(&self, _sup: &Super<Watcher>, who: Object) -> Result<i64> {
            let who = who.cast::<Shown>()?;
            assert_eq!(who.hello(3)?, 3); // C++'s own: Rust's part has not begun
            self.met.lock().unwrap().push(who);
            Ok(-1)
        }
    }
}

#[test]
fn a_typed_handle_of_it_raises() -> Result<()> {
    let _alone = alone();
    let watcher = Own::new(Asks::default())?;
    watcher.watch(false)?;
    assert!(Own::new(Seen { n: 1 }).is_err());
    watcher.leave()?;
    let met = watcher.met.lock().unwrap().pop().unwrap();
    destroyed(met.hello(1));
    destroyed(met.hello(1)); // by registers
    Ok(())
}

#[test]
fn what_is_begun_all_the_same_is_the_object() -> Result<()> {
    let _alone = alone();
    let watcher = Own::new(Meets::default())?;
    watcher.watch(false)?;
    let o = Own::new(Seen { n: 5 })?;
    watcher.leave()?;
    let met = watcher.met.lock().unwrap().pop().unwrap();
    assert_eq!((met.call("hello", &[2.into()])?, met.cast::<Shown>()? == *o.object()), (Value::Int(7), true));
    Ok(())
}
