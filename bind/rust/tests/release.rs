//! A program for the first release of a class, which runs with later ones.

use dsom::{Interface, Own, Result, Super};

#[path = "../testdata/counter.rs"]
#[allow(dead_code)]
mod counter;
use counter::*;

#[derive(Default)]
struct Louder;
dsom::class! {
    impl counter::Counter for Louder {
        fn count(&self, sup: &Super<Counter>, by: i32) -> Result<i32> { sup.count(by * 10) }
    }
}

fn main() -> Result<()> {
    let c = Own::new(Louder)?;
    println!("{} {} {}", c.count(1)?, c.count_twice(2)?, Counter::new()?.count_twice(3)?);
    let parents: Vec<_> = Counter::class()?.parents().iter().map(|p| p.name()).collect();
    println!("{:?} {parents:?} {}", Counter::class()?.version(), c.object().call("reset", &[]).is_ok());
    Ok(())
}
