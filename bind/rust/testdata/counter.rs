// Made by dsom-rust of the classes Counter. What a call does is in the crate dsom.

static COUNTER_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Counter", 1, 0, &[]);
#[allow(dead_code)]
static COUNTER: [dsom::Operation<Counter>; 2] = [dsom::Operation::new("count"), dsom::Operation::new("count_twice")];

dsom::interface! {
    pub struct Counter = "Counter", COUNTER_CLASS, CounterOverrides: ;
}

/// The methods of Counter.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait CounterMethods: dsom::IsA<Counter> {
    #[inline]
    fn count(&self, by: i32) -> dsom::Result<i32> { COUNTER[0].call(self, (by,)) }
    #[inline]
    fn count_twice(&self, by: i32) -> dsom::Result<i32> { COUNTER[1].call(self, (by,)) }
}
impl<T: dsom::IsA<Counter>> CounterMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl CounterOverrides {
    pub fn count<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&COUNTER[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn count_twice<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Counter>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&COUNTER[1], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

