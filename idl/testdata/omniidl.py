# Runs omniidl over many folders: starting it anew for each takes most of the time that it needs.
# The first argument is omniidl itself, the others go to it. Each line of the standard input is a
# folder; what it says is written to the file "says" there, and its exit status, negative for a
# signal, to the standard output.
import os
import resource
import runpy
import sys
import traceback

script, args = sys.argv[1], sys.argv[2:]
null = os.open(os.devnull, os.O_WRONLY)
stderr = os.dup(2)
os.dup2(null, 2)
sys.argv = [script]
try:
    runpy.run_path(script)  # without a file it loads its modules and ends
except SystemExit:
    pass
os.dup2(stderr, 2)
main = sys.modules["omniidl.main"].main

for line in sys.stdin:
    folder = line.rstrip("\n")
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(folder)
        says = os.open("says", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(null, 1)
        os.dup2(says, 2)
        status = 0
        sys.argv = [script] + args
        try:
            main()
        except SystemExit as e:
            status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stderr.flush()
        os._exit(status)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
