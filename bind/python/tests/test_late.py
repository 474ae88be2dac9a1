"""An object that another thread undoes while it is asked for: nothing of it is touched any more."""

import ctypes
import os
import threading
import unittest

from dsom import load

late = ctypes.CDLL(os.environ["LATE"])
late.define_late(b"Late", b"Zoo::Dog")


class Late(unittest.TestCase):
    def test_asked_while_it_is_undone(self):
        seen = []

        class Own(load("Late")):
            def speak(self, n):
                seen.append(self)
                return n

        maker = threading.Thread(target=load("Threads::Caller")().make_here, args=(Own.som_name,))
        maker.start()
        self.assertEqual(late.await_waiting(), 1)
        repr(seen[0])
        maker.join()
        self.assertEqual((late.touched_late(), seen[0].som_alive, Own.som_instances), (0, False, 0))


if __name__ == "__main__":
    unittest.main()
