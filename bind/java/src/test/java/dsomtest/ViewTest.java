package dsomtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.dsom.Som;
import org.dsom.SomName;
import org.dsom.SomObject;
import org.dsom.SomUserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import zoo.Asleep;
import zoo.Dog;
import zoo.DogBase;
import zoo.TooLoud;

/** Objects by interfaces that a program has written itself. */
class ViewTest {
    @SomName("Zoo::Dog")
    interface MyDog {
        long speak(long times) throws TooLoud, Asleep;

        MyDog friend_of(MyDog other);

        String getName();

        void setName(String name);

        int getLegs();

        default String greeting() {
            return "I am " + getName();
        }

        static String kind() {
            return "dog";
        }
    }

    interface Loud {
        long bark(int volume) throws TooLoud;
    }

    record Texts(String result, Object out, String inout) {}

    interface MyEcho extends AutoCloseable {
        Texts text(String v, String io);

        List<List<Object>> numbers(int[] v, List<Integer> io);

        List<MyDog> herdOf();

        @Override
        void close();
    }

    interface Numbers {
        long small(int v, short io);
    }

    interface Echoes {
        Texts text(String v, String io);

        Object numbers(int[] v, List<Integer> io);

        List<Object> herd(List<MyDog> v, MyDog[] io);
    }

    record Wide(List<Long> result, List<? extends Number> out, Iterable<Double> inout) {}

    interface Widened {
        Wide numbers(long[] v, List<Short> io);
    }

    interface Lists {
        List<List<Long>> numbers(List<Integer> v, int[] io);
    }

    private static void raises(String text, Executable f) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, f);
        assertTrue(e.getMessage().contains(text), () -> e + " does not say: " + text);
    }

    @Test
    void used() throws Exception {
        MyDog d = Som.create(MyDog.class);
        d.setName("Rex");
        assertEquals(7, d.speak(3));
        assertEquals("Rex", d.getName());
        assertEquals("I am Rex", d.greeting());
        assertEquals(4, d.getLegs());
        assertThrows(TooLoud.class, () -> d.speak(2000));
        assertThrows(Asleep.class, () -> d.speak(-1));
        assertInstanceOf(Dog.class, SomObject.of(d)); // whose generated class is there
        assertThrows(NullPointerException.class, () -> d.setName(null));
    }

    @Test
    void sameObject() throws Exception {
        SomObject o = Som.load("Zoo::Dog").create();
        MyDog d = o.as(MyDog.class);
        assertSame(d, o.as(MyDog.class));
        assertSame(o, SomObject.of(d));
        assertSame(d, d.friend_of(d));
        assertEquals(d, d.friend_of(d));
        assertEquals(d.hashCode(), o.hashCode());
        assertEquals(d.toString(), o.toString());
        assertNotEquals(d, Som.create(MyDog.class));
        assertNotEquals(d, o);
        assertFalse(d.equals(null));
        Dog generated = o.as(Dog.class);
        assertSame(o, generated);
        assertSame(o, generated.friend_of(generated));
        assertSame(o, o.call("friend_of", d)); // what takes objects takes proxies of them
    }

    @Test
    void overridden() throws Exception {
        class Twice extends DogBase {
            @Override
            public long speak(long times) throws TooLoud, Asleep {
                return 2 * super.speak(times);
            }
        }
        assertEquals(14, new Twice().as(MyDog.class).speak(3));
    }

    @Test
    void values() throws Exception {
        Echoes e = Som.load("Zoo::Echo").create().as(Echoes.class);
        assertEquals(new Texts("a", "b", "a"), e.text("a", "b"));
        assertEquals(List.of(List.of(1, 2), List.of(3), List.of(1, 2)), e.numbers(new int[] {1, 2}, List.of(3)));
        MyDog d = Som.create(MyDog.class);
        assertEquals(List.of(SomObject.of(d)), e.herd(List.of(d), new MyDog[0]).get(0));
    }

    @Test
    void elements() {
        SomObject echo = Som.load("Zoo::Echo").create();
        Wide w = echo.as(Widened.class).numbers(new long[] {1, 2}, List.of((short) 3));
        long sum = 0;
        for (long n : w.result()) {
            sum += n;
        }
        assertEquals(3, sum);
        assertEquals(new Wide(List.of(1L, 2L), List.of(3), List.of(1.0, 2.0)), w);
        assertEquals(List.of(List.of(1L), List.of(2L), List.of(1L)), echo.as(Lists.class).numbers(List.of(1), new int[] {2}));
        interface Named {
            List<String> numbers(int[] v, List<Integer> io);
        }
        raises("numbers(): it returns String, and Zoo::Echo::numbers sequence<long>", () -> echo.as(Named.class));
        record Strings(List<String> result, Object out, Object inout) {}
        interface Texted {
            Strings numbers(int[] v, List<Integer> io);
        }
        raises("numbers(): it returns java.util.List<java.lang.String>, and Zoo::Echo::numbers sequence<long>", () -> echo.as(Texted.class));
        record Narrow(List<Short> result, Object out, Object inout) {}
        interface Narrowed {
            Narrow numbers(int[] v, List<Integer> io);
        }
        raises("it returns java.util.List<java.lang.Short>, and", () -> echo.as(Narrowed.class));
        interface Given {
            Object numbers(List<String> v, List<Integer> io);
        }
        raises("numbers(): argument 1 is java.util.List<java.lang.String>, and Zoo::Echo::numbers takes sequence<long>", () -> echo.as(Given.class));
        interface Flags {
            Object flags(boolean[] v, int[] io);
        }
        raises("flags(): argument 2 is int[], and Zoo::Echo::flags takes sequence<boolean>", () -> echo.as(Flags.class));
    }

    @Test
    void wrong() {
        SomObject dog = Som.load("Zoo::Dog").create(), echo = Som.load("Zoo::Echo").create();
        raises("class Zoo::Echo does not descend from Zoo::Dog, which dsomtest.ViewTest$MyDog is for", () -> echo.as(MyDog.class));
        raises("dsomtest.ViewTest$Loud.bark(): Zoo::Dog::bark returns nothing", () -> dog.as(Loud.class));
        raises("class Zoo::Echo has no such method", () -> echo.as(MyEcho.class));
        raises("Zoo::Echo::small returns 3 values, which are a List or a record", () -> echo.as(Numbers.class));
        interface Typed {
            long speak(String times) throws SomUserException;
        }
        raises("speak(): argument 1 is String, and Zoo::Animal::speak takes long long", () -> dog.as(Typed.class));
        interface Silent {
            long speak(long times);
        }
        raises("Zoo::Animal::speak raises Zoo::TooLoud, which it does not declare: throws SomUserException", () -> dog.as(Silent.class));
        interface Counted {
            long speak() throws SomUserException;
        }
        raises("speak(): class Zoo::Dog has it with 1 argument", () -> dog.as(Counted.class));
        interface Narrow {
            int speak(int times) throws SomUserException;
        }
        raises("speak(): it returns int, and Zoo::Animal::speak long long", () -> dog.as(Narrow.class));
        raises("java.lang.String is no interface", () -> dog.as(String.class));
        raises("no class of SOM's: @SomName says of which it is", () -> Som.create(Loud.class));
        raises("is no object of SOM's", () -> SomObject.of("x"));
        MyDog d = dog.as(MyDog.class);
        dog.close();
        assertThrows(IllegalStateException.class, () -> d.speak(1));
        assertTrue(d.toString().endsWith("(released)"));
        assertNotSame(d, Som.create(MyDog.class));
    }
}
