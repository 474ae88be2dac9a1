package dsomtest;

import org.dsom.Som;
import zoo.Asleep;
import zoo.DogBase;
import zoo.Echo;
import zoo.TooLoud;

/** Ends with objects alive on all sides, and threads of C's and Java's that use them. Ends HOW */
final class Ends {
    private Ends() {}

    static class Own extends DogBase {
        Object me;

        @Override
        public long speak(long n) throws TooLoud, Asleep {
            return super.speak(n) + 1;
        }
    }

    static class Never extends DogBase {
        @Override
        public long speak(long n) {
            for (;;) {
                Thread.onSpinWait();
            }
        }
    }

    private static Object[] keep;

    public static void main(String[] args) throws Exception {
        Echo echo = Som.create(Echo.class);
        Own own = new Own();
        keep = new Object[] {new DogBase(), own, echo};
        echo.keep("x", new Own());
        own.me = keep;
        switch (args[0]) {
            case "threads": // which the machine does not wait for
                for (int i = 0; i < 3; i++) {
                    Thread t = new Thread(() -> {
                        for (;;) {
                            try {
                                new Own().call("speak", 1);
                                Caller.inThread(Som.entry(own, "speak"), Som.address(own), 1);
                                echo.keep("y", new Own());
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        }
                    });
                    t.setDaemon(true);
                    t.start();
                }
                for (int i = 0; i < 200; i++) {
                    own.call("speak", i);
                }
                break;
            case "never": // an override in a thread of C's, which does not come back
                Never never = new Never();
                Thread t = new Thread(() -> Caller.inThread(Som.entry(never, "speak"), Som.address(never), 1));
                t.setDaemon(true);
                t.start();
                own.call("speak", 1);
                break;
            case "last": // C has one, and calls it when the machine is no more
                Own last = new Own();
                Caller.atEnd(Som.entry(last, "speak"), Som.address(last), 3);
                echo.keep("z", last);
                break;
            case "exit":
                Caller.atEnd(Som.entry(own, "speak"), Som.address(own), 3);
                System.out.println("ends");
                System.exit(3);
                break;
            case "raise":
                System.out.println("ends");
                throw new IllegalStateException("an error");
            default:
        }
        System.out.println("ends");
    }
}
