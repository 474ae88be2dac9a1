// Made by dsom-rust of the classes Names::Cat, Names::CatClass, Names::Dog, Names::DogClass, Names::DogMethods, Names::DogOverrides, Names::Dog_Class. What a call does is in the crate dsom.

static CAT_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::Cat", 0, 0, &[]);
#[allow(dead_code)]
static CAT: [dsom::Operation<Cat>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct Cat = "Names::Cat", CAT_CLASS, CatOverrides: ;
}

/// The methods of Names::Cat.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait CatMethods: dsom::IsA<Cat> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { CAT[0].call(self, (than,)) }
}
impl<T: dsom::IsA<Cat>> CatMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl CatOverrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Cat>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&CAT[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static CAT_CLASS_2_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::CatClass", 0, 0, &[]);
#[allow(dead_code)]
static CAT_CLASS_2: [dsom::Operation<CatClass>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct CatClass = "Names::CatClass", CAT_CLASS_2_CLASS, CatClassOverrides: ;
}

/// The methods of Names::CatClass.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait CatClassMethods: dsom::IsA<CatClass> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { CAT_CLASS_2[0].call(self, (than,)) }
}
impl<T: dsom::IsA<CatClass>> CatClassMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl CatClassOverrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<CatClass>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&CAT_CLASS_2[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::Dog", 0, 0, &[]);
#[allow(dead_code)]
static DOG: [dsom::Operation<Dog>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct Dog = "Names::Dog", DOG_CLASS, DogOverrides: ;
}

/// The methods of Names::Dog.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogMethods: dsom::IsA<Dog> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { DOG[0].call(self, (than,)) }
}
impl<T: dsom::IsA<Dog>> DogMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogOverrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&DOG[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_CLASS_2_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::DogClass", 0, 0, &[]);
#[allow(dead_code)]
static DOG_CLASS_2: [dsom::Operation<DogClass>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct DogClass = "Names::DogClass", DOG_CLASS_2_CLASS, DogClassOverrides: ;
}

/// The methods of Names::DogClass.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogClassMethods: dsom::IsA<DogClass> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { DOG_CLASS_2[0].call(self, (than,)) }
}
impl<T: dsom::IsA<DogClass>> DogClassMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogClassOverrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<DogClass>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&DOG_CLASS_2[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_METHODS2_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::DogMethods", 0, 0, &[]);
#[allow(dead_code)]
static DOG_METHODS2: [dsom::Operation<DogMethods2>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct DogMethods2 = "Names::DogMethods", DOG_METHODS2_CLASS, DogMethods2Overrides: ;
}

/// The methods of Names::DogMethods.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogMethods2Methods: dsom::IsA<DogMethods2> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { DOG_METHODS2[0].call(self, (than,)) }
}
impl<T: dsom::IsA<DogMethods2>> DogMethods2Methods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogMethods2Overrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<DogMethods2>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&DOG_METHODS2[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_OVERRIDES2_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::DogOverrides", 0, 0, &[]);
#[allow(dead_code)]
static DOG_OVERRIDES2: [dsom::Operation<DogOverrides2>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct DogOverrides2 = "Names::DogOverrides", DOG_OVERRIDES2_CLASS, DogOverrides2Overrides: ;
}

/// The methods of Names::DogOverrides.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogOverrides2Methods: dsom::IsA<DogOverrides2> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { DOG_OVERRIDES2[0].call(self, (than,)) }
}
impl<T: dsom::IsA<DogOverrides2>> DogOverrides2Methods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogOverrides2Overrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<DogOverrides2>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&DOG_OVERRIDES2[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_CLASS2_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Names::Dog_Class", 0, 0, &[]);
#[allow(dead_code)]
static DOG_CLASS2: [dsom::Operation<DogClass2>; 1] = [dsom::Operation::new("more")];

dsom::interface! {
    pub struct DogClass2 = "Names::Dog_Class", DOG_CLASS2_CLASS, DogClass2Overrides: ;
}

/// The methods of Names::Dog_Class.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogClass2Methods: dsom::IsA<DogClass2> {
    #[inline]
    fn more(&self, than: i32) -> dsom::Result<i32> { DOG_CLASS2[0].call(self, (than,)) }
}
impl<T: dsom::IsA<DogClass2>> DogClass2Methods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogClass2Overrides {
    pub fn more<T: dsom::Subclass>(f: fn(&T, &dsom::Super<DogClass2>, i32) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&DOG_CLASS2[0], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

