//! The rows, in the order of rows.go.

use crate::classes::*;
use crate::suite::*;
use crate::{Done, Fail, Hands};
use dsom::ValueErrorKind::{Count, Null, Range, Text, Type};
use dsom::{Class, Completed, Error, Interface, Own, Result, Subclass, SystemException, Value, Weak};
use std::sync::Mutex;

type Row = fn(&'static Hands) -> Done;

fn somebody() -> Person {
    Person {
        name: "Grüß".into(),
        likes: Colour::Green,
        tame: true,
        at: Point { x: -1, y: i32::MAX },
        words: vec!["sit".into(), "".into(), "😀!".into()],
        title: "€ 😀".into(),
    }
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|s| s.to_string()).collect()
}

/// What comes back is handed over again, so that the log has both.
macro_rules! twice {
    ($turn:expr; $($v:expr),*) => {{
        $($turn(($turn($v)?).clone())?;)*
    }};
}

/// A call by name, as of a program without generated code: arguments are checked as it runs.
fn by_name(o: &dsom::Object, method: &str, args: &[Value]) -> Result<Value> {
    o.call(method, args)
}

fn parameters(h: &Hands) -> Result<()> {
    let t = &h.types;
    let (q, rest) = t.divide(17, 5)?;
    t.divide(rest, q)?;
    let (o, n, d, b, c) = t.give_basic()?;
    t.turn_octet(o)?;
    t.turn_longlong(n)?;
    t.turn_double(d)?;
    t.turn_boolean(b)?;
    t.turn_colour(c)?;
    let (s, w) = t.give_text()?;
    t.turn_string(&s)?;
    t.turn_wstring(&w)?;
    Ok(())
}

fn ownership_memory(h: &Hands) -> Result<()> {
    let (own, titled) = (Own::new(Often)?, Titled::new()?);
    let work = || -> Result<()> {
        for _ in 0..200 {
            h.caller.text_of(20000)?;
            titled.title(&"x".repeat(20000))?;
            h.caller.many(20)?;
        }
        h.caller.ask_often(&own, 2000)
    };
    work()?;
    h.journal.memory()?;
    work()?;
    work()?;
    h.journal.memory()
}

fn turning(h: &Hands, group: &str) -> Done {
    Ok(h.caller.ask_types(&Own::new(Turning)?, group)?)
}

fn raising(what: Error) -> Result<Own<Raising>> {
    Own::new(Raising { what: Mutex::new(Some(what)) })
}

#[derive(Debug)]
struct Mine;
impl std::fmt::Display for Mine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("mine")
    }
}
impl std::error::Error for Mine {}

/// A class of here below one that is another language's.
fn chain(h: &Hands, middle: &str, give_back: fn() -> Result<()>) -> Done {
    let below = louder(&format!("Below{middle}"), Class::named(middle)?, 100_000, 1)?;
    let o = below.new()?.cast::<Thing>()?;
    o.set_label("chain")?;
    h.caller.ask(&o, 1, 1)?;
    h.caller.ask(&o, 1, 1)?;
    h.caller.catch_it(&o, 1007)?;
    h.caught(h.caller.ask(&o, 1008, 1))?;
    h.caller.catch_any(&o, 77)?;
    h.caller.keep(Some(&o))?;
    drop(o);
    h.caller.ask_kept(1)?;
    h.caller.keep(None)?;
    give_back()?;
    Ok(h.journal.living()?)
}

/// Has an interpreter in this process run a text.
fn run(interpreter: &str, source: &str) -> Result<()> {
    Class::named(interpreter)?.new()?.call("run", &[source.into()]).map(drop)
}

fn python(source: &str) -> Result<()> {
    run("Embed::Python", source)
}

fn lua(source: &str) -> Result<()> {
    run("Embed::Lua", source)
}

pub const ALL: &[(&str, Row)] = &[
    ("types/boolean", |h| Ok(twice!(|v| h.types.turn_boolean(v); true))),
    ("types/octet", |h| Ok(twice!(|v| h.types.turn_octet(v); 0, 127))),
    ("types/char", |h| Ok(twice!(|v| h.types.turn_char(v); 'a', 'ÿ'))),
    ("types/wchar", |h| Ok(twice!(|v| h.types.turn_wchar(v); '€' as u16, 0xffff))),
    ("types/short", |h| {
        twice!(|v| h.types.turn_short(v); 32767, 0);
        Ok(twice!(|v| h.types.turn_ushort(v); 65535))
    }),
    ("types/long", |h| {
        twice!(|v| h.types.turn_long(v); i32::MAX, 0);
        Ok(twice!(|v| h.types.turn_ulong(v); u32::MAX))
    }),
    ("types/long-long", |h| {
        twice!(|v| h.types.turn_longlong(v); i64::MAX, 9007199254740993);
        Ok(twice!(|v| h.types.turn_ulonglong(v); u64::MAX))
    }),
    ("types/float", |h| Ok(twice!(|v| h.types.turn_float(v); 0.0, f32::MAX, f32::from_bits(1), 0.5))),
    ("types/double", |h| Ok(twice!(|v| h.types.turn_double(v); 0.0, f64::MAX, 5e-324, 0.1, f64::INFINITY, f64::NAN))),
    ("types/enum", |h| Ok(twice!(|v| h.types.turn_colour(v); Colour::Red, Colour::Blue))),
    ("types/octets", |h| {
        let all: Vec<u8> = (0..=255).collect();
        Ok(twice!(|v: Vec<u8>| h.types.turn_octets(&v); vec![], all.clone(), vec![0, 255]))
    }),
    ("types/sequence", |h| {
        twice!(|v: Vec<bool>| h.types.turn_booleans(&v); vec![true, false, false]);
        twice!(|v: Vec<i32>| h.types.turn_longs(&v); vec![], vec![1, -2, 3], (0..100_000).collect());
        twice!(|v: Vec<f64>| h.types.turn_doubles(&v); vec![0.5, -1.0]);
        Ok(twice!(|v: Vec<String>| h.types.turn_strings(&v); strings(&["a", "", "ü"])))
    }),
    ("types/array", |h| {
        twice!(|v: [[i32; 3]; 2]| h.types.turn_grid(&v); [[1, 2, 3], [4, 5, 6]]);
        Ok(twice!(|v: [String; 2]| h.types.turn_pair(&v); ["a".into(), "€".into()]))
    }),
    ("types/structure", |h| Ok(twice!(|v: Point| h.types.turn_point(&v); Point { x: 1, y: -1 }))),
    ("types/nested", |h| {
        let nobody = Person { name: "".into(), likes: Colour::Red, tame: false, at: Point { x: 0, y: 0 }, words: vec![], title: "".into() };
        twice!(|v: Person| h.types.turn_person(&v); somebody());
        Ok(twice!(|v: Vec<Person>| h.types.turn_people(&v); vec![], vec![somebody(), nobody]))
    }),
    ("types/recursive", |h| {
        let leaf = |value| Tree { value, below: vec![] };
        Ok(twice!(|v: Tree| h.types.turn_tree(&v); Tree { value: 1, below: vec![leaf(2), Tree { value: 3, below: vec![leaf(4)] }] }))
    }),
    ("types/circle", |h| {
        let x = Branch { name: "x".into(), end: Part::Leaf(1), twigs: vec![] };
        let yz = Branch { name: "yz".into(), end: Part::Nothing(2), twigs: vec![] };
        let ab = Branch { name: "ab".into(), end: Part::Branches(vec![x.clone(), yz]), twigs: vec![Twig { grown: vec![x.clone()] }, Twig { grown: vec![] }] };
        Ok(twice!(|v: Branch| h.types.turn_branch(&v); ab, x))
    }),
    ("types/union", |h| {
        let mut shape = Shape::Side(-17);
        for _ in 0..4 {
            shape = h.types.turn_shape(&shape)?;
        }
        Ok(())
    }),
    ("types/object", |h| h.types.turn_thing(&h.types.turn_thing(&Thing::new()?)?).map(drop).map_err(Fail::from)),
    ("types/objects", |h| {
        let (a, b) = (Thing::new()?, Holder::new()?);
        h.types.turn_things(&h.types.turn_things(&[a.clone(), b.cast()?, a])?)?;
        Ok(h.types.turn_things(&[]).map(drop)?)
    }),
    ("strings/string", |h| Ok(twice!(|v: String| h.types.turn_string(&v); "".into(), "plain".into(), "Grüße €".into(), "😀 x".into(), "e\u{301}\t\"\\\n".into()))),
    ("strings/wstring", |h| {
        Ok(twice!(|v: dsom::WString| h.types.turn_wstring(&v); "".into(), "plain".into(), "Grüße €".into(), "😀 x".into(), "€".repeat(100_000).as_str().into()))
    }),
    ("strings/long", |h| {
        twice!(|v: String| h.types.turn_string(&v); "ab".repeat(500_000));
        Ok(h.types.turn_string(&h.caller.text_of(1_000_000)?).map(drop)?)
    }),
    ("strings/zero", |h| h.refused(Text, h.types.turn_string("a\0b"))),
    ("strings/wide-zero", |h| h.refused(Text, h.types.turn_wstring(&"a\0b".into()))),
    ("strings/no-utf8", |h| {
        // A String is UTF-8: octets go by name.
        let turn = |v: Value| by_name(&h.types, "turn_string", &[v]);
        Ok(twice!(turn; by_name(&h.caller, "odd_text", &[])?))
    }),
    ("parameters/out", |h| Ok(parameters(h)?)),
    ("parameters/out-constructed", |h| {
        let (p, n, who) = h.types.give_constructed()?;
        h.types.turn_point(&p)?;
        h.types.turn_longs(&n)?;
        h.types.turn_person(&who)?;
        let (a, more) = h.types.give_things()?;
        h.types.turn_thing(&a)?;
        Ok(h.types.turn_things(&more).map(drop)?)
    }),
    ("parameters/inout", |h| {
        let (a, b, c) = h.types.swap_basic(-1, 0.25, Colour::Green)?;
        h.types.swap_basic(a, b, c)?;
        let (s, w) = h.types.swap_text("ab€", &"😀 x".into())?;
        Ok(h.types.swap_text(&s, &w).map(drop)?)
    }),
    ("parameters/inout-constructed", |h| {
        let (p, n, who) = h.types.swap_constructed(&Point { x: 1, y: 2 }, &[1, 2], &somebody())?;
        h.types.swap_constructed(&p, &n, &who)?;
        let (a, b) = (Thing::new()?, Thing::new()?);
        h.types.turn_thing(&a)?;
        let (a, b) = h.types.swap_things(&a, &b)?;
        Ok(h.types.swap_things(&a, &b).map(drop)?)
    }),
    ("null/allowed", |h| {
        let a = Thing::new()?;
        let nothing = |o: &Option<Thing>| if o.is_none() { "nothing" } else { "something" };
        h.note(nothing(&h.types.maybe(Some(&a))?))?;
        h.note(if h.types.maybe(None)? == Some(a) { "the same" } else { "another" })?;
        Ok(h.note(nothing(&h.types.maybe(None)?))?)
    }),
    ("null/refused", |h| {
        h.refused(Null, by_name(&h.types, "turn_thing", &[Value::Null]))?;
        h.refused(Null, by_name(&h.types, "turn_string", &[Value::Null]))?;
        h.refused(Type, by_name(&h.types, "turn_long", &[Value::Null]))?;
        h.refused(Null, by_name(&h.types, "turn_things", &[Value::List(vec![Value::Null])]))
    }),
    ("ownership/in", |h| {
        let a = Thing::new()?;
        for _ in 0..3 {
            h.types.turn_thing(&a)?;
        }
        h.journal.living()?;
        drop(a);
        Ok(h.journal.living()?)
    }),
    ("ownership/result", |h| {
        let all = (h.caller.many(1000)?, h.caller.made("made")?);
        h.journal.living()?;
        drop(all);
        Ok(h.journal.living()?)
    }),
    ("ownership/out", |h| {
        let (a, more) = h.types.give_things()?;
        drop(a);
        h.journal.living()?;
        drop(more);
        Ok(h.journal.living()?)
    }),
    ("ownership/taken", |h| {
        h.caller.take("given away", &Thing::new()?)?;
        h.journal.living()?;
        h.types.turn_string(&h.caller.lent_text()?)?;
        h.caller.take("", &Thing::new()?)?;
        Ok(h.journal.living()?)
    }),
    ("ownership/lent", |h| {
        for _ in 0..100 {
            assert_eq!(h.caller.lent_thing()?.label()?, "lent");
        }
        Ok(h.note(&h.caller.lent_thing()?.label()?)?)
    }),
    ("ownership/memory", |h| Ok(ownership_memory(h)?)),
    ("exceptions/user", |h| {
        h.caught(Thing::labelled("Rex", 1)?.speak(1007))?;
        h.caught(Thing::new()?.speak(-1))
    }),
    ("exceptions/system", |h| {
        for (name, minor) in [("BAD_PARAM", 7), ("NO_PERMISSION", u32::MAX), ("NO_MEMORY", 0)] {
            h.caught(h.caller.raise_system(name, minor))?;
        }
        Ok(())
    }),
    ("exceptions/cxx", |h| {
        let t = Thing::new()?;
        let said = |r: Result<i64>| r.err().and_then(|e| e.system().cloned()).ok_or_else(|| Fail::Failed("no system exception".into()));
        let e = said(t.speak(999))?;
        h.note(if e.name() == "UNKNOWN" && e.text.contains("an error of C++") { "an error of C++" } else { &e.text })?;
        h.note(if said(t.speak(998))?.name() == "NO_MEMORY" { "no memory" } else { "another" })?;
        h.note(if said(t.speak(997))?.name() == "UNKNOWN" { "unknown" } else { "another" })?;
        Ok(h.note(&t.speak(1)?.to_string())?)
    }),
    ("exceptions/raised", |h| {
        for what in [Refused { code: -5, why: "why not €".into() }.into(), Plain {}.into(), SystemException::new("BAD_PARAM", 9, Completed::No, "mine").into()] {
            h.caller.catch_it(&raising(what)?, 1)?;
        }
        Ok(())
    }),
    ("exceptions/own", |h| {
        h.caller.catch_it(&raising(Error::other(Mine))?, 1)?;
        match h.caller.ask(&raising(Error::other(Mine))?, 1, 1) {
            Err(_) => Ok(h.note("caught")?),
            Ok(n) => Err(Fail::Failed(n.to_string())),
        }
    }),
    ("exceptions/own-again", |h| match h.caller.ask(&raising(Error::other(Mine))?, 1, 1) {
        Err(e) if e.downcast_ref::<Mine>().is_some() => Ok(h.note("the same")?),
        Err(Error::User(e)) => Err(Fail::Cannot(e.id)),
        r => Err(Fail::Failed(format!("{r:?}"))),
    }),
    ("exceptions/through", |h| {
        let o = Own::<Passing>::labelled("Ida", 2)?;
        h.caller.catch_it(&o, 1003)?;
        h.caught(h.caller.ask(&o, 1004, 1))?;
        h.caught(h.caller.ask(&o, -4, 1))
    }),
    ("exceptions/initializer", |h| {
        h.caught(Thing::labelled("", 1))?;
        Ok(h.journal.living()?)
    }),
    ("callbacks/override", |h| {
        h.caller.ask(&Own::new(Loud::default())?, 3, 1000)?;
        Ok(h.caller.ask(&Thing::new()?, 3, 1000).map(drop)?)
    }),
    ("callbacks/basic", |h| turning(h, "basic")),
    ("callbacks/text", |h| turning(h, "text")),
    ("callbacks/constructed", |h| turning(h, "constructed")),
    ("callbacks/object", |h| turning(h, "thing")),
    ("callbacks/objects", |h| turning(h, "things")),
    ("callbacks/out", |h| turning(h, "out")),
    ("callbacks/inout", |h| turning(h, "inout")),
    ("callbacks/nested", |h| Ok(h.caller.ask(&Own::new(Deep { caller: Mutex::new(Some(h.caller.clone())) })?, 12, 1).map(drop)?)),
    ("callbacks/wrong-result", |h| {
        // The compiler takes no other type: closures are checked as the program runs.
        let wrong = |_: &dsom::Super<dsom::Object>, args: Vec<Value>| {
            Ok(match args[0].as_int() {
                Some(1) => "no number".into(),
                Some(2) => Value::Null,
                Some(3) => (1i128 << 63).into(),
                _ => 4.into(),
            })
        };
        let o = dsom::subclass("Wrong", &[Thing::class()?], vec![("speak", Box::new(wrong))])?.new()?.cast::<Thing>()?;
        Ok((1..=4).try_for_each(|n| h.caller.catch_any(&o, n))?)
    }),
    ("subclass/super", |h| {
        h.note(&Own::new(Loud::default())?.speak(3)?.to_string())?;
        let o = louder("Louder", Loud::class()?, 0, 10)?.new()?.cast::<Thing>()?;
        Ok(h.caller.ask(&o, 3, 1).map(drop)?)
    }),
    ("subclass/state", |h| {
        h.caller.keep(Some(dsom::IsA::up(&Own::new(Counting::default())?)))?;
        for n in 1..=3 {
            h.caller.ask_kept(n)?;
        }
        let kept = h.caller.kept()?.and_then(|o| Counting::of(&o)).ok_or_else(|| Fail::Failed("another object".into()))?;
        h.note(&kept.calls.lock().unwrap().to_string())?;
        Ok(h.caller.keep(None)?)
    }),
    ("subclass/attributes", |h| {
        h.caller.use_attributes(&Own::new(Marked)?)?;
        Ok(h.caller.use_attributes(&Own::new(Loud::default())?)?)
    }),
    ("subclass/two-parents", |h| {
        let o = Own::new(Both)?;
        h.caller.title_of(&o.object().cast::<Titled>()?, "great")?;
        h.caller.ask(&o, 1, 1)?;
        Ok(h.caller.look_at(&o)?)
    }),
    ("subclass/made-by-cxx", |h| {
        let o = h.caller.made_of(Loud::class()?.name())?;
        h.yes(Loud::of(&o).is_some())?;
        Ok(h.caller.ask(&o, 1, 1).map(drop)?)
    }),
    ("subclass/of-holder", |h| {
        let o = Own::new(Kennel)?;
        o.set_held(Some(dsom::IsA::<Thing>::up(&Own::new(Loud::default())?)))?;
        h.caller.ask(&o, 1, 1)?;
        Ok(h.caller.look_at(&o)?)
    }),
    ("subclass/below-in-cxx", |h| {
        h.caller.define_below(Middle::class()?.name())?;
        h.caller.ask(&h.caller.made_of("Below")?, 1, 1)?;
        let lowest = louder("Lowest", Class::named("Below")?, 10_000, 1)?;
        Ok(h.caller.ask(&lowest.new()?.cast::<Thing>()?, 1, 1).map(drop)?)
    }),
    ("class/attributes", |h| {
        let t = Thing::new()?;
        t.set_label("Rex €")?;
        t.set_weight(i32::MIN)?;
        h.types.turn_string(&t.label()?)?;
        h.types.turn_long(t.weight()?)?;
        Ok(h.types.turn_long(t.legs()?).map(drop)?)
    }),
    ("class/readonly", |h| h.no_such(Thing::new()?.set("legs", 3))),
    ("class/initializer", |h| {
        let t = Thing::labelled("by initializer", 12)?;
        h.types.turn_string(&t.label()?)?;
        h.types.turn_long(t.weight()?)?;
        let t = Own::<Loud>::labelled("below", 13)?;
        h.types.turn_string(&t.label()?)?;
        h.types.turn_long(t.weight()?)?;
        Ok(h.caller.ask(&t, 1, 1).map(drop)?)
    }),
    ("class/procedure", |h| {
        let _one = Thing::new()?;
        Ok(h.types.turn_long(Thing::total(41)?).map(drop)?)
    }),
    ("class/metaclass", |_| {
        let _two = (Member::new()?, Member::new()?);
        let _third = Member::new()?;
        let class = Member::class()?.object();
        Ok(class.call("members", &[]).map(drop)?)
    }),
    ("class/information", |h| {
        let class = Thing::class()?;
        h.note(class.name())?;
        Ok(h.note(&format!("{}.{}", class.version().0, class.version().1))?)
    }),
    ("identity/same", |h| {
        let a = Own::new(Loud::default())?;
        h.yes(a.itself()? == *a.object())?;
        h.caller.keep(Some(a.object()))?;
        h.yes(h.caller.kept()?.as_ref() == Some(a.object()))?;
        h.caller.keep(None)?;
        let b = Thing::new()?;
        h.yes(b.itself()? == b)?;
        Ok(h.yes(*a.object() == b)?)
    }),
    ("identity/class", |h| {
        let o = Holder::new()?;
        o.set_held(Some(dsom::IsA::<Thing>::up(&Holder::new()?)))?;
        h.yes(o.held()?.map_or(false, |held| held.class().ok() == Holder::class().ok()))?;
        o.set_held(Some(dsom::IsA::<Thing>::up(&Own::new(Loud::default())?)))?;
        h.yes(o.held()?.map_or(false, |held| Loud::of(&held).is_some()))?;
        Ok(h.caller.look_at(&o)?)
    }),
    ("lifetime/dropped", |h| {
        for _ in 0..1000 {
            (Thing::new()?, Own::new(Loud::default())?);
        }
        Ok(h.journal.living()?)
    }),
    ("lifetime/kept", |h| {
        h.caller.keep(Some(Own::new(Loud::default())?.object()))?;
        h.journal.living()?;
        h.caller.ask_kept(1)?;
        h.caller.keep(None)?;
        Ok(h.journal.living()?)
    }),
    ("lifetime/weak", |h| {
        let o = Own::new(Loud::default())?;
        let w = Weak::<Thing>::new(&o)?;
        h.caller.watch(&o)?;
        h.note(if w.upgrade().as_ref() == Some(o.object()) { "there" } else { "gone" })?;
        h.caller.watched()?;
        drop(o);
        h.note(if w.upgrade().is_some() { "there" } else { "gone" })?;
        Ok(h.caller.watched().map(drop)?)
    }),
    ("lifetime/cycle", |h| {
        let mut all = Vec::new();
        for _ in 0..100 {
            let (a, b) = (Own::new(Loud::default())?, Own::new(Loud::default())?);
            *a.other.lock().unwrap() = Some(b.object().clone());
            *b.other.lock().unwrap() = Some(a.object().clone());
            all.push(Weak::<Thing>::new(&a)?);
        }
        let left = Loud::class()?.instances();
        if left == 0 {
            return Ok(h.journal.living()?);
        }
        for a in all.iter().filter_map(|w| w.upgrade()).filter_map(|o| Loud::of(&o)) {
            let other = a.other.lock().unwrap().take();
            drop(other);
        }
        Err(Fail::Cannot(format!("{left} objects are left")))
    }),
    ("lifetime/cycle-through-cxx", |h| {
        let mut all = Vec::new();
        for _ in 0..100 {
            let (a, holder) = (Own::new(Owner::default())?, Holder::new()?);
            holder.set_held(Some(dsom::IsA::<Thing>::up(&a)))?;
            all.push(Weak::<Holder>::new(&holder)?);
            *a.holder.lock().unwrap() = Some(holder);
        }
        h.journal.living()?;
        for w in all {
            w.upgrade().unwrap().set_held(None)?; // it has to be broken
        }
        Ok(h.journal.living()?)
    }),
    ("threads/foreign", |h| {
        let o = Own::new(Threaded::default())?;
        h.caller.begin_threads(&o, 4, 50)?;
        while !h.caller.ended()? {
            std::thread::yield_now();
        }
        let seen = o.seen.lock().unwrap();
        assert!(!seen.contains(&std::thread::current().id()));
        Ok(())
    }),
    ("threads/waiting", |h| Ok(h.caller.wait_for_threads(&Own::new(Loud::default())?, 4, 50)?)),
    ("threads/raising", |h| {
        h.caller.begin_threads(&Own::new(Odd)?, 2, 20)?;
        while !h.caller.ended()? {
            std::thread::yield_now();
        }
        Ok(())
    }),
    ("threads/own", |h| {
        let o = Own::new(Loud::default())?;
        let work = || -> Result<i64> {
            let sum = (0..100).map(|i| o.speak(i)).sum::<Result<i64>>()?;
            for _ in 0..50 {
                (h.caller.made("x")?, Own::new(Loud::default())?);
            }
            Ok(sum)
        };
        let sums = std::thread::scope(|s| {
            let all: Vec<_> = (0..4).map(|_| s.spawn(work)).collect();
            all.into_iter().map(|t| t.join().expect("a thread")).sum::<Result<i64>>()
        })?;
        h.types.turn_longlong(sums)?;
        drop(o);
        Ok(h.journal.living()?)
    }),
    ("chain/python", |h| {
        python("exec(open('chain/middle.py').read())")?;
        chain(h, "PythonMiddle", || Ok(()))
    }),
    ("chain/go", |h| chain(h, "GoMiddle", || Ok(()))),
    ("chain/python-go", |h| {
        python("exec(open('chain/below_go.py').read())")?;
        let lowest = louder("LowestOfFour", Class::named("PythonAndGo")?, 1_100_000, 1)?;
        Ok(h.caller.ask(&lowest.new()?.cast::<Thing>()?, 1, 1).map(drop)?)
    }),
    ("chain/lua", |h| {
        lua("dofile 'chain/middle.lua'")?;
        chain(h, "LuaMiddle", || lua("give_back()"))
    }),
    ("chain/tcl", |h| {
        run("Embed::Tcl", "source chain/middle.tcl")?;
        chain(h, "TclMiddle", || Ok(()))
    }),
    ("chain/lua-tcl", |h| {
        lua("dofile 'chain/middle.lua'")?;
        run("Embed::Tcl", "source chain/below_lua.tcl")?;
        let lowest = louder("LowestOfLuaAndTcl", Class::named("LuaAndTcl")?, 1_100_000, 1)?;
        Ok(h.caller.ask(&lowest.new()?.cast::<Thing>()?, 1, 1).map(drop)?)
    }),
    ("wrong/count", |h| {
        h.refused(Count, by_name(&h.types, "turn_long", &[]))?;
        h.refused(Count, by_name(&h.types, "turn_long", &[1.into(), 2.into()]))?;
        h.refused(Count, by_name(&h.types, "divide", &[1.into()]))
    }),
    ("wrong/type", |h| {
        h.refused(Type, by_name(&h.types, "turn_long", &["1".into()]))?;
        h.refused(Type, by_name(&h.types, "turn_string", &[1.into()]))?;
        h.refused(Type, by_name(&h.types, "turn_boolean", &["true".into()]))?;
        h.refused(Type, by_name(&h.types, "turn_thing", &["thing".into()]))?;
        h.refused(Type, by_name(&h.types, "turn_thing", &[h.types.clone().into()]))?;
        h.refused(Type, by_name(&h.types, "turn_longs", &[5.into()]))
    }),
    ("wrong/range", |h| {
        h.refused(Range, by_name(&h.types, "turn_octet", &[256.into()]))?;
        h.refused(Range, by_name(&h.types, "turn_octet", &[(-1).into()]))?;
        h.refused(Range, by_name(&h.types, "turn_short", &[32768.into()]))?;
        h.refused(Range, by_name(&h.types, "turn_ulong", &[(-1).into()]))?;
        h.refused(Range, by_name(&h.types, "turn_longlong", &[(1i128 << 63).into()]))?;
        h.refused(Range, by_name(&h.types, "turn_ulonglong", &[(1i128 << 64).into()]))?;
        h.refused(Range, by_name(&h.types, "turn_float", &[1e300.into()]))?;
        h.refused(Range, h.types.turn_char('€'))?;
        h.refused(Range, h.types.turn_colour(Colour::from(7)))
    }),
    ("wrong/element", |h| {
        h.refused(Type, by_name(&h.types, "turn_longs", &[Value::List(vec![1.into(), "2".into()])]))?;
        let two = Value::List(vec![1.into(), 2.into()]);
        h.refused(Count, by_name(&h.types, "turn_grid", &[Value::List(vec![two.clone(), two])]))?;
        let person = vec![1.into(), "red".into(), false.into(), Value::List(vec![0.into(), 0.into()]), Value::List(vec![]), "".into()];
        h.refused(Type, by_name(&h.types, "turn_person", &[Value::List(person)]))?;
        h.refused(Range, by_name(&h.types, "turn_point", &[Value::List(vec![(1i64 << 40).into(), 0.into()])]))
    }),
    ("wrong/method", |h| h.no_such(Thing::new()?.call("fly", &[]))),
    ("wrong/class", |h| {
        h.no_such(Class::named("Suite::Unicorn"))?;
        h.no_such(Class::named("Nowhere::Unicorn"))?;
        h.no_such(Class::named("no name"))
    }),
    ("wrong/major-version", |h| match Class::named("Dependent") {
        Err(dsom::Error::System(e)) => {
            let what = e.to_string();
            Ok(h.note(if what.contains("class Relay is version 2.0") { "version" } else { &what })?)
        }
        r => Err(Fail::Failed(format!("{r:?} where a system exception is wanted"))),
    }),
    ("release/next", |h| {
        use crate::relay::RelayMethods;
        let o = Own::new(Relaying)?;
        o.set_label("kept")?;
        o.call(3)?;
        Ok(h.types.turn_string(&o.label()?).map(drop)?)
    }),
    ("release/replaced", |h| {
        use crate::relay::RelayMethods;
        let o = Own::new(Relaying)?;
        o.call(3)?;
        h.journal.replace()?;
        o.call(4)?;
        Ok(Own::new(Relaying)?.call(5)?)
    }),
    ("end/alive", |h| {
        let kept: &'static (Thing, Own<Loud>, Holder) = Box::leak(Box::new((Thing::new()?, Own::new(Loud::default())?, Holder::new()?)));
        kept.2.set_held(Some(dsom::IsA::<Thing>::up(&Own::new(Loud::default())?)))?;
        h.caller.keep(Some(Own::new(Loud::default())?.object()))?;
        *kept.1.other.lock().unwrap() = Some(kept.1.object().clone());
        Ok(h.journal.living()?)
    }),
];
