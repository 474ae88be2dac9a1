import time, plain, dsom, ctypes
Animal=dsom.load("Zoo::Animal")
a=Animal(); p=plain.Dog()
entry=ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(a.som_entry("speak"))
env=(ctypes.c_char*64)(); addr=a.som_address
class Own(Animal):
    def speak(self,n): return n
class Plain:
    def speak(self,n): return n
o=Own(); q=Plain()
def best(f):
    b=1e9
    for _ in range(200):
        t=time.perf_counter()
        for i in range(1000): f(5)
        b=min(b,time.perf_counter()-t)
    return b*1e6
base=best(abs)
for n,f in (("plain",p.speak),("plain released",p.speak_released),("ours",a.speak),("ctypes",lambda n: entry(addr,env,n)),("ctypes direct",None),("python method",q.speak),("override dispatch", None)):
    if n=="ctypes direct":
        import functools
        f=functools.partial(entry,addr,env)
    if n=="override dispatch":
        f=functools.partial(o.som_dispatch,"speak")
    print(f"{n:20} {best(f):.1f} ns")
Animal.speak.quick=True
print("quick", best(a.speak))
