/* driver.c: the class library of Driver, whose methods do with objects what programs in C do. */
#define _GNU_SOURCE
#include "som.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

SOM_EXPORT int som_library_entry(uint32_t abi, som_env *ev);

static struct {
	som_classdata c;
	som_tok m[3];
} animal;

static int bound(som_env *ev) {
	static const char *const names[] = {"speak", "name", "called"};
	const som_binding b = {.size_of = sizeof b, .nmethods = 3, .cls = "Animal", .methods = names};
	return som_class_bind(&b, &animal.c, ev) == SOM_OK;
}

typedef int64_t speak_proc(som_ref, som_env *, int64_t);
typedef char *name_proc(som_ref, som_env *);

static int64_t speak_of(som_ref a, som_env *ev, int64_t n) { return ((speak_proc *)som_resolve(a, animal.m[0]))(a, ev, n); }

/* The sum of so many calls of speak. */
static int64_t speaks(som_ref o, som_env *ev, som_ref a, int64_t n, int64_t times) {
	(void)o;
	int64_t sum = 0;
	if (!bound(ev)) return -1;
	while (times-- > 0 && !ev->major)
		sum += speak_of(a, ev, n);
	return sum;
}

/* What the last of so many calls of called answers. */
static char *calls(som_ref o, som_env *ev, som_ref a, const char *by, int64_t times) {
	typedef char *called_proc(som_ref, som_env *, const char *, int64_t);
	char *said = NULL;
	(void)o;
	if (!bound(ev)) return NULL;
	for (int64_t i = 0; i < times && !ev->major; i++) {
		som_deallocate(said);
		said = ((called_proc *)som_resolve(a, animal.m[2]))(a, ev, by, i);
	}
	return said;
}
static char *named(som_ref o, som_env *ev, som_ref a) { return (void)o, bound(ev) ? ((name_proc *)som_resolve(a, animal.m[1]))(a, ev) : NULL; }

static som_ref make(som_ref o, som_env *ev, const char *cls) {
	(void)o;
	som_class *c = som_class_named(cls, ev);
	som_ref made = c ? som_new(c, ev) : NULL;
	som_release((som_ref)c);
	return made;
}
static som_ref copied(som_ref o, som_env *ev, som_ref a) { return (void)o, som_copy(a, ev); }

static som_ref held;
static void hold(som_ref o, som_env *ev, som_ref a) {
	(void)o, (void)ev;
	som_ref old = held;
	held = som_retain(a);
	som_release(old);
}
static som_ref get_held(som_ref o, som_env *ev) { return (void)o, (void)ev, held; }

/* A subclass in C of whatever class there is, which overrides speak by a parent call and one more. */
static som_class *sub;
static som_class *parent;
static int64_t sub_speak(som_ref o, som_env *ev, int64_t n) {
	speak_proc *up = (speak_proc *)som_parent_proc(sub, 0, animal.m[0], ev);
	return up ? up(o, ev, n) + 10000 : -1;
}
static void subclass(som_ref o, som_env *ev, const char *of, const char *name) {
	(void)o;
	if (!bound(ev)) return;
	const som_override over[] = {{"Animal::speak", (som_proc *)sub_speak}};
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &of, .nparents = 1, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	parent = som_class_named(of, ev);
	sub = parent ? som_class_define(&d, ev) : NULL;
}

static void *caller(void *a) {
	som_env ev = {0};
	int64_t sum = 0;
	for (int i = 0; i < 100; i++)
		sum += speak_of(a, &ev, 1);
	return (void *)(intptr_t)(ev.major ? -1 : sum);
}
/* The sum of calls of speak in eight threads of C's own. */
static int64_t threads(som_ref o, som_env *ev, som_ref a) {
	pthread_t t[8];
	int64_t sum = 0;
	(void)o;
	if (!bound(ev)) return -1;
	for (int i = 0; i < 8; i++)
		if (pthread_create(&t[i], NULL, caller, a)) abort();
	for (int i = 0; i < 8; i++) {
		void *one;
		pthread_join(t[i], &one);
		sum += (intptr_t)one;
	}
	return sum;
}

/* What speak answers in a child of the process, where a whole kernel has to be. */
static int64_t forked(som_ref o, som_env *ev, som_ref a) {
	int status = 0;
	if (!bound(ev)) return -1;
	pid_t child = fork();
	if (child == 0) {
		som_env e = {0};
		som_ref made = make(o, &e, "Animal");
		_exit(made && speak_of(made, &e, 20) + speak_of(a, &e, 1) == 21 ? 42 : 1);
	}
	while (waitpid(child, &status, 0) != child)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whether a call raises, which is then forgotten; the id's length tells that it had one. */
static int64_t raises(som_ref o, som_env *ev, som_ref a) {
	som_env e = {0};
	(void)o;
	if (!bound(ev)) return -1;
	speak_of(a, &e, -1);
	int64_t n = e.major == SOM_NO_EXCEPTION ? 0 : (int64_t)strlen(e.id);
	som_env_clear(&e);
	return n;
}

int som_library_entry(uint32_t abi, som_env *ev) {
#define M(name, sig, proc) {name, sig, (som_proc *)(proc), NULL, SOM_STATIC}
	static const som_method own[] = {
		M("speaks", "l:oll", speaks), M("named", "s:o", named), M("make", "o:s", make), M("copied", "o:o", copied), M("hold", "v:o", hold), M("_get_held", "o:", get_held),
		M("subclass", "v:ss", subclass), M("threads", "l:o", threads), M("forked", "l:o", forked), M("raises", "l:o", raises), M("calls", "s:osl", calls),
	};
	som_class_desc d = {.size_of = sizeof d, .name = "Driver", .introduces = own, .nintroduces = sizeof own / sizeof *own, .method_size = sizeof *own};
	som_class *c = abi == SOM_ABI ? som_class_define(&d, ev) : NULL;
	som_release((som_ref)c);
	return c ? SOM_OK : SOM_E_LIBRARY;
}
