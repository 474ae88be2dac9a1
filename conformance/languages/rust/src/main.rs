//! The rows of conformance/languages in Rust. suite ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why.

mod classes;
mod rows;

/// What the classes are, of the library's typelib.
#[allow(dead_code)]
mod suite {
    include!(concat!(env!("OUT_DIR"), "/suite.rs"));
}
#[allow(dead_code)]
mod relay {
    include!(concat!(env!("OUT_DIR"), "/relay.rs"));
}

use suite::*;

/// What a row could not do.
enum Fail {
    Cannot(String),
    Failed(String),
}
impl<E: Into<dsom::Error>> From<E> for Fail {
    fn from(e: E) -> Fail {
        Fail::Failed(e.into().to_string())
    }
}
type Done = std::result::Result<(), Fail>;

/// What all rows use.
struct Hands {
    journal: Journal,
    caller: Caller,
    types: Types,
}

impl Hands {
    fn note(&self, text: &str) -> dsom::Result<()> {
        self.journal.note(text)
    }
    fn yes(&self, condition: bool) -> dsom::Result<()> {
        self.note(if condition { "yes" } else { "no" })
    }
    /// It must be an error of this kind.
    fn refused<T: std::fmt::Debug>(&self, kind: dsom::ValueErrorKind, r: dsom::Result<T>) -> Done {
        match r {
            Err(dsom::Error::Value(v)) if v.kind == kind => Ok(self.note("refused")?),
            r => Err(Fail::Failed(format!("{r:?} where {kind:?} is wanted"))),
        }
    }
    /// It must be a system exception.
    fn no_such<T: std::fmt::Debug>(&self, r: dsom::Result<T>) -> Done {
        match r {
            Err(dsom::Error::System(_)) => Ok(self.note("refused")?),
            r => Err(Fail::Failed(format!("{r:?} where a system exception is wanted"))),
        }
    }
    fn caught<T: std::fmt::Debug>(&self, r: dsom::Result<T>) -> Done {
        let e = match r {
            Err(e) => e,
            Ok(v) => return Err(Fail::Failed(format!("{v:?} is returned"))),
        };
        if let Some(r) = e.user::<Refused>() {
            return Ok(self.journal.caught_refused(r.code, &r.why)?);
        }
        if e.user::<Plain>().is_some() {
            return Ok(self.journal.caught_plain()?);
        }
        match e.system() {
            Some(s) => Ok(self.journal.caught_system(s.name(), s.minor)?),
            None => Err(Fail::Failed(e.to_string())),
        }
    }
}

fn main() -> dsom::Result<()> {
    let hands: &'static Hands = Box::leak(Box::new(Hands { journal: Journal::new()?, caller: Caller::new()?, types: Types::new()? }));
    for name in std::env::args().skip(1) {
        hands.journal.row(&name)?;
        match rows::ALL.iter().find(|(n, _)| *n == name).map_or(Err(Fail::Failed("no such row".into())), |(_, f)| f(hands)) {
            Ok(()) => println!("{name}\tok"),
            Err(Fail::Cannot(why)) => println!("{name}\tcannot\t{}", why.replace('\n', " ")),
            Err(Fail::Failed(why)) => println!("{name}\tfailed\t{}", why.replace('\n', " ")),
        }
    }
    Ok(())
}
