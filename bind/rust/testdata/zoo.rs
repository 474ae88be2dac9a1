// Made by dsom-rust of the classes Zoo::Animal, Zoo::Echo, Zoo::Pet, Zoo::Dog, Zoo::Puppy. What a call does is in the crate dsom.

dsom::structure! {
    pub struct Album {
        pub covers: [[String; 3]; 2],
        pub pages: i16,
    }
}

dsom::exception! {
    pub struct Asleep = "IDL:Zoo/Asleep:1.0" {
    }
}

dsom::structure! {
    pub struct Card {
        pub name: String,
        pub colour: Colour,
        pub tame: bool,
        pub tricks: Vec<String>,
        pub home: Place,
        pub title: dsom::WString,
    }
}

dsom::enumeration! {
    pub enum Colour {
        Red = 0,
        Green = 1,
        Blue = 2,
    }
}

dsom::structure! {
    pub struct DogBone {
        pub size: DogSize,
        pub age: i64,
    }
}

dsom::enumeration! {
    pub enum DogSize {
        Small = 0,
        Large = 1,
    }
}

dsom::union_of! {
    pub enum Food {
        Weight [0] (0, i32),
        Leaf [1] (1, String),
        Eaten by 0 (2, Card),
    }
}

dsom::structure! {
    /// It is in C++ what it is in C.
    pub struct Place {
        pub x: f64,
        pub y: f64,
        pub marks: [[i32; 3]; 2],
    }
}

dsom::exception! {
    pub struct TooLoud = "IDL:Zoo/TooLoud:1.0" {
        pub volume: i16,
        pub why: String,
    }
}

dsom::structure! {
    pub struct Tree {
        pub value: i32,
        pub below: Vec<Tree>,
    }
}

static ANIMAL_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Zoo::Animal", 1, 2, &[]);
#[allow(dead_code)]
static ANIMAL: [dsom::Operation<Animal>; 13] = [dsom::Operation::new("_get_name"), dsom::Operation::new("_set_name"), dsom::Operation::new("speak"), dsom::Operation::new("friend_of"), dsom::Operation::new("gone"), dsom::Operation::new("named"), dsom::Operation::new("count"), dsom::Operation::new("_get_legs"), dsom::Operation::new("total"), dsom::Operation::new("_get_colour"), dsom::Operation::new("_set_colour"), dsom::Operation::new("_get_cards"), dsom::Operation::new("_set_cards")];

dsom::interface! {
    /// An animal.
    pub struct Animal = "Zoo::Animal", ANIMAL_CLASS, AnimalOverrides: ;
}

/// The methods of Zoo::Animal.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait AnimalMethods: dsom::IsA<Animal> {
    #[inline]
    fn name(&self) -> dsom::Result<String> { ANIMAL[0].call(self, ()) }
    #[inline]
    fn set_name(&self, name: &str) -> dsom::Result<()> { ANIMAL[1].call(self, (name,)) }
    /// Says something n times, and how loud that was.
    #[inline]
    fn speak(&self, n: i64) -> dsom::Result<i64> { ANIMAL[2].call(self, (n,)) }
    #[inline]
    fn friend_of(&self, other: &impl dsom::IsA<Animal>) -> dsom::Result<Animal> { ANIMAL[3].call(self, (other.up(),)) }
    // gone cannot be called: it has no signature
    /// Makes an animal with a name.
    fn named(name: &str, legs: i32) -> dsom::Result<Self> where Self: dsom::Make { ANIMAL[5].make((name, legs)) }
    #[inline]
    fn legs(&self) -> dsom::Result<i32> { ANIMAL[7].call(self, ()) }
    #[inline]
    fn colour(&self) -> dsom::Result<Colour> { ANIMAL[9].call(self, ()) }
    #[inline]
    fn set_colour(&self, colour: Colour) -> dsom::Result<()> { ANIMAL[10].call(self, (colour,)) }
    #[inline]
    fn cards(&self) -> dsom::Result<Vec<Card>> { ANIMAL[11].call(self, ()) }
    #[inline]
    fn set_cards(&self, cards: &[Card]) -> dsom::Result<()> { ANIMAL[12].call(self, (cards,)) }
}
impl<T: dsom::IsA<Animal>> AnimalMethods for T {}

impl Animal {
    // count cannot be called: it is no function of a receiver and an environment
    pub fn total(more: i32) -> dsom::Result<i32> { ANIMAL[8].procedure((more,)) }
}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl AnimalOverrides {
    pub fn name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[0], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[1], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn speak<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>, i64) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[2], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn friend_of<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>, Animal) -> dsom::Result<Animal>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[3], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn legs<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[7], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>) -> dsom::Result<Colour>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[9], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>, Colour) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[10], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>) -> dsom::Result<Vec<Card>>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[11], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Animal>, Vec<Card>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[12], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
}

static ECHO_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Zoo::Echo", 0, 0, &[]);
#[allow(dead_code)]
static ECHO: [dsom::Operation<Echo>; 26] = [dsom::Operation::new("flag"), dsom::Operation::new("byte"), dsom::Operation::new("letter"), dsom::Operation::new("wide"), dsom::Operation::new("small"), dsom::Operation::new("large"), dsom::Operation::new("huge"), dsom::Operation::new("single"), dsom::Operation::new("twice"), dsom::Operation::new("colour"), dsom::Operation::new("text"), dsom::Operation::new("title"), dsom::Operation::new("animal"), dsom::Operation::new("place"), dsom::Operation::new("card"), dsom::Operation::new("cards"), dsom::Operation::new("numbers"), dsom::Operation::new("names"), dsom::Operation::new("tree"), dsom::Operation::new("food"), dsom::Operation::new("flags"), dsom::Operation::new("herd"), dsom::Operation::new("keep"), dsom::Operation::new("kept_text"), dsom::Operation::new("token"), dsom::Operation::new("album")];

dsom::interface! {
    /// Gives back what it gets.
    pub struct Echo = "Zoo::Echo", ECHO_CLASS, EchoOverrides: ;
}

/// The methods of Zoo::Echo.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait EchoMethods: dsom::IsA<Echo> {
    #[inline]
    fn flag(&self, v: bool, io: bool) -> dsom::Result<(bool, bool, bool)> { ECHO[0].call(self, (v, io)) }
    #[inline]
    fn byte(&self, v: u8, io: u8) -> dsom::Result<(u8, u8, u8)> { ECHO[1].call(self, (v, io)) }
    #[inline]
    fn letter(&self, v: char, io: char) -> dsom::Result<(char, char, char)> { ECHO[2].call(self, (v, io)) }
    #[inline]
    fn wide(&self, v: u16, io: u16) -> dsom::Result<(u16, u16, u16)> { ECHO[3].call(self, (v, io)) }
    #[inline]
    fn small(&self, v: i16, io: i16) -> dsom::Result<(i16, i16, i16)> { ECHO[4].call(self, (v, io)) }
    #[inline]
    fn large(&self, v: u32, io: u32) -> dsom::Result<(u32, u32, u32)> { ECHO[5].call(self, (v, io)) }
    #[inline]
    fn huge(&self, v: u64, io: u64) -> dsom::Result<(u64, u64, u64)> { ECHO[6].call(self, (v, io)) }
    #[inline]
    fn single(&self, v: f32, io: f32) -> dsom::Result<(f32, f32, f32)> { ECHO[7].call(self, (v, io)) }
    #[inline]
    fn twice(&self, v: f64, io: f64) -> dsom::Result<(f64, f64, f64)> { ECHO[8].call(self, (v, io)) }
    #[inline]
    fn colour(&self, v: Colour, io: Colour) -> dsom::Result<(Colour, Colour, Colour)> { ECHO[9].call(self, (v, io)) }
    #[inline]
    fn text(&self, v: &str, io: &str) -> dsom::Result<(String, String, String)> { ECHO[10].call(self, (v, io)) }
    #[inline]
    fn title(&self, v: &dsom::WString, io: &dsom::WString) -> dsom::Result<(dsom::WString, dsom::WString, dsom::WString)> { ECHO[11].call(self, (v, io)) }
    #[inline]
    fn animal(&self, v: &impl dsom::IsA<Animal>, io: &impl dsom::IsA<Animal>) -> dsom::Result<(Animal, Animal, Animal)> { ECHO[12].call(self, (v.up(), io.up())) }
    #[inline]
    fn place(&self, v: &Place, io: &Place) -> dsom::Result<(Place, Place, Place)> { ECHO[13].call(self, (v, io)) }
    #[inline]
    fn card(&self, v: &Card, io: &Card) -> dsom::Result<(Card, Card, Card)> { ECHO[14].call(self, (v, io)) }
    #[inline]
    fn cards(&self, v: &[Card], io: &[Card]) -> dsom::Result<(Vec<Card>, Vec<Card>, Vec<Card>)> { ECHO[15].call(self, (v, io)) }
    #[inline]
    fn numbers(&self, v: &[i32], io: &[i32]) -> dsom::Result<(Vec<i32>, Vec<i32>, Vec<i32>)> { ECHO[16].call(self, (v, io)) }
    #[inline]
    fn names(&self, v: &[String; 2], io: &[String; 2]) -> dsom::Result<([String; 2], [String; 2], [String; 2])> { ECHO[17].call(self, (v, io)) }
    #[inline]
    fn tree(&self, v: &Tree, io: &Tree) -> dsom::Result<(Tree, Tree, Tree)> { ECHO[18].call(self, (v, io)) }
    #[inline]
    fn food(&self, v: &Food, io: &Food) -> dsom::Result<(Food, Food, Food)> { ECHO[19].call(self, (v, io)) }
    #[inline]
    fn flags(&self, v: &[bool], io: &[bool]) -> dsom::Result<(Vec<bool>, Vec<bool>, Vec<bool>)> { ECHO[20].call(self, (v, io)) }
    #[inline]
    fn herd(&self, v: &[Animal], io: &[Animal]) -> dsom::Result<(Vec<Animal>, Vec<Animal>, Vec<Animal>)> { ECHO[21].call(self, (v, io)) }
    /// Both become the object's.
    #[inline]
    fn keep(&self, text: &str, animal: &impl dsom::IsA<Animal>) -> dsom::Result<()> { ECHO[22].call(self, (text, animal.up())) }
    #[inline]
    fn kept_text(&self) -> dsom::Result<String> { ECHO[23].call(self, ()) }
    #[inline]
    fn token(&self, v: dsom::Token) -> dsom::Result<dsom::Token> { ECHO[24].call(self, (v,)) }
    #[inline]
    fn album(&self, v: &Album, io: &Album) -> dsom::Result<(Album, Album, Album)> { ECHO[25].call(self, (v, io)) }
}
impl<T: dsom::IsA<Echo>> EchoMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl EchoOverrides {
    pub fn flag<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, bool, bool) -> dsom::Result<(bool, bool, bool)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[0], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn byte<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, u8, u8) -> dsom::Result<(u8, u8, u8)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[1], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn letter<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, char, char) -> dsom::Result<(char, char, char)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[2], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn wide<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, u16, u16) -> dsom::Result<(u16, u16, u16)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[3], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn small<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, i16, i16) -> dsom::Result<(i16, i16, i16)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[4], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn large<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, u32, u32) -> dsom::Result<(u32, u32, u32)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[5], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn huge<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, u64, u64) -> dsom::Result<(u64, u64, u64)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[6], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn single<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, f32, f32) -> dsom::Result<(f32, f32, f32)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[7], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn twice<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, f64, f64) -> dsom::Result<(f64, f64, f64)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[8], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Colour, Colour) -> dsom::Result<(Colour, Colour, Colour)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[9], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn text<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, String, String) -> dsom::Result<(String, String, String)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[10], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn title<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, dsom::WString, dsom::WString) -> dsom::Result<(dsom::WString, dsom::WString, dsom::WString)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[11], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn animal<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Animal, Animal) -> dsom::Result<(Animal, Animal, Animal)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[12], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn place<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Place, Place) -> dsom::Result<(Place, Place, Place)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[13], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn card<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Card, Card) -> dsom::Result<(Card, Card, Card)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[14], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Vec<Card>, Vec<Card>) -> dsom::Result<(Vec<Card>, Vec<Card>, Vec<Card>)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[15], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn numbers<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Vec<i32>, Vec<i32>) -> dsom::Result<(Vec<i32>, Vec<i32>, Vec<i32>)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[16], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn names<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, [String; 2], [String; 2]) -> dsom::Result<([String; 2], [String; 2], [String; 2])>) -> dsom::Override<T> { dsom::Override::new(&ECHO[17], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn tree<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Tree, Tree) -> dsom::Result<(Tree, Tree, Tree)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[18], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn food<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Food, Food) -> dsom::Result<(Food, Food, Food)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[19], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn flags<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Vec<bool>, Vec<bool>) -> dsom::Result<(Vec<bool>, Vec<bool>, Vec<bool>)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[20], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn herd<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Vec<Animal>, Vec<Animal>) -> dsom::Result<(Vec<Animal>, Vec<Animal>, Vec<Animal>)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[21], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
    pub fn keep<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, String, Animal) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ECHO[22], move |t, s, c| { f(t, s, c.arg()?, c.arg()?)?; c.reply(()) }) }
    pub fn kept_text<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&ECHO[23], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn token<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, dsom::Token) -> dsom::Result<dsom::Token>) -> dsom::Override<T> { dsom::Override::new(&ECHO[24], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn album<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Echo>, Album, Album) -> dsom::Result<(Album, Album, Album)>) -> dsom::Override<T> { dsom::Override::new(&ECHO[25], move |t, s, c| { let r = f(t, s, c.arg()?, c.arg()?)?; c.reply(r) }) }
}

static PET_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Zoo::Pet", 0, 0, &[]);
#[allow(dead_code)]
static PET: [dsom::Operation<Pet>; 2] = [dsom::Operation::new("owner"), dsom::Operation::new("speak_to")];

dsom::interface! {
    pub struct Pet = "Zoo::Pet", PET_CLASS, PetOverrides: ;
}

/// The methods of Zoo::Pet.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait PetMethods: dsom::IsA<Pet> {
    /// Whose it is.
    #[inline]
    fn owner(&self) -> dsom::Result<String> { PET[0].call(self, ()) }
    #[inline]
    fn speak_to(&self, who: &str) -> dsom::Result<i64> { PET[1].call(self, (who,)) }
}
impl<T: dsom::IsA<Pet>> PetMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl PetOverrides {
    pub fn speak_to<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Pet>, String) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&PET[1], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

static DOG_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Zoo::Dog", 1, 0, &["Zoo::Animal"]);
#[allow(dead_code)]
static DOG: [dsom::Operation<Dog>; 3] = [dsom::Operation::new("bark"), dsom::Operation::new("_get_bone"), dsom::Operation::new("_set_bone")];

dsom::interface! {
    pub struct Dog = "Zoo::Dog", DOG_CLASS, DogOverrides: Animal;
}

/// The methods of Zoo::Dog.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait DogMethods: dsom::IsA<Dog> {
    #[inline]
    fn bark(&self, volume: i16) -> dsom::Result<()> { DOG[0].call(self, (volume,)) }
    #[inline]
    fn bone(&self) -> dsom::Result<DogBone> { DOG[1].call(self, ()) }
    #[inline]
    fn set_bone(&self, bone: &DogBone) -> dsom::Result<()> { DOG[2].call(self, (bone,)) }
}
impl<T: dsom::IsA<Dog>> DogMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl DogOverrides {
    pub fn bark<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, i16) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&DOG[0], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn bone<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>) -> dsom::Result<DogBone>) -> dsom::Override<T> { dsom::Override::new(&DOG[1], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_bone<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, DogBone) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&DOG[2], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[0], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[1], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn speak<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, i64) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[2], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn friend_of<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, Animal) -> dsom::Result<Animal>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[3], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn legs<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[7], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>) -> dsom::Result<Colour>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[9], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, Colour) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[10], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>) -> dsom::Result<Vec<Card>>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[11], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Dog>, Vec<Card>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[12], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
}

static PUPPY_CLASS: dsom::call::ClassSlot = dsom::call::ClassSlot::new("Zoo::Puppy", 0, 0, &["Zoo::Dog", "Zoo::Animal", "Zoo::Pet"]);
#[allow(dead_code)]
static PUPPY: [dsom::Operation<Puppy>; 1] = [dsom::Operation::new("create")];

dsom::interface! {
    pub struct Puppy = "Zoo::Puppy", PUPPY_CLASS, PuppyOverrides: Dog, Animal, Pet;
}

/// The methods of Zoo::Puppy.
#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
pub trait PuppyMethods: dsom::IsA<Puppy> {
    /// A name that all handles have for something else.
    #[inline]
    fn create(&self) -> dsom::Result<()> { PUPPY[0].call(self, ()) }
}
impl<T: dsom::IsA<Puppy>> PuppyMethods for T {}

#[allow(clippy::type_complexity, clippy::too_many_arguments, dead_code)]
impl PuppyOverrides {
    pub fn create<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&PUPPY[0], move |t, s, c| { f(t, s)?; c.reply(()) }) }
    pub fn bark<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, i16) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&DOG[0], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn bone<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<DogBone>) -> dsom::Override<T> { dsom::Override::new(&DOG[1], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_bone<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, DogBone) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&DOG[2], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<String>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[0], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_name<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, String) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[1], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn speak<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, i64) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[2], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn friend_of<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, Animal) -> dsom::Result<Animal>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[3], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
    pub fn legs<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<i32>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[7], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<Colour>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[9], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_colour<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, Colour) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[10], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>) -> dsom::Result<Vec<Card>>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[11], move |t, s, c| { let r = f(t, s)?; c.reply(r) }) }
    pub fn set_cards<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, Vec<Card>) -> dsom::Result<()>) -> dsom::Override<T> { dsom::Override::new(&ANIMAL[12], move |t, s, c| { f(t, s, c.arg()?)?; c.reply(()) }) }
    pub fn speak_to<T: dsom::Subclass>(f: fn(&T, &dsom::Super<Puppy>, String) -> dsom::Result<i64>) -> dsom::Override<T> { dsom::Override::new(&PET[1], move |t, s, c| { let r = f(t, s, c.arg()?)?; c.reply(r) }) }
}

