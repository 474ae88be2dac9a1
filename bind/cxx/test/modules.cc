// modules.cc: an exception's members go to and fro between modules, and end once.
#include <som.h>

#include <cstdio>
#include <dlfcn.h>

using passage = void (*)(som_env *);

// The function of a module that is loaded as class libraries are: what it defines is its own.
static passage of(const char *library) {
	void *const at = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	return at ? reinterpret_cast<passage>(dlsym(at, "pass")) : nullptr;
}

static int ended;
static void end(void *) { ended++; }

int main(int, char **argv) {
	const passage pass[] = {of(argv[1]), of(argv[2]), of(argv[3])};
	if (!pass[0] || !pass[1] || !pass[2]) return std::puts(dlerror()), 1;
	for (unsigned ways = 0; ways < 2 * 729; ways++) { // all ways of six passages, of a user exception and of a system exception with members
		const bool user = ways < 729;
		int members = 0;
		som_env ev = {};
		if (user) {
			som_raise_user(&ev, "IDL:Stuck:1.0", &members, end);
		} else {
			som_raise_system(&ev, "IDL:omg.org/CORBA/TRANSIENT:1.0", 5, SOM_COMPLETED_YES, "it is stuck");
			ev.value = &members;
			ev.drop = end;
		}
		ended = 0;
		for (unsigned left = ways, n = 0; n < 6; n++, left /= 3) {
			pass[left % 3](&ev);
			if (ended || ev.value != &members) return std::printf("way %u: lost at passage %u\n", ways, n), 1;
			if (ev.major != (user ? SOM_USER_EXCEPTION : SOM_SYSTEM_EXCEPTION) || (!user && (ev.minor != 5 || ev.completed != SOM_COMPLETED_YES)))
				return std::printf("way %u: another exception at passage %u\n", ways, n), 1;
		}
		som_env_clear(&ev);
		if (ended != 1) return std::printf("way %u: ended %d times\n", ways, ended), 1;
	}
	std::puts("ok");
}
