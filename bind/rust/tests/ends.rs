//! Ends with objects alive on all sides, and threads in the midst of calls. ends HOW

use dsom::{Own, Result, Super};
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../testdata/zoo.rs"]
#[allow(dead_code)]
mod zoo;
use zoo::*;

#[derive(Default)]
struct Hound;
static CALLS: AtomicUsize = AtomicUsize::new(0);
dsom::class! {
    impl zoo::Dog for Hound {
        fn speak(&self, sup: &Super<Dog>, n: i64) -> Result<i64> {
            CALLS.fetch_add(1, Ordering::Relaxed);
            if n == -7 {
                loop { std::thread::park() } // it never returns: others go on
            }
            sup.speak(n)
        }
    }
}

fn main() -> Result<()> {
    let how = std::env::args().nth(1).unwrap_or_default();
    let keep: &'static (Dog, Own<Hound>, Echo) = Box::leak(Box::new((Dog::new()?, Own::new(Hound)?, Echo::new()?)));
    keep.2.keep("x", &Own::new(Hound)?)?;
    match how.as_str() {
        "threads" => {
            for _ in 0..3 {
                std::thread::spawn(move || loop {
                    Own::new(Hound).unwrap().speak(1).unwrap();
                    keep.1.speak(2).unwrap();
                });
            }
            while CALLS.load(Ordering::Relaxed) < 300 {
                std::thread::yield_now();
            }
        }
        "never" => {
            std::thread::spawn(move || keep.1.speak(-7));
            while CALLS.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            assert_eq!(keep.1.speak(3)?, 7);
        }
        "panic" => panic!("an error of the program"),
        _ => {}
    }
    println!("ends");
    Ok(())
}
