//! Objects of all kinds are made, crossed, subclassed and dropped, and memory stays what it was. stress [HOW MANY]

use dsom::{Interface, Own, Result, Subclass, Super, Weak};

#[path = "../testdata/zoo.rs"]
#[allow(dead_code)]
mod zoo;
use zoo::*;

#[derive(Default)]
struct Hound {
    mark: usize,
}
dsom::class! {
    impl zoo::Dog for Hound {
        fn speak(&self, sup: &Super<Dog>, n: i64) -> Result<i64> { if n == 77 { return Err(Asleep {}.into()) } sup.speak(n) }
        fn name(&self, _sup: &Super<Dog>) -> Result<String> { Ok(format!("number {}", self.mark)) }
    }
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn main() -> Result<()> {
    let many: usize = std::env::args().nth(1).map_or(1_000_000, |s| s.parse().unwrap());
    let echo = Echo::new()?;
    let card = Card { name: "Rex".into(), colour: Colour::Green, tame: true, tricks: vec!["sit".into(); 3], home: Place { x: 1.0, y: 2.0, marks: [[0; 3]; 2] }, title: "wide".into() };
    let hound = Own::new(Hound::default())?;
    type Step<'a> = Box<dyn Fn(usize) -> Result<()> + 'a>;
    let steps: Vec<(&str, usize, Step)> = vec![
        ("native", many, Box::new(|i| Dog::new()?.speak(i as i64 % 77).map(drop))),
        ("made", many, Box::new(|i| Own::new(Hound { mark: i })?.speak(i as i64 % 77).map(drop))),
        ("named", many / 4, Box::new(|i| Dog::named("Rex", i as i32).map(drop))),
        ("crossed", many / 2, {
            let echo = &echo;
            Box::new(move |i| {
                let o = Own::new(Hound { mark: i })?;
                echo.keep("text", &o)?;
                assert_eq!(echo.animal(&o, &o)?.0.address(), o.object().address());
                Ok(())
            })
        }),
        ("values", many / 4, {
            let (echo, card) = (&echo, &card);
            Box::new(move |i| {
                echo.text(&"x".repeat(i % 50), "")?;
                echo.card(card, card).map(drop)
            })
        }),
        ("lent", many / 4, {
            let hound = &hound;
            Box::new(move |_| hound.name().map(drop))
        }),
        ("raised", many / 4, {
            let hound = &hound;
            Box::new(move |_| {
                assert!(hound.speak(77).unwrap_err().user::<Asleep>().is_some());
                assert!(hound.speak(1001).unwrap_err().user::<TooLoud>().is_some());
                Ok(())
            })
        }),
        ("weak", many / 2, Box::new(|i| {
            let o = Own::new(Hound { mark: i })?;
            let w = Weak::<Dog>::new(&o)?;
            assert!(w.upgrade().is_some());
            drop(o);
            assert!(w.upgrade().is_none());
            Ok(())
        })),
        ("by name", many / 4, Box::new(|i| Hound::class()?.new()?.call("speak", &[(i as i64 % 77).into()]).map(drop))),
    ];
    for (name, n, step) in &steps {
        (0..n / 10).try_for_each(step)?;
        let before = resident();
        (0..*n).try_for_each(step)?;
        let grown = resident().saturating_sub(before);
        println!("{name}: {n} grown by {} KiB", grown >> 10);
        if grown > 2 << 20 {
            return Err(dsom::Error::other(format!("{name}: memory grows")));
        }
    }
    echo.keep("", &Dog::new()?)?;
    drop(steps);
    drop(hound);
    assert_eq!(Hound::class()?.instances(), 0);
    assert_eq!(Dog::class()?.instances(), 1);
    println!("flat");
    Ok(())
}
