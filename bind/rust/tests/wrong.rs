//! What is wrong is an error, and nothing is called.

use dsom::{Class, Error, Result, Value, ValueErrorKind};

#[path = "../testdata/zoo.rs"]
#[allow(dead_code)]
mod zoo;
use zoo::*;

fn kind<T: std::fmt::Debug>(r: Result<T>) -> ValueErrorKind {
    match r {
        Err(Error::Value(v)) => v.kind,
        r => panic!("{r:?}"),
    }
}

fn place() -> Place {
    Place { x: 0.0, y: 0.0, marks: [[0; 3]; 2] }
}

#[test]
fn values_of_generated_code() -> Result<()> {
    let e = Echo::new()?;
    assert_eq!(kind(e.letter('€', 'a')), ValueErrorKind::Range);
    assert_eq!(kind(e.text("a\0b", "")), ValueErrorKind::Text);
    assert_eq!(kind(e.title(&"a\0b".into(), &"".into())), ValueErrorKind::Text);
    assert_eq!(kind(e.colour(Colour::Other(3), Colour::Red)), ValueErrorKind::Range);
    let card = Card { name: "".into(), colour: Colour::Other(9), tame: false, tricks: vec![], home: place(), title: "".into() };
    assert_eq!(kind(e.card(&card, &card)), ValueErrorKind::Range);
    assert_eq!(kind(e.food(&Food::Eaten(0, Card { colour: Colour::Red, ..card.clone() }), &Food::Weight(1))), ValueErrorKind::Range);
    assert_eq!(kind(e.food(&Food::Nothing(0), &Food::Weight(1))), ValueErrorKind::Range);
    let error = e.text("a\0b", "").unwrap_err().to_string();
    assert!(error.contains("Zoo::Echo::text, argument 'v'"), "{error}");
    let mut tree = Tree { value: 0, below: vec![] };
    for _ in 0..200 {
        tree = Tree { value: 0, below: vec![tree] };
    }
    assert_eq!(kind(e.tree(&tree, &tree)), ValueErrorKind::Range);
    assert_eq!(kind(Animal::new()?.cast::<Dog>()), ValueErrorKind::Type);
    Ok(())
}

/// What another release of a class may ask for, another class than the code was generated for, is asked of each object.
#[test]
fn objects_of_others() -> Result<()> {
    static ANIMAL: dsom::Operation<Echo> = dsom::Operation::new("animal");
    static HERD: dsom::Operation<Echo> = dsom::Operation::new("herd");
    let (e, d) = (Echo::new()?, Dog::new()?);
    let (plain, other): (&dsom::Object, &dsom::Object) = (&d, &e);
    for _ in 0..2 {
        assert_eq!(kind(ANIMAL.call::<_, (Animal, Animal, Animal)>(&e, (other, plain))), ValueErrorKind::Type);
        let (animal, ..) = ANIMAL.call::<_, (Animal, Animal, Animal)>(&e, (plain, plain))?;
        assert_eq!(&*animal, plain);
    }
    assert_eq!(kind(HERD.call::<_, (Vec<Animal>, Vec<Animal>, Vec<Animal>)>(&e, (vec![e.clone()], vec![e.clone()]))), ValueErrorKind::Type);
    Ok(())
}

#[test]
fn values_by_name() -> Result<()> {
    let (d, e) = (Class::named("Zoo::Dog")?.new()?, Class::named("Zoo::Echo")?.new()?);
    assert_eq!(kind(d.call("speak", &[])), ValueErrorKind::Count);
    assert_eq!(kind(d.call("speak", &[1.into(), 2.into()])), ValueErrorKind::Count);
    assert_eq!(kind(d.call("speak", &["loud".into()])), ValueErrorKind::Type);
    assert_eq!(kind(d.call("speak", &[1.5.into()])), ValueErrorKind::Type);
    assert_eq!(kind(d.call("speak", &[(i64::MAX as i128 + 1).into()])), ValueErrorKind::Range);
    assert_eq!(kind(d.call("bark", &[32768.into()])), ValueErrorKind::Range);
    assert_eq!(kind(e.call("byte", &[256.into(), 0.into()])), ValueErrorKind::Range);
    assert_eq!(kind(e.call("byte", &[(-1).into(), 0.into()])), ValueErrorKind::Range);
    assert_eq!(kind(e.call("single", &[1e300.into(), 0.into()])), ValueErrorKind::Range);
    assert_eq!(kind(e.call("flag", &[1.into(), true.into()])), ValueErrorKind::Type);
    assert_eq!(kind(e.call("text", &[Value::Null, "".into()])), ValueErrorKind::Null);
    assert_eq!(kind(e.call("animal", &[Value::Null, Value::Null])), ValueErrorKind::Null);
    assert_eq!(kind(e.call("animal", &[e.clone().into(), e.clone().into()])), ValueErrorKind::Type);
    assert_eq!(kind(e.call("colour", &["pink".into(), "red".into()])), ValueErrorKind::Range);
    assert_eq!(kind(e.call("names", &[Value::List(vec!["a".into()]), Value::List(vec![])])), ValueErrorKind::Count);
    assert_eq!(kind(e.call("place", &[Value::List(vec![]), Value::Null])), ValueErrorKind::Type);
    assert_eq!(kind(d.call("named", &["x".into(), 1.into()])), ValueErrorKind::Type);
    Ok(())
}

#[test]
fn names() {
    let code = |r: Result<Value>| r.unwrap_err().system().map(|s| s.code.clone());
    let d = Class::named("Zoo::Dog").unwrap().new().unwrap();
    assert_eq!(code(d.call("fly", &[])).as_deref(), Some("unknown"));
    assert_eq!(code(d.set("legs", 3).map(|()| Value::Null)).as_deref(), Some("unknown"));
    assert!(d.call("gone", &[]).unwrap_err().to_string().contains("cannot be called"));
    for name in ["Zoo::Cat", "", "a b", "Zoo::"] {
        assert!(Class::named(name).is_err(), "{name}");
    }
    assert_eq!(kind(Class::named("Zoo\0Dog")), ValueErrorKind::Text);
    assert!(dsom::build::text("/nowhere/libcat.so").is_err());
    assert!(dsom::build::text("Cargo.toml").is_err());
}
