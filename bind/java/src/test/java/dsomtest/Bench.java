package dsomtest;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.function.LongUnaryOperator;
import org.dsom.Som;
import org.dsom.SomObject;
import zoo.AnimalBase;

/** What calls cost, in one run: the least of many short windows, in ns. */
final class Bench {
    private Bench() {}

    static class Own extends AnimalBase {
        @Override
        public long speak(long n) {
            return n * 2;
        }
    }

    static class Plain {
        long said;

        long speak(long n) {
            said++;
            return n * 2;
        }
    }

    private static final int TIMES = 20000, WINDOWS = 600;
    private static long sum;

    private interface Case { long run(); } // TIMES calls

    private static double window(Case f, int times) {
        long begun = System.nanoTime();
        sum += f.run();
        return (System.nanoTime() - begun) / (double) times;
    }

    public static void main(String[] args) throws Exception {
        AnimalBase animal = new AnimalBase();
        SomObject any = animal;
        Own own = new Own();
        Plain plain = new Plain();
        Caller caller = new Caller();
        long dog = Caller.newDog(), entry = Som.entry(animal, "speak"), address = Som.address(animal), up = Som.entry(own, "speak"), self = Som.address(own);
        Function jna = NativeLibrary.getInstance(System.getProperty("caller")).getFunction("plain_speak");
        String[] names = {"Java's own, which is compiled in place", "JNI by hand: a function in C", "JNI by hand: the entry in the object's table", "a method of a class in C++, by its interface", "the same by name: call(\"speak\", n)",
            "JNA, its function found before", "C++ calls an override", "Java calls an override through the object's table"};
        Case[] cases = {
            () -> { long s = 0; for (int i = 0; i < TIMES; i++) { s += plain.speak(i & 63); } return s; },
            () -> { long s = 0; for (int i = 0; i < TIMES; i++) { s += caller.speak(dog, i & 63); } return s; },
            () -> { long s = 0; for (int i = 0; i < TIMES; i++) { s += caller.entrySpeak(entry, address, i & 63); } return s; },
            () -> { try { long s = 0; for (int i = 0; i < TIMES; i++) { s += animal.speak(i & 63); } return s; } catch (Exception e) { throw new IllegalStateException(e); } },
            () -> { try { long s = 0; for (int i = 0; i < TIMES / 100; i++) { s += (Long) any.call("speak", i & 63); } return s; } catch (Exception e) { throw new IllegalStateException(e); } },
            () -> { long s = 0; for (int i = 0; i < TIMES / 100; i++) { s += jna.invokeLong(new Object[] {dog, (long) (i & 63)}); } return s; },
            () -> Caller.often(up, self, TIMES / 10),
            () -> { try { long s = 0; for (int i = 0; i < TIMES / 100; i++) { s += (Long) own.call("speak", i & 63); } return s; } catch (Exception e) { throw new IllegalStateException(e); } },
        };
        int[] times = {TIMES, TIMES, TIMES, TIMES, TIMES / 100, TIMES / 100, TIMES / 10, TIMES / 100};
        double[] least = new double[cases.length];
        java.util.Arrays.fill(least, 1e9);
        for (int w = 0; w < WINDOWS; w++) { // interleaved
            for (int k = 0; k < cases.length; k++) {
                double ns = window(cases[k], times[k]);
                least[k] = w < WINDOWS / 4 ? least[k] : Math.min(least[k], ns); // the first warm up
            }
        }
        System.out.println("| call of a method of a number | ns | |\n|---|---|---|");
        for (int k = 0; k < cases.length; k++) {
            String note = k == 3 ? String.format("%.2f × JNI by hand, %.2f × the same by the table, %.2f × JNA", least[3] / least[1], least[3] / least[2], least[3] / least[5])
                : k == 6 ? String.format("%.1f × the way out", least[6] / least[3]) : "";
            System.out.printf("| %s | %.1f | %s |%n", names[k], least[k], note);
        }
        if (sum == 42) {
            System.out.println(sum);
        }
    }
}
