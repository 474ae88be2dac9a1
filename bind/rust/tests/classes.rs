//! What a program in Rust does with classes of C++: used, subclassed, raised through. The class library is bind/cxx/testdata/zoo.idl's.

use dsom::{Class, Error, Interface, Own, Result, Subclass, Super, Value, Weak};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

#[path = "../testdata/zoo.rs"]
#[allow(dead_code)]
mod zoo;
use zoo::*;

/// Tests that count objects are alone.
static ALONE: Mutex<()> = Mutex::new(());
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

fn card() -> Card {
    Card {
        name: "Grüß".into(),
        colour: Colour::Green,
        tame: true,
        tricks: vec!["sit".into(), "".into(), "😀!".into()],
        home: Place { x: 1.5, y: -0.0, marks: [[1, 2, 3], [4, 5, i32::MIN]] },
        title: "€ 😀".into(),
    }
}

#[test]
fn classes_are_described() -> Result<()> {
    let (dog, animal) = (Dog::class()?, Animal::class()?);
    assert_eq!((dog.name(), animal.version(), animal.doc()), ("Zoo::Dog", (1, 2), "An animal."));
    assert!(dog.descends_from(&animal) && !animal.descends_from(&dog));
    assert_eq!(Class::named("Zoo::Dog")?, dog);
    assert_eq!(format!("{dog:?}"), "<class Zoo::Dog 1.0>");
    assert_eq!(Puppy::class()?.parents(), [dog, Pet::class()?]);
    assert!(dog.methods().contains(&"Zoo::Animal::speak".to_string()));
    assert!(format!("{:?}", Dog::new()?).starts_with("<Zoo::Dog object at 0x"));
    Ok(())
}

#[test]
fn methods_are_called() -> Result<()> {
    let _alone = alone();
    let d = Dog::new()?;
    assert_eq!(d.speak(3)?, 7);
    assert_eq!(d.speak(3)?, 7); // by registers
    d.bark(5)?;
    assert_eq!(d.speak(3)?, 12);
    assert_eq!(d.legs()?, 4);
    assert_eq!(Animal::named("Ida", 3)?.legs()?, 3);
    assert_eq!(Dog::named("Rex", 2)?.name()?, "Rex");
    assert_eq!(Animal::total(1)? - 1, Animal::total(0)?);
    assert_eq!(Puppy::new()?.speak_to("abc")?, 30);
    assert_eq!(Puppy::new()?.owner()?, "somebody");
    Ok(())
}

#[test]
fn attributes_are_set() -> Result<()> {
    let d = Dog::new()?;
    d.set_name("Rex")?;
    d.set_colour(Colour::Blue)?;
    let bone = DogBone { size: DogSize::Large, age: 1 << 40 };
    d.set_bone(&bone)?;
    d.set_cards(&[card(), card()])?;
    assert_eq!((d.name()?, d.colour()?, d.bone()?, d.cards()?), ("Rex".into(), Colour::Blue, bone, vec![card(), card()]));
    Ok(())
}

#[test]
fn objects_have_one_identity() -> Result<()> {
    let (a, d) = (Animal::new()?, Dog::new()?);
    let back = a.friend_of(&d)?;
    assert_eq!(back.address(), d.address());
    assert_eq!(back, *dsom::IsA::<Animal>::up(&d));
    assert_eq!(back.class()?, Dog::class()?);
    assert_eq!(back.cast::<Dog>()?, d);
    assert_ne!(a, back);
    Ok(())
}

/// Each type in, out, inout and back.
#[test]
fn every_type_comes_and_goes() -> Result<()> {
    fn swapped<T: PartialEq + std::fmt::Debug>(got: (T, T, T), v: T, io: T) {
        assert_eq!(got.0, v);
        assert_eq!(got.1, io);
        assert_eq!(got.2, v);
    }
    let e = Echo::new()?;
    swapped(e.flag(true, false)?, true, false);
    swapped(e.byte(255, 0)?, 255, 0);
    swapped(e.letter('ÿ', 'a')?, 'ÿ', 'a');
    swapped(e.wide(0xffff, 0xd800)?, 0xffff, 0xd800);
    swapped(e.small(i16::MIN, i16::MAX)?, i16::MIN, i16::MAX);
    swapped(e.large(u32::MAX, 0)?, u32::MAX, 0);
    swapped(e.huge(u64::MAX, 1)?, u64::MAX, 1);
    swapped(e.single(f32::MAX, f32::NEG_INFINITY)?, f32::MAX, f32::NEG_INFINITY);
    swapped(e.twice(5e-324, -0.0)?, 5e-324, -0.0);
    assert!(e.twice(f64::NAN, 0.0)?.0.is_nan());
    swapped(e.colour(Colour::Red, Colour::Blue)?, Colour::Red, Colour::Blue);
    swapped(e.text("Grüß 😀", "")?, "Grüß 😀".into(), "".into());
    let long = "x".repeat(1_000_000);
    assert_eq!(e.text(&long, "")?.0, long);
    swapped(e.title(&"€ 😀".into(), &"".into())?, "€ 😀".into(), "".into());
    let (a, d) = (Animal::new()?, Dog::new()?);
    let (r, o, io) = e.animal(&a, &d)?;
    assert_eq!((r.address(), o.address(), io.address()), (a.address(), d.address(), a.address()));
    let place = Place { x: 1.0, y: 2.0, marks: [[1, 2, 3], [4, 5, 6]] };
    swapped(e.place(&place, &card().home)?, place.clone(), card().home);
    swapped(e.card(&card(), &Card { tricks: vec![], ..card() })?, card(), Card { tricks: vec![], ..card() });
    swapped(e.cards(&[card(), card()], &[])?, vec![card(), card()], vec![]);
    let many: Vec<i32> = (0..100_000).collect();
    swapped(e.numbers(&many, &[])?, many.clone(), vec![]);
    swapped(e.names(&["a".into(), "€".into()], &["".into(), "b".into()])?, ["a".into(), "€".into()], ["".into(), "b".into()]);
    let tree = Tree { value: 1, below: vec![Tree { value: 2, below: vec![] }, Tree { value: 3, below: vec![Tree { value: 4, below: vec![] }] }] };
    swapped(e.tree(&tree, &Tree { value: 9, below: vec![] })?, tree.clone(), Tree { value: 9, below: vec![] });
    for food in [Food::Weight(-17), Food::Leaf("oak".into()), Food::Eaten(2, card())] {
        swapped(e.food(&food, &Food::Weight(1))?, food.clone(), Food::Weight(1));
    }
    swapped(e.flags(&[true, false], &[])?, vec![true, false], vec![]);
    let herd = e.herd(&[a.clone(), a.clone()], &[])?;
    assert_eq!((herd.0, herd.1), (vec![a.clone(), a.clone()], vec![]));
    let album = Album { covers: [["a".into(), "b".into(), "c".into()], ["d".into(), "".into(), "😀".into()]], pages: 7 };
    swapped(e.album(&album, &album)?, album.clone(), album.clone());
    e.keep("kept", &d)?;
    assert_eq!((e.kept_text()?, e.kept_text()?), ("kept".into(), "kept".into()));
    assert_eq!(e.token(dsom::Token(77))?, dsom::Token(77));
    Ok(())
}

#[test]
fn exceptions_have_members() -> Result<()> {
    let d = Dog::new()?;
    d.set_name("Rex")?;
    let e = d.speak(1007).unwrap_err();
    assert_eq!(e.user::<TooLoud>(), Some(TooLoud { volume: 7, why: "Rex is too loud".into() }));
    assert_eq!(e.user::<Asleep>(), None);
    assert_eq!(d.speak(-1).unwrap_err().user(), Some(Asleep {}));
    let id = |e: &Error| e.system().map(|s| s.name().to_owned());
    assert_eq!(id(&d.speak(999).unwrap_err()).as_deref(), Some("UNKNOWN"));
    assert_eq!(id(&d.speak(998).unwrap_err()).as_deref(), Some("NO_MEMORY"));
    assert_eq!(id(&d.speak(997).unwrap_err()).as_deref(), Some("UNKNOWN"));
    assert!(Animal::named("nobody", 1).unwrap_err().user::<TooLoud>().is_some());
    // Any error of Rust's takes it, and gives it back.
    let any: Box<dyn std::error::Error> = e.into();
    assert_eq!(any.to_string(), any.downcast_ref::<Error>().unwrap().to_string());
    Ok(())
}

/// Calls by names need no generated code.
#[test]
fn names_will_do() -> Result<()> {
    let d = Class::named("Zoo::Dog")?.new()?;
    assert_eq!(d.call("speak", &[3i64.into()])?, Value::Int(7));
    d.set("name", "Rex")?;
    assert_eq!(d.get("name")?.as_str(), Some("Rex"));
    assert_eq!(d.call("somGetClassName", &[])?.as_str(), Some("Zoo::Dog"));
    d.set("colour", "blue")?;
    assert_eq!(d.get("colour")?, Value::Enum(2));
    let echo = Class::named("Zoo::Echo")?.new()?;
    let place = Value::List(vec![1.0.into(), 2.into(), Value::List(vec![Value::List(vec![1.into(), 2.into(), 3.into()]); 2])]);
    let got = echo.call("place", &[place.clone(), place])?;
    assert_eq!(got.as_list().unwrap()[0].member("y").and_then(|v| v.as_float()), Some(2.0));
    let got = echo.call("text", &[Value::Bytes(b"caf\xe9".to_vec()), "".into()])?;
    assert_eq!(got.as_list().unwrap()[0], Value::Bytes(b"caf\xe9".to_vec()));
    let food = Value::Union(1, Box::new("oak".into()));
    assert_eq!(echo.call("food", &[food.clone(), food.clone()])?.as_list().unwrap()[2], food);
    assert_eq!(Animal::class()?.make("named", &["Ida".into(), 3.into()])?.get("legs")?, Value::Int(3));
    let e = d.call("speak", &[1001.into()]).unwrap_err();
    match &e {
        Error::User(u) => assert_eq!(u.value().unwrap().member("volume"), Some(&Value::Int(1))),
        e => panic!("{e}"),
    }
    Ok(())
}

// ---- Classes in Rust ----

#[derive(Default)]
struct Pup {
    said: Mutex<Vec<i64>>,
}

dsom::class! {
    impl zoo::Dog for Pup {
        /// Half as loud.
        fn speak(&self, sup: &Super<Dog>, n: i64) -> Result<i64> {
            self.said.lock().unwrap().push(n);
            match n {
                500 => Err(TooLoud { volume: 5, why: "from Rust".into() }.into()),
                501 => Err("12x".parse::<i32>().map_err(Error::other).unwrap_err()),
                502 => panic!("an override panics"),
                503 => Err(dsom::SystemException::new("NO_PERMISSION", 17, dsom::Completed::No, "not now").into()),
                504 => sup.this().bark(101).map(|()| 0),
                505 => sup.this().speak(500),
                n if n < 100 => Ok(sup.speak(n)? / 2),
                n => sup.speak(n),
            }
        }
        fn name(&self, sup: &Super<Dog>) -> Result<String> { Ok(format!("<{}>", sup.name()?)) }
        fn set_name(&self, sup: &Super<Dog>, name: String) -> Result<()> { sup.set_name(&name.to_uppercase()) }
    }
}

#[test]
fn overrides_are_called() -> Result<()> {
    let p = Own::new(Pup::default())?;
    assert_eq!(p.speak(3)?, 3); // (2 * 3 + 1) / 2
    assert_eq!(p.object().call("speak", &[3.into()])?, Value::Int(3)); // as any other language
    assert_eq!(*p.said.lock().unwrap(), [3, 3]);
    p.set_name("Rex")?;
    assert_eq!((p.name()?, p.name()?), ("<REX>".into(), "<REX>".into()));
    assert_eq!(p.legs()?, 4);
    let d: Dog = p.object().clone();
    assert_eq!(d.speak(5)?, 5);
    assert!(Arc::ptr_eq(&Pup::of(&d).unwrap(), &Pup::of(&p).unwrap()));
    assert!(Pup::of(&Dog::new()?).is_none());
    assert_eq!(Pup::class()?.name(), "Pup");
    assert!(Pup::class()?.descends_from(&Animal::class()?));
    assert_eq!(Own::<Pup>::named("Ida", 7)?.legs()?, 7);
    Ok(())
}

#[test]
fn errors_go_through() -> Result<()> {
    let p = Own::new(Pup::default())?;
    assert_eq!(p.speak(500).unwrap_err().user(), Some(TooLoud { volume: 5, why: "from Rust".into() }));
    assert_eq!(p.speak(505).unwrap_err().user(), Some(TooLoud { volume: 5, why: "from Rust".into() }));
    assert!(p.speak(501).unwrap_err().downcast_ref::<std::num::ParseIntError>().is_some());
    let e = p.speak(502).unwrap_err();
    assert_eq!((e.system().unwrap().name(), e.to_string().contains("an override panics")), ("UNKNOWN", true));
    let e = p.speak(503).unwrap_err();
    assert_eq!((e.system().unwrap().name(), e.system().unwrap().minor), ("NO_PERMISSION", 17));
    assert_eq!(p.speak(504).unwrap_err().user(), Some(TooLoud { volume: 101, why: "hush".into() }));
    assert_eq!(p.speak(1005).unwrap_err().user::<TooLoud>().unwrap().volume, 5);
    assert_eq!(p.speak(3)?, 3); // it goes on
    Ok(())
}

#[derive(Default)]
struct Guard;
dsom::class! {
    name = "Zoo::Guard";
    impl zoo::Dog for Guard {
        fn bark(&self, sup: &Super<Dog>, volume: i16) -> Result<()> { sup.bark(volume / 2) }
    }
    impl zoo::Pet for Guard {
        fn speak_to(&self, sup: &Super<Pet>, who: String) -> Result<i64> { Ok(sup.speak_to(&who)? + 1) }
    }
}

#[test]
fn two_parents() -> Result<()> {
    let g = Own::new(Guard)?;
    let pet = g.object().cast::<Pet>()?;
    assert_eq!((pet.owner()?, pet.speak_to("abc")?), ("somebody".into(), 4));
    g.bark(150)?;
    assert_eq!(g.speak(0)?, 76);
    // Others make one by its name.
    let o = Class::named("Zoo::Guard")?.new()?.cast::<Dog>()?;
    assert!(Guard::of(&o).is_some());
    Ok(())
}

#[derive(Default)]
struct Mirror;
dsom::class! {
    impl zoo::Echo for Mirror {
        fn flag(&self, sup: &Super<Echo>, v: bool, io: bool) -> Result<(bool, bool, bool)> { sup.flag(v, io) }
        fn letter(&self, _sup: &Super<Echo>, v: char, io: char) -> Result<(char, char, char)> { Ok((v, io, v)) }
        fn single(&self, sup: &Super<Echo>, v: f32, io: f32) -> Result<(f32, f32, f32)> { sup.single(v, io) }
        fn text(&self, sup: &Super<Echo>, v: String, io: String) -> Result<(String, String, String)> { sup.text(&v, &io) }
        fn title(&self, sup: &Super<Echo>, v: dsom::WString, io: dsom::WString) -> Result<(dsom::WString, dsom::WString, dsom::WString)> { sup.title(&v, &io) }
        fn animal(&self, sup: &Super<Echo>, v: Animal, io: Animal) -> Result<(Animal, Animal, Animal)> { sup.animal(&v, &io) }
        fn card(&self, sup: &Super<Echo>, v: Card, io: Card) -> Result<(Card, Card, Card)> { sup.card(&v, &io) }
        fn names(&self, sup: &Super<Echo>, v: [String; 2], io: [String; 2]) -> Result<([String; 2], [String; 2], [String; 2])> { sup.names(&v, &io) }
        fn tree(&self, _sup: &Super<Echo>, v: Tree, io: Tree) -> Result<(Tree, Tree, Tree)> { Ok((v.clone(), io, v)) }
        fn food(&self, sup: &Super<Echo>, v: Food, io: Food) -> Result<(Food, Food, Food)> { sup.food(&v, &io) }
        fn herd(&self, sup: &Super<Echo>, v: Vec<Animal>, io: Vec<Animal>) -> Result<(Vec<Animal>, Vec<Animal>, Vec<Animal>)> { sup.herd(&v, &io) }
        fn keep(&self, sup: &Super<Echo>, text: String, animal: Animal) -> Result<()> { sup.keep(&text, &animal) }
        fn kept_text(&self, sup: &Super<Echo>) -> Result<String> { sup.kept_text() }
    }
}

#[test]
fn overrides_take_every_type() -> Result<()> {
    let m = Own::new(Mirror)?;
    for _ in 0..40 {
        assert_eq!(m.flag(true, false)?, (true, false, true));
        assert_eq!(m.letter('ÿ', 'b')?, ('ÿ', 'b', 'ÿ'));
        assert_eq!(m.single(1.5, 2.5)?, (1.5, 2.5, 1.5));
        assert_eq!(m.text("ü", "x")?, ("ü".into(), "x".into(), "ü".into()));
        assert_eq!(m.title(&"ü".into(), &"x".into())?, ("ü".into(), "x".into(), "ü".into()));
        let (a, d) = (Animal::new()?, Animal::new()?);
        assert_eq!(m.animal(&a, &d)?, (a.clone(), d.clone(), a.clone()));
        assert_eq!(m.herd(&[a.clone(), d.clone()], &[])?.0, [a.clone(), d.clone()]);
        assert_eq!(m.card(&card(), &card())?, (card(), card(), card()));
        assert_eq!(m.names(&["a".into(), "b".into()], &["c".into(), "d".into()])?.1[1], "d");
        let tree = Tree { value: 1, below: vec![Tree { value: 2, below: vec![] }] };
        assert_eq!(m.tree(&tree, &tree)?.2, tree);
        assert_eq!(m.food(&Food::Leaf("x".into()), &Food::Weight(2))?.1, Food::Weight(2));
        m.keep("kept", &a)?;
        assert_eq!(m.kept_text()?, "kept");
    }
    let e = m.card(&Card { name: "raise".into(), ..card() }, &card()).unwrap_err();
    assert_eq!(e.user(), Some(Asleep {}));
    Ok(())
}

#[test]
fn closures_will_do() -> Result<()> {
    let dog = Dog::class()?;
    let made = dsom::subclass("Closed", &[dog], vec![("speak", Box::new(|sup, args| Ok((sup.call("speak", &args)?.as_int().unwrap_or(0) + 100).into())))])?;
    let o = made.new()?.cast::<Dog>()?;
    assert_eq!(o.speak(3)?, 107);
    assert_eq!(made.name(), "Closed");
    let wrong = dsom::subclass("Wrong", &[dog], vec![("speak", Box::new(|_, _| Ok("loud".into())))])?;
    assert!(matches!(wrong.new()?.cast::<Dog>()?.speak(3), Err(Error::Value(_))));
    Ok(())
}

// ---- Lifetime ----

static DROPPED: AtomicUsize = AtomicUsize::new(0);
#[derive(Default)]
struct Counted {
    mark: i32,
}
impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}
dsom::class! {
    impl zoo::Dog for Counted {
        fn bark(&self, sup: &Super<Dog>, volume: i16) -> Result<()> { sup.bark(volume) }
    }
}

#[test]
fn state_lasts_as_long_as_the_object() -> Result<()> {
    let _alone = alone();
    let (echo, before) = (Echo::new()?, DROPPED.load(Ordering::SeqCst));
    let own = Own::new(Counted { mark: 17 })?;
    let weak = Weak::<Dog>::new(&own)?;
    echo.keep("x", &own)?;
    drop(own);
    assert_eq!(DROPPED.load(Ordering::SeqCst), before);
    let d = weak.upgrade().unwrap();
    assert_eq!(Counted::of(&d).unwrap().mark, 17);
    drop(d);
    echo.keep("y", &Animal::new()?)?;
    assert_eq!(DROPPED.load(Ordering::SeqCst), before + 1);
    assert!(weak.upgrade().is_none());
    assert_eq!(Counted::class()?.instances(), 0);
    Ok(())
}

#[derive(Default)]
struct Faulty;
dsom::class! {
    impl zoo::Dog for Faulty {
        fn speak(&self, _sup: &Super<Dog>, _n: i64) -> Result<i64> { Ok(1) }
    }
}
#[derive(Debug)]
struct Never;
impl Default for Never {
    fn default() -> Never {
        panic!("no default")
    }
}
dsom::class! {
    impl zoo::Dog for Never {
        fn speak(&self, _sup: &Super<Dog>, _n: i64) -> Result<i64> { Ok(2) }
    }
}

#[test]
fn an_object_that_cannot_begin_is_undone() -> Result<()> {
    let e = Never::class()?.new().unwrap_err();
    assert!(e.to_string().contains("no default"), "{e}");
    assert_eq!(Never::class()?.instances(), 0);
    assert_eq!(Own::new(Never)?.speak(0)?, 2);
    assert_eq!(Own::new(Faulty)?.speak(0)?, 1);
    Ok(())
}

// ---- Threads ----

extern "C" {
    fn pthread_create(t: *mut usize, attributes: *const u8, f: extern "C" fn(*mut u8) -> *mut u8, arg: *mut u8) -> i32;
    fn pthread_join(t: usize, result: *mut *mut u8) -> i32;
}

extern "C" fn foreign(arg: *mut u8) -> *mut u8 {
    // SAFETY: the object is the joining thread's.
    let dog = unsafe { &*arg.cast::<Dog>() };
    let sum: i64 = (0..50).map(|n| dog.speak(n).unwrap_or(i64::MIN)).sum();
    let raised = (0..50).filter(|_| dog.speak(500).is_err()).count();
    (sum as usize * 100 + raised) as *mut u8
}

#[test]
fn any_thread_calls() -> Result<()> {
    let pup = Own::new(Pup::default())?;
    let want: i64 = (0..50).map(|n| (2 * n + 1) / 2).sum();
    let mut threads = [0usize; 8];
    for t in &mut threads {
        // SAFETY: the object outlives the thread, which is joined below.
        assert_eq!(unsafe { pthread_create(t, std::ptr::null(), foreign, pup.object() as *const Dog as *mut u8) }, 0);
    }
    for t in threads {
        let mut got = std::ptr::null_mut();
        // SAFETY: it was begun above.
        assert_eq!(unsafe { pthread_join(t, &mut got) }, 0);
        assert_eq!(got as i64, want * 100 + 50);
    }
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..200).for_each(|n| assert!(Own::new(Pup::default()).unwrap().speak(n).is_ok())));
        }
    });
    Ok(())
}
