//! Classes in Rust, below those of C++.

use crate::suite::{self, *};
use dsom::{Error, Object, Result, Super, WString};
use std::collections::HashSet;
use std::sync::Mutex;

/// What most rows subclass: speak is 100 more than the parent's.
#[derive(Default)]
pub struct Loud {
    pub other: Mutex<Option<Thing>>,
}
dsom::class! {
    impl suite::Thing for Loud {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> { Ok(sup.speak(n)? + 100) }
    }
}

/// speak raises what it is told.
#[derive(Default)]
pub struct Raising {
    pub what: Mutex<Option<Error>>,
}
dsom::class! {
    impl suite::Thing for Raising {
        fn speak(&self, _sup: &Super<Thing>, _n: i64) -> Result<i64> { Err(self.what.lock().unwrap().take().unwrap_or_else(|| Error::other("nothing is raised"))) }
    }
}

#[derive(Default)]
pub struct Odd;
dsom::class! {
    impl suite::Thing for Odd {
        fn speak(&self, _sup: &Super<Thing>, _n: i64) -> Result<i64> { Err(Error::other("odd")) }
    }
}

#[derive(Default)]
pub struct Passing;
dsom::class! {
    impl suite::Thing for Passing {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> { sup.speak(n) }
    }
}

#[derive(Default)]
pub struct Deep {
    pub caller: Mutex<Option<Caller>>,
}
dsom::class! {
    impl suite::Thing for Deep {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> {
            let caller = self.caller.lock().unwrap().clone();
            match caller {
                Some(caller) if n > 0 => Ok(caller.ask(sup.this(), n - 1, 1)? + 1),
                _ => sup.speak(1),
            }
        }
    }
}

#[derive(Default)]
pub struct Counting {
    pub calls: Mutex<i64>,
}
dsom::class! {
    impl suite::Thing for Counting {
        fn speak(&self, _sup: &Super<Thing>, n: i64) -> Result<i64> {
            let mut calls = self.calls.lock().unwrap();
            *calls += n;
            Ok(*calls)
        }
    }
}

#[derive(Default)]
pub struct Marked;
dsom::class! {
    impl suite::Thing for Marked {
        fn label(&self, sup: &Super<Thing>) -> Result<String> { Ok(format!("<{}>", sup.label()?)) }
        fn set_label(&self, sup: &Super<Thing>, label: String) -> Result<()> { sup.set_label(&(label + "!")) }
        fn legs(&self, _sup: &Super<Thing>) -> Result<i32> { Ok(3) }
    }
}

#[derive(Default)]
pub struct Both;
dsom::class! {
    impl suite::Thing for Both {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> { Ok(sup.speak(n)? + 1) }
    }
    impl suite::Titled for Both {
        fn title(&self, sup: &Super<Titled>, word: String) -> Result<String> { Ok(sup.title(&word)? + "!") }
    }
}

#[derive(Default)]
pub struct Kennel;
dsom::class! {
    impl suite::Holder for Kennel {
        fn speak(&self, sup: &Super<Holder>, n: i64) -> Result<i64> { Ok(sup.held()?.ok_or_else(|| Error::other("it holds nothing"))?.speak(n)? + 1) }
    }
}

#[derive(Default)]
pub struct Middle;
dsom::class! {
    impl suite::Thing for Middle {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> { Ok(sup.speak(n)? + 1000) }
    }
}

#[derive(Default)]
pub struct Owner {
    pub holder: Mutex<Option<Holder>>,
}
dsom::class! {
    impl suite::Thing for Owner {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> { sup.speak(n) }
    }
}

#[derive(Default)]
pub struct Threaded {
    pub seen: Mutex<HashSet<std::thread::ThreadId>>,
}
dsom::class! {
    impl suite::Thing for Threaded {
        fn speak(&self, sup: &Super<Thing>, n: i64) -> Result<i64> {
            self.seen.lock().unwrap().insert(std::thread::current().id());
            sup.speak(n)
        }
    }
}

#[derive(Default)]
pub struct Relaying;
dsom::class! {
    impl crate::relay::Relay for Relaying {
        fn speak(&self, sup: &Super<crate::relay::Relay>, n: i64) -> Result<i64> { use crate::relay::RelayMethods; Ok(sup.speak(n)? + 1) }
    }
}

/// Texts are mirrored, a person is itself, and things are one more.
#[derive(Default)]
pub struct Often;
dsom::class! {
    impl suite::Types for Often {
        fn swap_text(&self, _sup: &Super<Types>, s: String, w: WString) -> Result<(String, WString)> { Ok((w.to_string(), s.as_str().into())) }
        fn turn_person(&self, _sup: &Super<Types>, v: Person) -> Result<Person> { Ok(v) }
        fn turn_things(&self, _sup: &Super<Types>, v: Vec<Thing>) -> Result<Vec<Thing>> { Ok([vec![Thing::new()?], v].concat()) }
    }
}

/// Every method is overridden, by one that passes on what it gets, and what comes back.
#[derive(Default)]
pub struct Turning;
dsom::class! {
    impl suite::Types for Turning {
        fn turn_boolean(&self, sup: &Super<Types>, v: bool) -> Result<bool> { sup.turn_boolean(v) }
        fn turn_octet(&self, sup: &Super<Types>, v: u8) -> Result<u8> { sup.turn_octet(v) }
        fn turn_char(&self, sup: &Super<Types>, v: char) -> Result<char> { sup.turn_char(v) }
        fn turn_wchar(&self, sup: &Super<Types>, v: u16) -> Result<u16> { sup.turn_wchar(v) }
        fn turn_short(&self, sup: &Super<Types>, v: i16) -> Result<i16> { sup.turn_short(v) }
        fn turn_ushort(&self, sup: &Super<Types>, v: u16) -> Result<u16> { sup.turn_ushort(v) }
        fn turn_long(&self, sup: &Super<Types>, v: i32) -> Result<i32> { sup.turn_long(v) }
        fn turn_ulong(&self, sup: &Super<Types>, v: u32) -> Result<u32> { sup.turn_ulong(v) }
        fn turn_longlong(&self, sup: &Super<Types>, v: i64) -> Result<i64> { sup.turn_longlong(v) }
        fn turn_ulonglong(&self, sup: &Super<Types>, v: u64) -> Result<u64> { sup.turn_ulonglong(v) }
        fn turn_float(&self, sup: &Super<Types>, v: f32) -> Result<f32> { sup.turn_float(v) }
        fn turn_double(&self, sup: &Super<Types>, v: f64) -> Result<f64> { sup.turn_double(v) }
        fn turn_colour(&self, sup: &Super<Types>, v: Colour) -> Result<Colour> { sup.turn_colour(v) }
        fn turn_string(&self, sup: &Super<Types>, v: String) -> Result<String> { sup.turn_string(&v) }
        fn turn_wstring(&self, sup: &Super<Types>, v: WString) -> Result<WString> { sup.turn_wstring(&v) }
        fn turn_octets(&self, sup: &Super<Types>, v: Vec<u8>) -> Result<Vec<u8>> { sup.turn_octets(&v) }
        fn turn_booleans(&self, sup: &Super<Types>, v: Vec<bool>) -> Result<Vec<bool>> { sup.turn_booleans(&v) }
        fn turn_longs(&self, sup: &Super<Types>, v: Vec<i32>) -> Result<Vec<i32>> { sup.turn_longs(&v) }
        fn turn_doubles(&self, sup: &Super<Types>, v: Vec<f64>) -> Result<Vec<f64>> { sup.turn_doubles(&v) }
        fn turn_strings(&self, sup: &Super<Types>, v: Vec<String>) -> Result<Vec<String>> { sup.turn_strings(&v) }
        fn turn_point(&self, sup: &Super<Types>, v: Point) -> Result<Point> { sup.turn_point(&v) }
        fn turn_person(&self, sup: &Super<Types>, v: Person) -> Result<Person> { sup.turn_person(&v) }
        fn turn_people(&self, sup: &Super<Types>, v: Vec<Person>) -> Result<Vec<Person>> { sup.turn_people(&v) }
        fn turn_tree(&self, sup: &Super<Types>, v: Tree) -> Result<Tree> { sup.turn_tree(&v) }
        fn turn_shape(&self, sup: &Super<Types>, v: Shape) -> Result<Shape> { sup.turn_shape(&v) }
        fn turn_grid(&self, sup: &Super<Types>, v: [[i32; 3]; 2]) -> Result<[[i32; 3]; 2]> { sup.turn_grid(&v) }
        fn turn_pair(&self, sup: &Super<Types>, v: [String; 2]) -> Result<[String; 2]> { sup.turn_pair(&v) }
        fn turn_things(&self, sup: &Super<Types>, v: Vec<Thing>) -> Result<Vec<Thing>> { sup.turn_things(&v) }
        fn turn_thing(&self, sup: &Super<Types>, v: Thing) -> Result<Thing> { sup.turn_thing(&v) }
        fn maybe(&self, sup: &Super<Types>, v: Option<Thing>) -> Result<Option<Thing>> { sup.maybe(v.as_ref()) }
        fn divide(&self, sup: &Super<Types>, a: i32, b: i32) -> Result<(i32, i32)> { sup.divide(a, b) }
        fn give_basic(&self, sup: &Super<Types>) -> Result<(u8, i64, f64, bool, Colour)> { sup.give_basic() }
        fn give_text(&self, sup: &Super<Types>) -> Result<(String, WString)> { sup.give_text() }
        fn give_constructed(&self, sup: &Super<Types>) -> Result<(Point, Vec<i32>, Person)> { sup.give_constructed() }
        fn give_things(&self, sup: &Super<Types>) -> Result<(Thing, Vec<Thing>)> { sup.give_things() }
        fn swap_basic(&self, sup: &Super<Types>, a: i32, b: f64, c: Colour) -> Result<(i32, f64, Colour)> { sup.swap_basic(a, b, c) }
        fn swap_text(&self, sup: &Super<Types>, s: String, w: WString) -> Result<(String, WString)> { sup.swap_text(&s, &w) }
        fn swap_constructed(&self, sup: &Super<Types>, p: Point, n: Vec<i32>, who: Person) -> Result<(Point, Vec<i32>, Person)> { sup.swap_constructed(&p, &n, &who) }
        fn swap_things(&self, sup: &Super<Types>, a: Thing, b: Thing) -> Result<(Thing, Thing)> { sup.swap_things(&a, &b) }
    }
}

/// A class of closures, whose speak is that much more than the one above.
pub fn louder(name: &str, parent: dsom::Class, more: i128, times: i128) -> Result<dsom::Class> {
    dsom::subclass(name, &[parent], vec![("speak", Box::new(move |sup: &Super<Object>, args| Ok(((sup.call("speak", &args)?.as_int().unwrap_or(0) + more) * times).into())))])
}
