//! A program with classes whose names are near to those that generated code makes.

use dsom::Result;

#[path = "../testdata/names.rs"]
#[allow(dead_code)]
mod names;
use names::*;

fn main() -> Result<()> {
    println!("{} {} {} {} {}", DogClass::new()?.more(10)?, Dog::new()?.more(10)?, DogClass2::new()?.more(10)?, CatClass::new()?.more(10)?, Cat::new()?.more(10)?);
    Ok(())
}
