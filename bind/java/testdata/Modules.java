import java.nio.file.Path;
import java.util.List;
import org.dsom.Som;
import org.dsom.SomObject;

/** Generated classes that refer to other modules, of which nothing has been used before; a part of it for each run. Modules WHAT LIBRARY */
public final class Modules {
    private Modules() {}

    private static Object what(String how) throws Exception {
        switch (how) {
            case "class": // of another module
                return Som.create(town.House.class).plan().centre();
            case "struct": // of a module that has no classes
                return Som.create(town.House.class).place(new geo.Spot(1, 2));
            case "exception":
                try {
                    Som.create(town.House.class).find(5);
                    return "found";
                } catch (geo.Lost e) {
                    return e.where();
                }
            case "argument": // of a call by name, and the first of its module
                return Som.load("Town::House").create().call("place", new geo.Spot(6, 7));
            case "thrown":
                new geo.Lost(new geo.Spot(0, 0));
                try {
                    return Som.load("Town::House").create().call("find", 8);
                } catch (geo.Lost e) {
                    return e.where();
                }
            case "late": // an object of it has been there before its generated class has
                SomObject plain = Som.load("Form::Shape").create();
                return (plain instanceof form.Shape) + " " + Som.create(form.Shape.class).centre();
            case "union":
                town.House.OddResult r = Som.create(town.House.class).odd(List.of(geo.Odd._value(9), geo.Odd._discriminator("d")));
                return r.result().get(0)._value() + r.result().get(1)._discriminator() + r.value();
            case "both": // an interface cannot have both, and the class has
                town.Both b = Som.create(town.Both.class);
                return b.same() + " " + b.left() + " " + b.left_of("abc") + " " + ((SomObject) b).call("Town::Right::same") + " " + ((Object) b instanceof town.Right);
            case "names": // whose generated class has another than usual
                class Own extends town.HutBase_ {
                    @Override
                    public int rooms() {
                        return super.rooms() + 10;
                    }
                }
                town.Hut hut = Som.create(town.Hut.class);
                town.Shedbase shed = new town.ShedbaseBase();
                return hut.floors() + " " + new Own().rooms() + " " + new town.HutBaseBase().floors() + " " + shed.floors() + " " + new town.ShedBase_().rooms() + " " + (hut instanceof town.HutBaseBase);
            case "twice": // two packages of one module
                Som.create(town.House.class).place(new geo.Spot(1, 2));
                try {
                    return Som.create(other.town.House.class);
                } catch (IllegalStateException | ExceptionInInitializerError e) {
                    return (e.getCause() == null ? e : e.getCause()).getMessage();
                }
            default:
                throw new IllegalArgumentException(how);
        }
    }

    public static void main(String[] args) throws Exception {
        Som.library(Path.of(args[1]));
        System.out.println(what(args[0]));
    }
}
