//! Makes a class that cannot be described and is in use already (bind/host/test/undescribed.c): it stays, and its overrides do. undescribed

use dsom::{Class, Result, Value};

fn make(dog: Class) -> Result<Class> {
    dsom::subclass("Undescribed", &[dog], vec![("speak", Box::new(|sup, args| match sup.call("speak", &args)? {
        Value::Int(n) => Ok((n + 1).into()),
        v => Ok(v),
    }))])
}

fn main() -> Result<()> {
    let dog = Class::named("Zoo::Dog")?;
    let e = make(dog).unwrap_err();
    assert!(e.system().map_or(false, |s| s.code == "busy") && e.to_string().contains("it stays"), "{e}");
    for _ in 0..3 {
        // What stands above is what others have of it.
        assert_eq!(Class::named("Undescribed")?.new()?.call("speak", &[3.into()])?, 7.into());
    }
    let again = make(dog)?;
    assert_eq!(again.name(), "Undescribed_2");
    assert_eq!(again.new()?.call("speak", &[3.into()])?, 8.into());
    assert_eq!(Class::named("Undescribed")?.instances(), 1);
    println!("stays");
    Ok(())
}
