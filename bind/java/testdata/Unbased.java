import java.util.List;
import org.dsom.Som;
import org.dsom.SomObject;
import zoo.Animal;
import zoo.Dog;
import zoo.Echo;
import zoo.Puppy;
import zoo.TooLoud;

/** Generated interfaces without the classes that were generated beside them: proxies implement them. */
public class Unbased {
    public static void main(String[] args) throws Exception {
        Dog d = Som.create(Dog.class);
        d.setName("Rex");
        d.bark((short) 5);
        System.out.println(d.getName() + " " + d.speak(3) + " " + d.getLegs());
        try {
            d.speak(2000);
        } catch (TooLoud e) {
            System.out.println("too loud: " + e.volume());
        }
        Echo e = Som.create(Echo.class);
        Puppy p = Som.create(Puppy.class);
        Echo.AnimalResult r = e.animal(d, p);
        System.out.println((r.result() == d) + " " + (r.o() == p) + " " + (r.io() instanceof Dog) + " " + (r.o() instanceof Puppy));
        List<Animal> herd = e.herd(List.of(d, p), List.of()).result();
        for (Animal a : herd) {
            System.out.println(a.getLegs() + " " + (a instanceof Puppy));
        }
        System.out.println(p.owner() + " " + SomObject.of(p).somClass().name());
        try (Dog other = Som.create(Dog.class)) {
            System.out.println(other.friend_of(d) == d);
        }
    }
}
