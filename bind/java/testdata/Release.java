import org.dsom.Som;
import org.dsom.SomObject;
import org.dsom.SomSystemException;
import som.Counter;
import som.CounterBase;

/** A program for whichever release of the library it was compiled for. */
class Release {
    static class Twice extends CounterBase {
        @Override
        public int count(int by) {
            return super.count(by * 10);
        }
    }

    public static void main(String[] args) throws Exception {
        Counter c;
        try {
            c = Som.create(Counter.class);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
            return;
        }
        System.out.println(c.count(10) + " " + c.count_twice(20) + " " + new Twice().count_twice(3));
        SomObject o = (SomObject) c;
        System.out.println(o.somClass().majorVersion() + "." + o.somClass().minorVersion() + " " + o.somClass().order().stream().map(k -> k.name()).toList());
        try {
            System.out.println(o.call("reset"));
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        try {
            Som.load("Counter", 2, 0);
        } catch (SomSystemException e) {
            System.out.println(e.code());
        }
    }
}
