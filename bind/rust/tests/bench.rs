//! What calls cost, in one run: the least of many short windows, in ns.

use dsom::{sys, Own, Result, Super, Value};
use std::ffi::CString;
use std::time::Instant;

#[path = "../testdata/zoo.rs"]
#[allow(dead_code)]
mod zoo;
use zoo::*;

#[derive(Default)]
struct Mute;
dsom::class! {
    impl zoo::Animal for Mute {
        fn speak(&self, _sup: &Super<Animal>, n: i64) -> Result<i64> { Ok(n) }
    }
}

trait Speaks {
    fn speak(&self, n: i64) -> std::result::Result<i64, Box<dyn std::error::Error>>;
}
struct Plain;
impl Speaks for Plain {
    #[inline(never)]
    fn speak(&self, n: i64) -> std::result::Result<i64, Box<dyn std::error::Error>> {
        if n < 0 {
            return Err("asleep".into());
        }
        Ok(n * 2)
    }
}

/// A value that the compiler does not know.
fn black_box<T: Copy>(v: T) -> T {
    // SAFETY: it is read where it is.
    unsafe { std::ptr::read_volatile(&v) }
}

fn least(mut f: impl FnMut(i64) -> i64) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..3000 {
        let begun = Instant::now();
        for _ in 0..1000 {
            black_box(f(black_box(5)));
        }
        best = best.min(begun.elapsed().as_nanos() as f64);
    }
    best / 1000.0
}

fn main() -> Result<()> {
    let animal = Animal::new()?;
    let mute = Own::new(Mute)?;
    let plain: &dyn Speaks = black_box(&Plain as &dyn Speaks);
    // The same method by what a program in C has: the token once, the row's word with each call, an environment that is looked at.
    type Speak = unsafe extern "C" fn(sys::Ref, *mut sys::Env, i64) -> i64;
    let o = animal.address() as sys::Ref;
    let mut ev = sys::Env::EMPTY;
    let name = CString::new("Zoo::Animal::speak").unwrap();
    // SAFETY: the class is there, and the method with it.
    let token = unsafe { (*sys::somh_find(sys::somh_describe(*(*o).row.cast(), &mut ev), name.as_ptr(), &mut ev)).token };
    let by_hand = least(|n| {
        let mut ev = sys::Env::EMPTY;
        // SAFETY: the token is the method's.
        let r = unsafe { (*(*o).row.offset(token).cast::<Speak>())(o, &mut ev, n) };
        if ev.major != 0 {
            return -1;
        }
        r
    });
    let ours = least(|n| animal.speak(n).unwrap_or(-1));
    let rows = [
        ("a method of a trait object in Rust", least(|n| plain.speak(n).unwrap_or(-1)), String::new()),
        ("the method in C++, called by hand: `extern \"C\"`, the row's word, an environment", by_hand, String::new()),
        ("the same by its trait", ours, format!("{:.2} × that by hand", ours / by_hand)),
        ("the same by its name, without generated code", least(|n| animal.call("speak", &[Value::from(n)]).ok().and_then(|v| v.as_int()).unwrap_or(-1) as i64), String::new()),
        ("C++ calls an override", least(|n| mute.speak(n).unwrap_or(-1)), "there and back, by libffi's closure".into()),
    ];
    println!("| call of a method of a number | ns | |\n|---|---|---|");
    for (what, ns, note) in rows {
        println!("| {what} | {ns:.1} | {note} |");
    }
    Ok(())
}
