package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dsom.Som;
import org.dsom.SomName;
import org.dsom.SomObject;
import org.dsom.SomParents;
import org.dsom.SomSystemException;
import org.dsom.SomUnknownException;
import org.dsom.SomUserException;
import org.junit.jupiter.api.Test;
import zoo.Animal;
import zoo.AnimalBase;
import zoo.Asleep;
import zoo.Card;
import zoo.Colour;
import zoo.Dog;
import zoo.DogBase;
import zoo.EchoBase;
import zoo.Food;
import zoo.Pet;
import zoo.Place;
import zoo.PuppyBase;
import zoo.TooLoud;

/** Classes in Java, which C++ calls. */
class SubclassingTest {
    static class Loud extends DogBase {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n) + 100;
        }
    }

    static class Louder extends Loud {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n) * 2;
        }
    }

    @Test
    void overrides() throws Exception {
        Louder o = new Louder();
        assertEquals(214, o.speak(3));
        assertEquals(107, new Loud().speak(3));
        assertEquals(214L, o.call("speak", 3));
        assertEquals("Loud", Som.classOf(Loud.class).name());
        assertEquals("Louder", o.call("somGetClassName"));
        assertTrue(Som.load("Louder").isA("Loud"));
        assertEquals(214L, Som.load("Louder").create().call("speak", 3)); // by its name, as others make one
        assertEquals(214, Som.create(Louder.class).speak(3));
    }

    static class Listener extends PuppyBase {
        final List<Long> seen = new ArrayList<>();

        @Override
        public long speak(long n) throws TooLoud, Asleep {
            seen.add(n);
            return super.speak(n);
        }

        @Override
        public long speak_to(String who) {
            return -super.speak_to(who);
        }
    }

    @Test
    void calledFromC() throws Exception {
        Listener o = new Listener();
        assertEquals(new PuppyBase().speak(5), o.call("speak", 5));
        assertEquals(List.of(5L), o.seen);
        assertEquals(-30L, o.call("speak_to", "abc"));
    }

    /** A class in C below one in Java: what that overrides is called on it, and its part in Java is there. */
    @Test
    void below() throws Exception {
        assertTrue(Caller.defineBelow(Som.classOf(Listener.class).name().getBytes()));
        SomObject o = Som.load("Below").create();
        assertEquals(new PuppyBase().speak(5), o.call("speak", 5));
        assertEquals(List.of(5L), ((Listener) o).seen);
        Lowest l = new Lowest();
        assertEquals(new PuppyBase().speak(5) + 1, l.call("speak", 5));
        assertEquals(List.of(5L), l.seen);
        assertThrows(IllegalArgumentException.class, Apart::new);
        assertThrows(IllegalArgumentException.class, Elsewhere::new);
    }

    @SomParents("Below")
    static class Lowest extends Listener {
        @Override
        public long speak(long n) {
            try {
                return (Long) superCall(Lowest.class, "speak", n) + 1;
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @SomParents("Below")
    static class Apart extends SomObject {}

    @SomParents("Zoo::Echo")
    static class Elsewhere extends Listener {}

    static class Named extends DogBase {
        String kept = "?";

        @Override
        public String getName() {
            return "<" + super.getName() + ">";
        }

        @Override
        public void setName(String value) {
            kept = value;
            super.setName(value);
        }
    }

    @Test
    void attributes() throws Exception {
        Named o = new Named();
        o.set("name", "Rex");
        assertEquals("Rex", o.kept);
        assertEquals("<Rex>", o.get("name"));
        for (int i = 0; i < 40; i++) {
            o.setName(Integer.toString(i));
            assertEquals("<" + i + ">", o.get("name"));
        }
    }

    static class Twice extends EchoBase {
        @Override
        public CardResult card(Card v, Card io) {
            return new CardResult(v, io, v);
        }

        @Override
        public NumbersResult numbers(List<Integer> v, List<Integer> io) {
            List<Integer> more = new ArrayList<>(io);
            more.addAll(v);
            return new NumbersResult(v.stream().map(n -> n * 2).toList(), more, List.of(v.size()));
        }

        @Override
        public FoodResult food(Food v, Food io) {
            return new FoodResult(Food.leaf("leaf"), v, io);
        }

        @Override
        public HerdResult herd(List<Animal> v, List<Animal> io) {
            return new HerdResult(List.of(v.get(1), v.get(0)), io, v);
        }
    }

    @Test
    void everythingComesAndGoes() throws Exception {
        Twice o = new Twice();
        Card card = new Card("a", Colour.red, false, List.of("x"), new Place(1, 2, List.of(List.of(0, 0, 0), List.of(0, 0, 0))), "y");
        assertEquals(List.of(card, card, card), o.call("card", card, card));
        assertEquals(List.of(List.of(2, 4), List.of(3, 1, 2), List.of(2)), o.call("numbers", List.of(1, 2), List.of(3)));
        assertEquals(List.of(Food.leaf("leaf"), Food.weight(1), Food.eaten(Colour.blue, card)), o.call("food", Food.weight(1), Food.eaten(Colour.blue, card)));
        Dog d = new DogBase();
        Animal a = new AnimalBase();
        assertEquals(List.of(List.of(a, d), List.of(), List.of(d, a)), o.call("herd", List.of(d, a), List.of()));
    }

    static class Trees extends EchoBase {
        @Override
        public TreeResult tree(zoo.Tree v, zoo.Tree io) {
            return new TreeResult(v, io, io);
        }
    }

    /** What C nests deeper than values may be is refused, however deep: a tree is a structure with a sequence in it. */
    @Test
    void deepFromC() {
        Trees o = new Trees();
        long entry = Som.entry(o, "tree"), address = Som.address(o);
        assertEquals("64", new String(Caller.deep(entry, address, 64)));
        for (int depth : new int[] {65, 4000, 200000}) {
            assertEquals("a value comes that is nested deeper than 128 (MAX_NESTING)", new String(Caller.deep(entry, address, depth)));
        }
    }

    /** Without generated code: by names, with what the dynamic calls have. */
    @SomParents("Zoo::Echo")
    static class Wrong extends SomObject {
        Object result;

        public Object text(String v, String io) {
            return result;
        }

        public List<Object> small(short v, short io) {
            return List.of(1, 2, 1 << 20);
        }

        public int octet(int v) {
            return v;
        }
    }

    @SomParents("Zoo::Dog")
    @SomName("Zoo::Terrier")
    static class Terrier extends SomObject {
        public long speak(long n) throws SomUserException {
            return (Long) superCall(Terrier.class, "speak", n) + 50;
        }

        public String getName() throws SomUserException {
            return "Terrier " + superCall(Terrier.class, "_get_name");
        }
    }

    @SomParents("Zoo::Dog")
    @SomName("Zoo::Terrier")
    static class Again extends SomObject {}

    static class NoParent extends SomObject {}

    @Test
    void withoutGeneratedCode() throws Exception {
        Terrier o = new Terrier();
        assertEquals(57L, o.call("speak", 3));
        assertEquals(57, o.speak(3));
        o.set("name", "Tim");
        assertEquals("Terrier Tim", o.get("name"));
        assertSame(Som.load("Zoo::Terrier"), o.somClass());
        assertEquals("name", assertThrows(SomSystemException.class, Again::new).code());
        assertThrows(IllegalArgumentException.class, NoParent::new);
    }

    static class Overloading extends DogBase {
        public long speak(String n) {
            return -1;
        }

        public long speak(int n) {
            return -2;
        }

        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n) + 100;
        }
    }

    static class OtherParameters extends DogBase {
        public long speak(String n) {
            return -1;
        }
    }

    @SomParents("Zoo::Dog")
    static class NotPublic extends SomObject {
        long speak(long n) {
            return -1;
        }
    }

    @SomParents("Zoo::Dog")
    static class Boxed extends SomObject {
        public Object speak(Number n) {
            return n.longValue() + 70;
        }
    }

    @SomParents("Zoo::Dog")
    static class Refusing extends SomObject {
        public long speak(String n) {
            return -1;
        }
    }

    /** Of methods of one name that is an override which is public and takes what the method is given. */
    @Test
    void overloads() throws Exception {
        assertEquals(107L, new Overloading().call("speak", 3));
        assertEquals(7L, new OtherParameters().call("speak", 3));
        assertEquals(7L, new NotPublic().call("speak", 3));
        assertEquals(73L, new Boxed().call("speak", 3));
        String said = assertThrows(IllegalArgumentException.class, Refusing::new).getMessage();
        assertTrue(said.contains("does not take what Zoo::Animal::speak is given: (long long)"), said);
    }

    @SomParents("Breeder")
    static class Bred extends DogBase {
        static int begun;
        final Object mark;

        Bred() {
            this(null);
        }

        Bred(Object mark) {
            this.mark = mark;
            begun++;
        }

        @Override
        public long speak(long n) {
            return mark == null ? -1 : n;
        }
    }

    /** An initializer in C makes another object of the class that is being made: each has its own part in Java. */
    @Test
    void anotherMeanwhile() throws Exception {
        assertTrue(Caller.defineBreeder());
        Bred o = new Bred("mark");
        assertEquals(2, Bred.begun);
        assertEquals(2, o.somClass().instances());
        assertNotEquals(Som.address(o), Caller.litter());
        assertEquals(3L, o.call("speak", 3));
        assertEquals(-1, Caller.inThread(Som.entry(o, "speak"), Caller.litter(), 3));
        Caller.endLitter();
        assertEquals(3L, o.call("speak", 3));
    }

    static class Same {
        static class Puppy extends DogBase {}
    }

    static class Other {
        static class Puppy extends DogBase {}
    }

    @Test
    void names() {
        assertNotEquals(Som.classOf(Same.Puppy.class).name(), Som.classOf(Other.Puppy.class).name());
    }

    @Test
    void wrongResults() {
        Wrong o = new Wrong();
        for (Object result : new Object[] {List.of(1, 2, 3), List.of("a", "b"), List.of("a", "b", "c", "d"), "a"}) {
            o.result = result;
            assertThrows(IllegalArgumentException.class, () -> o.call("text", "a", "b"));
        }
        o.result = null;
        assertThrows(IllegalArgumentException.class, () -> o.call("text", "a", "b"));
        o.result = List.of("a", "b", "c");
        org.junit.jupiter.api.Assertions.assertDoesNotThrow(() -> o.call("text", "a", "b"));
        assertThrows(IllegalArgumentException.class, () -> o.call("small", 1, 2));
    }

    static class Both extends DogBase implements Pet {
        @Override
        public String owner() {
            try {
                return "not " + superCall(Both.class, "Zoo::Pet::owner");
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long speak_to(String who) {
            try {
                return (Long) superCall(Both.class, "speak_to", who) + 1;
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void twoParents() throws Exception {
        Both o = new Both();
        assertEquals(4L, o.call("speak_to", "abc"));
        assertEquals(3, o.speak(1));
        assertTrue(o.somClass().isA("Zoo::Pet"));
    }

    static class Raising extends DogBase {
        Throwable what;

        @Override
        public long speak(long n) {
            throw Raising.<RuntimeException>sneaky(what);
        }

        @SuppressWarnings("unchecked")
        static <E extends Throwable> E sneaky(Throwable t) throws E {
            throw (E) t;
        }
    }

    @Test
    void raising() {
        Raising o = new Raising();
        for (Throwable what : List.of(new IllegalStateException("odd"), new IOException("checked"), new StackOverflowError(), new OutOfMemoryError("none"), new TooLoud((short) 7, "why"), new Asleep())) {
            o.what = what;
            assertSame(what, assertThrows(Throwable.class, () -> o.call("speak", 1)));
        }
        o.what = new SomSystemException("BAD_PARAM", 3, SomSystemException.Completed.YES, "bad");
        SomSystemException s = assertThrows(SomSystemException.class, () -> o.call("speak", 1));
        assertEquals("BAD_PARAM 3 YES bad", s.name() + " " + s.minor() + " " + s.completed() + " " + s.getMessage());
        o.what = new TooLoud((short) 1, null);
        assertThrows(NullPointerException.class, () -> o.call("speak", 1));
    }

    static class Passing extends DogBase {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            try {
                return super.speak(n);
            } catch (TooLoud e) {
                throw n == 2000 ? new TooLoud((short) 1, e.why()) : e;
            }
        }
    }

    /** What C++ raised goes through Java to C++ and back as what it was. */
    @Test
    void through() {
        assertEquals(7, assertThrows(TooLoud.class, () -> new Passing().call("speak", 1007)).volume());
        assertEquals(1, assertThrows(TooLoud.class, () -> new Passing().call("speak", 2000)).volume());
    }

    static class Unknown extends DogBase {
        @Override
        public void bark(short volume) throws TooLoud {
            throw Raising.<RuntimeException>sneaky(new Asleep());
        }
    }

    /** An exception that the method does not raise is the same where it comes back to Java. */
    @Test
    void undeclared() {
        assertThrows(Asleep.class, () -> new Unknown().call("bark", 1));
    }

    @SomParents("Older")
    static class Newer extends SomObject {
        SomUnknownException caught;

        public long speak(long n) throws SomUserException {
            try {
                return (Long) superCall(Newer.class, "speak", n);
            } catch (SomUnknownException e) {
                caught = e;
                throw e;
            }
        }
    }

    /** What an older class raises has fewer members: it is of no class whose members are more, and goes on under its id. */
    @Test
    void older() {
        Caller.older();
        Newer o = new Newer();
        SomUnknownException e = assertThrows(SomUnknownException.class, () -> o.call("speak", 3));
        assertEquals(TooLoud.ID, e.userId());
        assertEquals(TooLoud.ID, o.caught.userId());
    }

    static class Held extends DogBase {
        final int many;

        Held(String name, int many) {
            setName(name);
            this.many = many;
        }
    }

    static class Free extends DogBase {
        final boolean begun;

        Free() {
            begun = true;
            setName("free");
        }
    }

    static class Failing extends DogBase {
        Failing() {
            throw new IllegalStateException("begin");
        }
    }

    abstract static class Abstract extends DogBase {}

    @Test
    void constructors() throws Exception {
        Held o = new Held("Rex", 5);
        assertEquals("Rex", o.getName());
        assertEquals(5, o.many);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Som.classOf(Held.class).create());
        assertTrue(e.getMessage().contains("has no constructor without arguments"), e.getMessage());
        Free f = (Free) Som.classOf(Free.class).create();
        assertTrue(f.begun);
        assertEquals("free", f.getName());
        Free named = (Free) Som.classOf(Free.class).create("named", "x", 3);
        assertTrue(named.begun);
        assertEquals(3, named.getLegs());
        long failing = Som.classOf(Failing.class).instances();
        assertThrows(IllegalStateException.class, () -> Som.classOf(Failing.class).create());
        assertEquals(failing, Som.classOf(Failing.class).instances());
        assertThrows(IllegalStateException.class, Failing::new);
        assertThrows(IllegalStateException.class, () -> Som.create(Abstract.class));
    }

    static class Recursing extends DogBase {
        @Override
        public long speak(long n) throws TooLoud, Asleep {
            try {
                return (Long) call("speak", n);
            } catch (TooLoud | Asleep e) {
                throw e;
            } catch (SomUserException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** An override that calls itself for ever ends by the stack's end, in Java's way. */
    @Test
    void endlessRecursion() {
        Recursing o = new Recursing();
        assertThrows(StackOverflowError.class, () -> o.call("speak", 1));
        assertNotSame(o, new Recursing());
    }
}
