// Made by dsom-rust of the classes Named, Counter. What a call does is in the crate dsom.

static NAMED_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Named", 1, 0, &[]);
#[allow(dead_code)]
static NAMED: [dsom::Operation<Named>; 2] = [dsom::Operation::new("_get_name"), dsom::Operation::new("_set_name")];

dsom::interface! {
    /// Came between the class and its parent.
    pub struct Named = "Named", NAMED_CLASS, NamedOverrides: ;
}

/// The methods of Named.
#[allow(clippy::type_complexity, clippy::too_many_arguments)]
pub trait NamedMethods: dsom::IsA<Named> {
    #[inline]
    fn name(&self) -> dsom::Result<String> { NAMED[0].call(self, ()) }
    #[inline]
    fn set_name(&self, name: &str) -> dsom::Result<()> { NAMED[1].call(self, (name,)) }
}
impl<T: dsom::IsA<Named>> NamedMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl NamedOverrides {
    pub fn name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Named>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&NAMED[0], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Named>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&NAMED[1], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
}

static COUNTER_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Counter", 1, 1, &["Named"]);
#[allow(dead_code)]
static COUNTER: [dsom::Operation<Counter>; 3] = [dsom::Operation::new("count"), dsom::Operation::new("count_twice"), dsom::Operation::new("reset")];

dsom::interface! {
    pub struct Counter = "Counter", COUNTER_CLASS, CounterOverrides: Named;
}

/// The methods of Counter.
#[allow(clippy::type_complexity, clippy::too_many_arguments)]
pub trait CounterMethods: dsom::IsA<Counter> {
    #[inline]
    fn count(&self, by: i32) -> dsom::Result<i32> { COUNTER[0].call(self, (by,)) }
    #[inline]
    fn count_twice(&self, by: i32) -> dsom::Result<i32> { COUNTER[1].call(self, (by,)) }
    #[inline]
    fn reset(&self) -> dsom::Result<()> { COUNTER[2].call(self, ()) }
}
impl<T: dsom::IsA<Counter>> CounterMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl CounterOverrides {
    pub fn count<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&COUNTER[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn count_twice<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&COUNTER[1], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn reset<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&COUNTER[2], move |t, s, c| { f(t, s)?; c.reply(()) }) }
    pub fn name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&NAMED[0], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&NAMED[1], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
}

