package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.dsom.Som;
import org.dsom.SomClass;
import org.dsom.SomObject;
import org.dsom.SomSystemException;
import org.dsom.SomType;
import org.dsom.SomUnknownException;
import org.dsom.SomUserException;
import org.dsom.SomWeak;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import zoo.Album;
import zoo.Animal;
import zoo.AnimalBase;
import zoo.Asleep;
import zoo.Card;
import zoo.Colour;
import zoo.Dog;
import zoo.DogBase;
import zoo.Echo;
import zoo.Food;
import zoo.Place;
import zoo.Puppy;
import zoo.TooLoud;
import zoo.Tree;

/** What a program in Java does with classes of C++. The class library is bind/cxx/testdata/zoo.idl's. */
class UsingTest {
    private static final List<List<Integer>> MARKS = List.of(List.of(1, 2, 3), List.of(4, 5, 6));
    private static final Place PLACE = new Place(1.5, -2.0, MARKS), NOWHERE = new Place(0, 0, List.of(List.of(0, 0, 0), List.of(0, 0, 0)));
    private static final Card CARD = new Card("Rex", Colour.green, true, List.of("sit", "ß€😀"), PLACE, "wide 😀 text"), NOBODY = new Card("", Colour.red, false, List.of(), NOWHERE, "");

    private final Echo e = Som.create(Echo.class);
    private final SomObject any = (SomObject) e;

    private static void raises(Class<? extends Throwable> type, String text, Executable f) {
        Throwable t = assertThrows(type, f);
        assertTrue(String.valueOf(t.getMessage()).contains(text), () -> t + " does not say: " + text);
    }

    @Test
    void classes() {
        SomClass puppy = Som.load("Zoo::Puppy");
        assertEquals(List.of("Zoo::Puppy", "Zoo::Dog", "Zoo::Animal", "Zoo::Pet", "SOMObject"), puppy.order().stream().map(SomClass::name).toList());
        assertSame(puppy, Som.load("Zoo::Puppy"));
        assertSame(puppy, Som.classOf(Puppy.class));
        assertEquals(1, Som.load("Zoo::Animal").majorVersion());
        assertEquals(2, Som.load("Zoo::Animal").minorVersion());
        assertEquals("An animal.", Som.load("Zoo::Animal").doc());
        assertEquals("Says something n times, and how loud that was.", Som.load("Zoo::Animal").method("speak").doc());
        assertEquals("class Zoo::Dog of SOM", Som.load("Zoo::Dog").toString());
        assertTrue(Som.load("Zoo::Dog").library().endsWith("libzoo.so"));
        assertTrue(puppy.isA("Zoo::Animal"));
        assertTrue(Som.classes().contains("Zoo::Echo"));
        assertTrue(Som.create(Dog.class).toString().matches("Dog@[0-9a-f]+"));
    }

    @Test
    void calls() throws Exception {
        Dog d = Som.create(Dog.class);
        assertEquals(7, d.speak(3));
        d.bark((short) 5);
        assertEquals(12, d.speak(3));
        assertEquals(4, d.getLegs());
        assertEquals(d.total(1), new AnimalBase().total(0));
        assertEquals(3, AnimalBase.named("Ida", 3).getLegs());
        assertEquals("Rex", DogBase.named("Rex", 2).getName());
        assertEquals("somebody", Som.create(Puppy.class).owner());
        Som.create(Puppy.class).create();
        assertEquals(7, new DogBase().speak(3));
    }

    /** Texts of any octets, a whole one at a time from what the machine itself reads, or else one octet. */
    private static String escaped(byte[] all) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < all.length;) {
            String one = null;
            int k = 1;
            for (; one == null && k <= 4 && i + k <= all.length; k++) {
                String is = new String(all, i, k, java.nio.charset.StandardCharsets.UTF_8);
                one = is.indexOf('\ufffd') < 0 || (k == 3 && is.equals("\ufffd") && all[i] == (byte) 0xef && all[i + 1] == (byte) 0xbf && all[i + 2] == (byte) 0xbd) ? is : null;
            }
            s.append(one != null ? one : String.valueOf((char) (0xdc00 + (all[i] & 0xff))));
            i += one != null ? k - 1 : 1;
        }
        return s.toString();
    }

    @Test
    void octetsThatAreNoText() {
        List<int[]> all = new ArrayList<>(List.of(new int[] {0xff}, new int[] {'a', 0xc3}, new int[] {0xc0, 0x80}, new int[] {0xc1, 0xbf}, new int[] {0xe0, 0x9f, 0xbf}, new int[] {0xe0, 0xa0, 0x80, 0xff},
            new int[] {0xed, 0x9f, 0xbf, 0xfe}, new int[] {0xed, 0xa0, 0x80}, new int[] {0xf0, 0x8f, 0xbf, 0xbf}, new int[] {0xf0, 0x90, 0x80, 0x80, 0x80}, new int[] {0xf4, 0x8f, 0xbf, 0xbf, 0xff},
            new int[] {0xf4, 0x90, 0x80, 0x80}, new int[] {0xf5, 0x80, 0x80, 0x80}, new int[] {0xef, 0xbf, 0xbd}, new int[] {0xef, 0xbf, 0xbd, 0xbf}, new int[] {0xe2, 0x82}, new int[] {0xf0, 0x9f, 0x98}));
        int[] some = {'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
        java.util.Random random = new java.util.Random(1);
        for (int i = 0; i < 2000; i++) {
            all.add(random.ints(1 + random.nextInt(8), 0, some.length).map(k -> some[k]).toArray());
        }
        for (int[] octets : all) {
            byte[] b = new byte[octets.length];
            for (int i = 0; i < b.length; i++) {
                b[i] = (byte) octets[i];
            }
            String s = escaped(b);
            assertEquals(s, e.text(s, "").result(), () -> java.util.Arrays.toString(octets)); // there and back by C++, which has just these octets
        }
    }

    @Test
    void dynamicCalls() throws Exception {
        SomObject d = Som.load("Zoo::Dog").create();
        assertInstanceOf(Dog.class, d); // since its generated class is there
        assertEquals(7L, d.call("speak", 3));
        assertEquals(7L, d.call("Zoo::Animal::speak", 3L));
        d.set("name", "Rex");
        assertEquals("Rex", d.get("name"));
        assertEquals("Zoo::Dog", d.call("somGetClassName"));
        assertEquals("Ida", Som.load("Zoo::Animal").create("named", "Ida", 4).get("name"));
        assertEquals(List.of("a", "b", "a"), any.call("text", "a", "b"));
        assertEquals(List.of(-1L, 1L, -1L), any.call("huge", new BigInteger("18446744073709551615"), 1));
        assertEquals(List.of(Colour.blue, Colour.red, Colour.blue), any.call("colour", "blue", Colour.red));
        assertEquals(List.of(PLACE, NOWHERE, PLACE), any.call("place", PLACE, SomType.named("Zoo::Place").struct(0, 0, new int[2][3])));
        raises(UnsupportedOperationException.class, "attribute legs of class Zoo::Dog is read-only", () -> d.set("legs", 3));
        raises(IllegalArgumentException.class, "class Zoo::Dog has no method bite", () -> d.call("bite"));
        raises(IllegalArgumentException.class, "class Zoo::Dog has no method _get_tail", () -> d.get("tail"));
        assertThrows(TooLoud.class, () -> d.call("speak", 2000));
    }

    @Test
    void attributes() {
        Dog d = Som.create(Dog.class);
        d.setName("Rex");
        d.setColour(Colour.blue);
        d.setBone(new Dog.Bone(Dog.Size.large, 1L << 40));
        assertEquals("Rex", d.getName());
        assertEquals(Colour.blue, d.getColour());
        assertEquals(new Dog.Bone(Dog.Size.large, 1L << 40), d.getBone());
        d.setCards(List.of(CARD));
        assertEquals(List.of(CARD), d.getCards());
    }

    @Test
    void identity() {
        Dog d = Som.create(Dog.class);
        Animal other = Som.create(Animal.class);
        assertSame(d, d.friend_of(d));
        assertSame(other, d.friend_of(other));
        assertNotEquals(d, other);
    }

    @Test
    void everyType() {
        assertEquals(new Echo.FlagResult(true, false, true), e.flag(true, false));
        assertEquals(new Echo.ByteResult(255, 0, 255), e._byte(255, 0));
        assertEquals(new Echo.LetterResult('a', 'ÿ', 'a'), e.letter('a', 'ÿ'));
        assertEquals(new Echo.WideResult('€', 'a', '€'), e.wide('€', 'a'));
        assertEquals(new Echo.SmallResult((short) -32768, (short) 32767, (short) -32768), e.small((short) -32768, (short) 32767));
        assertEquals(new Echo.LargeResult(4294967295L, 0, 4294967295L), e.large(4294967295L, 0));
        assertEquals(new Echo.HugeResult(-1, 1, -1), e.huge(-1, 1));
        assertEquals(new Echo.SingleResult(0.5f, -1, 0.5f), e.single(0.5f, -1));
        assertEquals(new Echo.TwiceResult(0.1, Double.POSITIVE_INFINITY, 0.1), e.twice(0.1, Double.POSITIVE_INFINITY));
        assertEquals(new Echo.ColourResult(Colour.blue, Colour.red, Colour.blue), e.colour(Colour.blue, Colour.red));
        assertEquals(new Echo.TextResult("grüße 😀", "", "grüße 😀"), e.text("grüße 😀", ""));
        assertEquals(new Echo.TitleResult("grüße 😀", "", "grüße 😀"), e.title("grüße 😀", ""));
        Dog dog = Som.create(Dog.class);
        Animal cat = Som.create(Animal.class);
        assertEquals(new Echo.AnimalResult(dog, cat, dog), e.animal(dog, cat));
        assertEquals(new Echo.PlaceResult(PLACE, NOWHERE, PLACE), e.place(PLACE, NOWHERE));
        assertEquals(new Echo.CardsResult(List.of(CARD, CARD), List.of(), List.of(CARD, CARD)), e.cards(List.of(CARD, CARD), List.of()));
        List<Integer> many = IntStream.range(0, 1000).boxed().toList();
        assertEquals(new Echo.NumbersResult(many, List.of(-1), many), e.numbers(many, List.of(-1)));
        assertEquals(new Echo.NamesResult(List.of("a", "b"), List.of("", "c"), List.of("a", "b")), e.names(List.of("a", "b"), List.of("", "c")));
        Tree tree = new Tree(1, List.of(new Tree(2, List.of()), new Tree(3, List.of(new Tree(4, List.of())))));
        assertEquals(new Echo.TreeResult(tree, new Tree(0, List.of()), tree), e.tree(tree, new Tree(0, List.of())));
        assertEquals(new Echo.FoodResult(Food.weight(7), Food.leaf("leaf"), Food.weight(7)), e.food(Food.weight(7), Food.leaf("leaf")));
        assertEquals(Food.eaten(Colour.blue, CARD), e.food(Food.eaten(Colour.blue, CARD), Food.weight(-1)).result());
        assertEquals(CARD, Food.eaten(Colour.blue, CARD).eaten());
        assertThrows(IllegalStateException.class, () -> Food.weight(7).leaf());
        assertEquals(List.of(true, false), e.flags(List.of(true, false), List.of()).result());
        assertEquals(List.of(dog, cat), e.herd(List.of(dog, cat), List.of()).result());
        Album album = new Album(List.of(List.of("a", "b", "c"), List.of("d", "e", "f")), (short) 6);
        assertEquals(album, e.album(album, new Album(List.of(List.of("", "", ""), List.of("", "", "")), (short) 0)).result());
        assertEquals(0x1234, e.token(0x1234));
        assertEquals(0, e.token(0));
    }

    @Test
    void cards() throws Exception {
        assertEquals(new Echo.CardResult(CARD, NOBODY, CARD), e.card(CARD, NOBODY));
        Card raising = new Card("raise", Colour.red, false, List.of(), NOWHERE, "");
        assertThrows(Asleep.class, () -> e.card(raising, NOBODY));
    }

    @Test
    void octetsThatAreNoUtf8() {
        String text = "caf\udce9 and ß";
        assertEquals(text, e.text(text, "").result());
        raises(IllegalArgumentException.class, "half of a surrogate pair", () -> e.text("\ud800", ""));
    }

    @Test
    void wrongValues() {
        Dog d = Som.create(Dog.class);
        SomObject dog = (SomObject) d;
        raises(IllegalArgumentException.class, "byte(): argument 'v': 256 is out of the range of octet (0 to 255)", () -> e._byte(256, 0));
        raises(IllegalArgumentException.class, "-1 is out of the range", () -> e._byte(-1, 0));
        raises(IllegalArgumentException.class, "32768 is out of the range of short", () -> any.call("small", 32768, 0));
        raises(IllegalArgumentException.class, "4294967296 is out of the range of unsigned long", () -> e.large(1L << 32, 0));
        raises(IllegalArgumentException.class, "unsigned long long", () -> any.call("huge", BigInteger.ONE.shiftLeft(64), 0));
        raises(IllegalArgumentException.class, "unsigned long long", () -> any.call("huge", BigInteger.valueOf(-1), 0));
        raises(IllegalArgumentException.class, "long long", () -> dog.call("speak", BigInteger.ONE.shiftLeft(63)));
        raises(IllegalArgumentException.class, "out of the range of float", () -> any.call("single", 1e300, 0));
        raises(IllegalArgumentException.class, "beyond U+00FF", () -> e.letter('€', 'a'));
        raises(IllegalArgumentException.class, "must be a whole number, not String", () -> dog.call("speak", "x"));
        raises(IllegalArgumentException.class, "must be a whole number, not Double", () -> dog.call("speak", 1.0));
        raises(NullPointerException.class, "speak(): argument 'n' must not be null", () -> dog.call("speak", (Object) null));
        raises(NullPointerException.class, "speak(): argument 'n' must not be null", () -> dog.call("speak", (Object[]) null));
        raises(IllegalArgumentException.class, "must be boolean, not Integer", () -> any.call("flag", 1, false));
        raises(NullPointerException.class, "text(): argument 'v' must not be null", () -> e.text(null, ""));
        raises(IllegalArgumentException.class, "a character of zero", () -> e.text("a\0b", ""));
        raises(IllegalArgumentException.class, "a character of zero", () -> e.title("a\0b", ""));
        raises(NullPointerException.class, "must not be null", () -> e.animal(null, d));
        raises(IllegalArgumentException.class, "must be Zoo::Animal, not EchoBase", () -> any.call("animal", e, d));
        raises(IllegalArgumentException.class, "must be Zoo::Animal, not Object", () -> any.call("animal", new Object(), d));
        raises(IllegalArgumentException.class, "must be a List, not Integer", () -> any.call("numbers", 7, List.of()));
        raises(IllegalArgumentException.class, "'v'[1] must be a whole number", () -> any.call("numbers", List.of(1, "2"), List.of()));
        raises(IllegalArgumentException.class, "2 elements, and the array has 3", () -> e.place(new Place(0, 0, List.of(List.of(0, 0), List.of(0, 0))), PLACE));
        raises(IllegalArgumentException.class, "must be Zoo::Place", () -> any.call("place", 7, PLACE));
        raises(NullPointerException.class, "'v'.name must not be null", () -> e.card(new Card(null, Colour.red, true, List.of(), PLACE, ""), CARD));
        raises(IllegalArgumentException.class, "yellow is no enumerator of Zoo::Colour", () -> any.call("colour", "yellow", Colour.red));
        raises(IllegalArgumentException.class, "must be Zoo::Colour, not Size", () -> any.call("colour", Dog.Size.large, Colour.red));
        raises(IllegalArgumentException.class, "Zoo::Animal::speak takes 1 argument, not 0", () -> dog.call("speak"));
        raises(IllegalArgumentException.class, "takes 1 argument, not 2", () -> dog.call("speak", 1, 2));
        raises(IllegalArgumentException.class, "members, and Zoo::Place has 3", () -> any.call("place", List.of(1, 2), PLACE));
        Animal foreign = (Animal) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Animal.class}, (p, m, a) -> null);
        raises(IllegalArgumentException.class, "must be Zoo::Animal", () -> e.animal(foreign, d)); // it implements the interface, and is none of SOM's
    }

    @Test
    void recursion() {
        List<Tree> below = new ArrayList<>();
        Tree tree = new Tree(0, below);
        below.add(tree);
        raises(IllegalArgumentException.class, "nested deeper than 128 (MAX_NESTING)", () -> e.tree(tree, tree));
        Tree deep = new Tree(0, List.of());
        for (int i = 0; i < 60; i++) {
            deep = new Tree(i, Collections.singletonList(deep));
        }
        assertEquals(deep, e.tree(deep, new Tree(0, List.of())).result());
    }

    @Test
    void userExceptions() {
        TooLoud t = assertThrows(TooLoud.class, () -> Som.create(Dog.class).speak(1005));
        assertEquals(5, t.volume());
        assertEquals(" is too loud", t.why());
        assertEquals("IDL:Zoo/TooLoud:1.0", t.id());
        assertEquals((short) 5, t.get("volume"));
        assertInstanceOf(SomUserException.class, t);
        assertThrows(Asleep.class, () -> Som.create(Dog.class).speak(-1));
        assertThrows(TooLoud.class, () -> AnimalBase.named("nobody", 4));
    }

    /** Of one that goes into a stream of objects the text is left. */
    @Test
    void serialized() throws Exception {
        java.io.ByteArrayOutputStream b = new java.io.ByteArrayOutputStream();
        try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(b)) {
            out.writeObject(new TooLoud((short) 5, "why"));
        }
        TooLoud t = (TooLoud) new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(b.toByteArray())).readObject();
        assertEquals("5, why", t.getMessage());
        raises(IllegalStateException.class, "has its text, and no members", t::volume);
    }

    @Test
    void systemExceptions() {
        Animal a = Som.create(Animal.class);
        SomSystemException s = assertThrows(SomSystemException.class, () -> a.speak(999));
        assertEquals("UNKNOWN", s.name());
        assertTrue(s.getMessage().contains("a plain error"));
        assertEquals("NO_MEMORY", assertThrows(SomSystemException.class, () -> a.speak(998)).name());
        assertEquals("UNKNOWN", assertThrows(SomSystemException.class, () -> a.speak(997)).name());
    }

    @Test
    void noSuchClass() {
        for (String name : List.of("Zoo::Unicorn", "Nothing", "a b", "", "x".repeat(300))) {
            assertEquals("unknown", assertThrows(SomSystemException.class, () -> Som.load(name)).code(), name);
        }
        assertEquals("version", assertThrows(SomSystemException.class, () -> Som.load("Zoo::Animal", 2, 0)).code());
        assertSame(Som.load("Zoo::Animal"), Som.load("Zoo::Animal", 1, 1));
        assertEquals("library", assertThrows(SomSystemException.class, () -> Som.library(Path.of("/nowhere/libnothing.so"))).code());
        assertThrows(NullPointerException.class, () -> Som.load(null));
        raises(IllegalArgumentException.class, "is no class of SOM's", () -> Som.create(String.class));
        raises(IllegalArgumentException.class, "no class that is loaded has a type Zoo::Nothing", () -> SomType.named("Zoo::Nothing"));
    }

    @Test
    void anOlderRelease() {
        SomObject o = Som.load(Caller.older()).create();
        assertInstanceOf(Animal.class, o);
        SomUnknownException u = assertThrows(SomUnknownException.class, () -> o.call("speak", 5));
        assertEquals(TooLoud.ID, u.userId());
    }

    @Test
    void signaturesAlone() throws Exception {
        assertTrue(Caller.defineSigned());
        SomObject o = Som.load("Signed").create();
        assertEquals(4L, o.call("new", 3));
        raises(UnsupportedOperationException.class, "cannot be called", () -> o.call("nowhere"));
    }

    @Test
    void given() {
        Animal a = Som.create(Animal.class);
        SomWeak<SomObject> w = new SomWeak<>((SomObject) a);
        e.keep("some text", a);
        assertEquals("some text", e.kept_text());
        a.close();
        w.get().close(); // another of Java's, of the same object
        assertNotNull(w.get());
        w.get().close();
        e.keep("another", Som.create(Dog.class));
        assertNull(w.get());
    }

    @Test
    void released() throws Exception {
        Dog d = Som.create(Dog.class);
        SomObject o = (SomObject) d;
        SomWeak<SomObject> w = new SomWeak<>(o);
        assertSame(d, w.get());
        d.close();
        assertNull(w.get());
        for (Executable f : List.<Executable>of(() -> d.speak(1), d::getName, () -> e.animal(d, d), () -> d.setName("x"), () -> o.call("speak", 1), () -> Som.address(o), () -> new SomWeak<>(o))) {
            raises(IllegalStateException.class, "the object of class DogBase has been released", f);
        }
        assertEquals("DogBase (released)", o.toString());
        d.close();
        try (Dog other = Som.create(Dog.class)) {
            assertTrue(((SomObject) other).isAlive());
        }
        assertFalse(o.isAlive());
    }
}
