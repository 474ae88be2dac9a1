/* loader.c: asks for a class, by name and perhaps version, or loads a file, and says what comes of it in one line. A signal that would
 * end it is told of, too, and where the code is that it came in. */
#define _GNU_SOURCE
#include "som.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

static int failed(som_env *ev) {
	printf("error %s: %s\n", som_code_name(ev->code), ev->text ? ev->text : "");
	som_env_clear(ev);
	return 0;
}

/* Uses a class and unloads it, with all that its library has; twice, to see that it comes again. */
static int use(const char *name, som_env *ev) {
	for (int twice = 0; twice < 2; twice++) {
		som_value v = {.l = 0};
		som_class *c = som_class_named(name, ev);
		if (!c)
			return failed(ev);
		som_ref o = som_new(c, ev);
		if (som_invoke(o, "legs", NULL, 0, &v, ev) != SOM_OK || v.i != 4 || som_class_unload(c, ev) != SOM_E_BUSY)
			return 1;
		som_env_clear(ev);
		som_release(o);
		som_env full = {0}; /* whose end may be code of the library */
		som_raise_user(&full, "IDL:test/Full:1.0", som_allocate(1), som_deallocate);
		if (som_class_unload(c, ev) != SOM_E_BUSY || !strstr(ev->text, "1 exceptions"))
			return 1;
		som_env_clear(ev);
		som_env_clear(&full);
		if (!som_class_describe(c)->library || som_class_unload(c, ev) != SOM_OK || som_class_registered(name, NULL))
			return 1;
	}
	puts("used");
	return 0;
}

/* A class whose library makes another one, Later, when it is used: the two go together. */
static int later(const char *name, som_env *ev) {
	som_value v = {.l = 0};
	som_class *c = som_class_named(name, ev);
	if (!c) return failed(ev);
	som_ref o = som_new(c, ev), p;
	if (som_invoke(o, "legs", NULL, 0, &v, ev) != SOM_OK) return 1;
	som_release(o);
	som_class *l = som_class_registered("Later", ev);
	if (!l || !som_class_describe(l)->library || strcmp(som_class_describe(l)->library, som_class_describe(c)->library)) return 1;
	p = som_new(l, ev);
	som_release((som_ref)l);
	if (som_class_unload(c, ev) != SOM_E_BUSY || !strstr(ev->text, "of Later 1 instances")) return 1;
	som_env_clear(ev);
	if (som_invoke(p, "legs", NULL, 0, &v, ev) != SOM_OK || v.i != 4) return 1;
	som_release(p);
	if (som_class_unload(c, ev) != SOM_OK || som_class_registered("Later", NULL) || som_class_registered("TooLate", NULL)) return 1;
	puts("went together");
	return 0;
}

/* Says what an object of the class answers; the class stays. */
static int find(const char *name, som_env *ev) {
	som_value v = {.l = 0};
	som_class *c = som_class_named(name, ev);
	som_ref o = c ? som_new(c, ev) : NULL;
	if (!o || som_invoke(o, "legs", NULL, 0, &v, ev) != SOM_OK) return failed(ev);
	printf("%d\n", v.i);
	som_release(o);
	som_release((som_ref)c);
	return 0;
}

static int has(const char *name) {
	som_class *c = som_class_registered(name, NULL);
	puts(c ? "has" : "has not");
	som_release((som_ref)c);
	return 0;
}

/* Has a class looked for. */
static int named(const char *name, som_env *ev) {
	som_class *c = som_class_named(name, ev);
	if (!c || ev->major != SOM_NO_EXCEPTION) return failed(ev);
	puts("found");
	som_release((som_ref)c);
	return 0;
}

static int load(const char *file, som_env *ev) {
	if (som_library_load(file, ev) != SOM_OK)
		return failed(ev);
	puts("loaded");
	return 0;
}

/* The same, saying when the system's loader begins and has ended. */
static void *loudly(const char *file, char *why, size_t n) {
	puts("opening");
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	puts("opened");
	if (!handle) snprintf(why, n, "%s", dlerror());
	return handle;
}

static int try(const char *file, som_env *ev) {
	const som_hooks hooks = {.size_of = sizeof hooks, .load = loudly};
	return som_set_hooks(&hooks, ev) == SOM_OK ? load(file, ev) : 1;
}

static int bind(const char *name, uint32_t major, uint32_t minor, som_env *ev) {
	static const char *const methods[] = {"legs"};
	struct { som_classdata c; som_tok m[1]; } d = {0};
	som_binding b = {.size_of = sizeof b, .cls = name, .methods = methods, .nmethods = 1, .major = major, .minor = minor};
	if (som_class_bind(&b, &d.c, ev) != SOM_OK)
		return failed(ev);
	som_class *c = d.c.cls;
	if (som_class_unload(som_class_registered(name, ev), ev) != SOM_E_BUSY) /* who has bound a class holds it */
		return 1;
	som_env_clear(ev);
	som_release(&c->object);
	som_class_unbind(&d.c);
	puts("bound");
	return 0;
}

/* Says from now on where a class is: "Zoo::Dog=file". */
static int place(char *what, som_env *ev) {
	char *file = strchr(what, '=');
	if (!file)
		return 2;
	*file++ = 0;
	if (som_library_of_class(what, file, ev) != SOM_OK)
		return failed(ev);
	puts("placed");
	return 0;
}

/* Whether the library of a class is in the process still when the class is unloaded. */
static int stays(const char *name, som_env *ev) {
	char file[4096];
	som_class *c = som_class_named(name, ev);
	if (!c)
		return failed(ev);
	snprintf(file, sizeof file, "%s", som_class_describe(c)->library);
	if (som_class_unload(c, ev) != SOM_OK)
		return failed(ev);
	puts(dlopen(file, RTLD_NOLOAD | RTLD_NOW) ? "stays" : "went");
	return 0;
}

/* Whether a library whose entry fails is in the process still, while an exception with members lives, whose end may be its code, or none. */
static int leaves(const char *file, bool full, som_env *ev) {
	som_env held = {0};
	if (full) som_raise_user(&held, "IDL:test/Full:1.0", som_allocate(1), som_deallocate);
	int bad = load(file, ev);
	puts(dlopen(file, RTLD_NOLOAD | RTLD_NOW) ? "stays" : "went");
	som_env_clear(&held);
	return bad;
}

static uintptr_t place_of(const ucontext_t *at) {
#if defined(__x86_64__)
	return (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)at->uc_mcontext.pc;
#else
	return (void)at, (uintptr_t)0;
#endif
}

/* Names the file whose code the signal came in. What the system's loader knows of its libraries may be wrong by now: the system is asked. */
static void on_signal(int n, siginfo_t *info, void *context) {
	uintptr_t pc = place_of(context), from, to;
	char line[4096], in[4096] = "nothing";
	FILE *maps = fopen("/proc/self/maps", "r");
	(void)info;
	while (maps && fgets(line, sizeof line, maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2 && pc >= from && pc < to && strchr(line, '/')) snprintf(in, sizeof in, "%s", strchr(line, '/'));
	in[strcspn(in, "\n")] = 0;
	printf("signal %d in %s\n", n, in);
	fflush(stdout);
	_exit(3);
}

static void mind_signals(void) {
	static char stack[1 << 16];
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
	const struct sigaction on = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	const int all[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
	sigaltstack(&own, NULL);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sigaction(all[i], &on, NULL);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	setvbuf(stdout, NULL, _IONBF, 0); /* what was said stays said, whatever ends the process */
	mind_signals();
	for (int i = 1; i + 1 < argc; i += 2) {
		int bad = 2;
		if (!strcmp(argv[i], "use"))
			bad = use(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "load"))
			bad = load(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "bind-1.2"))
			bad = bind(argv[i + 1], 1, 2, &ev);
		else if (!strcmp(argv[i], "try"))
			bad = try(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "place"))
			bad = place(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "find"))
			bad = find(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "has"))
			bad = has(argv[i + 1]);
		else if (!strcmp(argv[i], "named"))
			bad = named(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "leaves") || !strcmp(argv[i], "leaves-full"))
			bad = leaves(argv[i + 1], !strcmp(argv[i], "leaves-full"), &ev);
		else if (!strcmp(argv[i], "later"))
			bad = later(argv[i + 1], &ev);
		else if (!strcmp(argv[i], "stays"))
			bad = stays(argv[i + 1], &ev);
		if (bad || ev.major)
			return 1;
	}
	return 0;
}
