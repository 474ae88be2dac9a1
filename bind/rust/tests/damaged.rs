//! Uses whatever can be used of a library whose type information is damaged. damaged

use dsom::{Class, Result, Value};

fn main() {
    for name in ["Zoo::Animal", "Zoo::Dog", "Zoo::Puppy", "Zoo::Echo"] {
        let class = match Class::named(name) {
            Ok(c) => c,
            Err(_) => continue,
        };
        let _ = (class.doc().len(), class.version(), class.parents());
        let used = |class: &Class| -> Result<()> {
            let o = class.new()?;
            for method in ["speak", "flag", "text", "card", "cards", "food", "herd", "bark", "_get_name", "named"] {
                for args in [vec![], vec![1.into()], vec![1.into(), 2.into()], vec![Value::List(vec![]), "x".into()]] {
                    let _ = o.call(method, &args);
                }
            }
            Ok(())
        };
        let _ = used(&class);
        if let Ok(own) = dsom::subclass("Own", &[class], vec![("speak", Box::new(|_, args| Ok(args.into_iter().next().unwrap_or(Value::Null))))]) {
            let _ = used(&own);
        }
    }
    let _ = dsom::build::text(format!("{}/libzoo.so", std::env::var("SOM_PATH").unwrap_or_default()));
    println!("lives");
}
