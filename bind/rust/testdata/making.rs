// Made by dsom-rust of the classes Making::Breeder, Making::Shown, Making::Watcher. What a call does is in the crate dsom.

dsom::exception! {
    pub struct Refused = "IDL:Making/Refused:1.0" {
        pub constructor: String,
        pub by: i32,
    }
}

static BREEDER_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Making::Breeder", 1, 0, &[]);
#[allow(dead_code)]
static BREEDER: [dsom::Operation<Breeder>; 1] = [dsom::Operation::new("hello")];

dsom::interface! {
    /// Makes another object of its class while it is being made, unless there is one.
    pub struct Breeder = "Making::Breeder", BREEDER_CLASS, BreederOverrides: ;
}

/// The methods of Making::Breeder.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait BreederMethods: dsom::IsA<Breeder> {
    #[inline]
    fn hello(&self, n: i64) -> dsom::Result<i64> { BREEDER[0].call(self, (n,)) }
}
impl<T: dsom::IsA<Breeder>> BreederMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl BreederOverrides {
    pub fn hello<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Breeder>, i64) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&BREEDER[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static SHOWN_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Making::Shown", 1, 0, &[]);
#[allow(dead_code)]
static SHOWN: [dsom::Operation<Shown>; 1] = [dsom::Operation::new("hello")];

dsom::interface! {
    /// Shows itself while it is being made.
    pub struct Shown = "Making::Shown", SHOWN_CLASS, ShownOverrides: ;
}

/// The methods of Making::Shown.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait ShownMethods: dsom::IsA<Shown> {
    #[inline]
    fn hello(&self, n: i64) -> dsom::Result<i64> { SHOWN[0].call(self, (n,)) }
}
impl<T: dsom::IsA<Shown>> ShownMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl ShownOverrides {
    pub fn hello<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Shown>, i64) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&SHOWN[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static WATCHER_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Making::Watcher", 1, 0, &[]);
#[allow(dead_code)]
static WATCHER: [dsom::Operation<Watcher>; 6] = [dsom::Operation::new("watch"), dsom::Operation::new("leave"), dsom::Operation::new("meet"), dsom::Operation::new("make"), dsom::Operation::new("litter"), dsom::Operation::new("refuse")];

dsom::interface! {
    /// Is shown what Shown's constructor makes.
    pub struct Watcher = "Making::Watcher", WATCHER_CLASS, WatcherOverrides: ;
}

/// The methods of Making::Watcher.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait WatcherMethods: dsom::IsA<Watcher> {
    /// From now on this one is, and nobody else: in a thread of its own, if it says so.
    #[inline]
    fn watch(&self, elsewhere: bool) -> dsom::Result<()> { WATCHER[0].call(self, (elsewhere,)) }
    /// From now on nobody is.
    #[inline]
    fn leave(&self) -> dsom::Result<()> { WATCHER[1].call(self, ()) }
    /// The object, of which the constructor has not come to its end: less than 0 undoes it.
    #[inline]
    fn meet(&self, who: &impl dsom::IsA<dsom::Object>) -> dsom::Result<i64> { WATCHER[2].call(self, (who.up(),)) }
    /// Makes an object of a class, as other languages do, and drops it.
    #[inline]
    fn make(&self, name: &str) -> dsom::Result<bool> { WATCHER[3].call(self, (name,)) }
    /// What Breeder has made besides, once.
    #[inline]
    fn litter(&self) -> dsom::Result<Option<dsom::Object>> { WATCHER[4].call(self, ()) }
    #[inline]
    fn refuse(&self, how: &str) -> dsom::Result<()> { WATCHER[5].call(self, (how,)) }
}
impl<T: dsom::IsA<Watcher>> WatcherMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl WatcherOverrides {
    pub fn watch<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>, bool) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[0], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn leave<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[1], move |t, s, c| { f(t, s)?; c.reply(()) }) }
    pub fn meet<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>, dsom::Object) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[2], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn make<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>, String) -> dsom::Result<bool>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[3], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn litter<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>) -> dsom::Result<Option<dsom::Object>>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[4], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn refuse<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Watcher>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&WATCHER[5], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
}

