package dsomtest;

import java.util.ArrayList;
import java.util.List;
import org.dsom.Som;
import org.dsom.SomClass;
import org.dsom.SomMethod;
import org.dsom.SomObject;
import org.dsom.SomUserException;

/**
 * Uses what a class library says of itself that is damaged: all of it ends in values or in exceptions. The methods themselves are not run: that one keeps what it returns, say, is told by nothing but
 * what is damaged.
 */
final class Damaged {
    private Damaged() {}

    /** What is given for a parameter, whatever it is: most of it is refused. */
    private static final List<Object> GUESSES = List.of(3, "a", 1.5, true, 'c', List.of(), List.of(1, 2), new byte[3]);

    private static int converted, refused;

    private static void tryAll(SomObject o, SomMethod m) {
        for (Object guess : GUESSES) {
            List<Object> args = new ArrayList<>();
            m.ins().forEach(p -> args.add(guess));
            try {
                o.call(m.toString(), args.toArray());
                throw new AssertionError("a call of an object that is closed");
            } catch (IllegalStateException released) {
                converted++;
            } catch (RuntimeException | SomUserException e) {
                refused++;
            }
        }
    }

    public static void main(String[] args) {
        for (String name : List.of("Zoo::Animal", "Zoo::Dog", "Zoo::Puppy", "Zoo::Echo")) {
            SomClass c;
            SomObject o;
            try {
                c = Som.load(name);
                o = c.create();
            } catch (RuntimeException e) {
                refused++;
                continue;
            }
            o.somClass();
            o.close();
            for (SomClass k : c.order()) {
                k.types().forEach(t -> System.err.println(t + " " + t.doc() + " " + t.members()));
                for (SomMethod m : k.methods()) {
                    System.err.println(m + " " + m.doc() + " " + m.params() + " " + m.why());
                    tryAll(o, m);
                }
            }
        }
        System.out.println("survived, converted " + (converted > 0) + ", refused " + (refused > 0));
    }
}
