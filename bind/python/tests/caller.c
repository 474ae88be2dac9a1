/* caller.c: who calls a method of Python's, and is no Python: a thread, and the process's end. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <som.h>

typedef int64_t method(void *o, som_env *ev, int64_t n);

typedef struct call { method *f; void *o; int64_t n; som_env ev; } call;

static void *run(void *p) {
	call *c = p;
	c->n = c->f(c->o, &c->ev, c->n);
	return NULL;
}

/* Calls it in a thread that is made for that: what it returned; -1: it raised. */
__attribute__((visibility("default"))) int64_t in_thread(method *f, void *o, int64_t n) {
	call c = {f, o, n, {0}};
	pthread_t t;
	if (pthread_create(&t, NULL, run, &c) || pthread_join(t, NULL)) return -2;
	if (c.ev.major) c.n = -1;
	som_env_clear(&c.ev);
	return c.n;
}

/* A class that overrides Zoo::Animal's speak, and was built when its exception had one member. */
typedef struct too_loud { int16_t volume; } too_loud;

static void drop(void *p) { free(p); }

static int64_t speak(void *o, som_env *ev, int64_t n) {
	(void)o;
	too_loud *e = malloc(sizeof *e);
	*e = (too_loud){(int16_t)n};
	som_raise_user(ev, "IDL:Zoo/TooLoud:1.0", e, drop);
	return 0;
}

__attribute__((visibility("default"))) int define_older(void) {
	static const char *const parents[] = {"Zoo::Animal"};
	static const som_override overrides[] = {{"Zoo::Animal::speak", (som_proc *)speak, "l:l/long long(long long)!IDL:Zoo/Asleep:1.0{!IDL:Zoo/TooLoud:1.0{short;"}};
	som_class_desc d = {.size_of = sizeof d, .name = "Older", .parents = parents, .nparents = 1, .override_size = sizeof *overrides, .overrides = overrides, .noverrides = 1};
	return som_class_define(&d, NULL) != NULL;
}

/* A class that signatures alone tell of. */
static int64_t pass(void *o, som_env *ev, int64_t n) { return (void)o, (void)ev, n + 1; }
static void *nowhere(void *o, som_env *ev) { return (void)o, (void)ev, NULL; }
static int64_t take(void *o, som_env *ev, void *other) { return (void)o, (void)ev, other != NULL; }

__attribute__((visibility("default"))) int define_signed(void) {
	static const char *const parents[] = {"SOMObject"};
	static const som_method methods[] = {{.name = "pass", .sig = "l:l/long long(long long)", .proc = (som_proc *)pass}, {.name = "nowhere", .sig = "p:", .proc = (som_proc *)nowhere},
		{.name = "take", .sig = "l:o/long long(object)", .proc = (som_proc *)take}};
	som_class_desc d = {.size_of = sizeof d, .name = "Signed", .parents = parents, .nparents = 1, .method_size = sizeof *methods, .introduces = methods, .nintroduces = 3};
	return som_class_define(&d, NULL) != NULL;
}

/* A class below another, whose speak is that one's and 10 more; and how often these have been called. */
static som_class *below[2];
static int nbelow, times;

static int64_t speak_below(int nth, void *o, som_env *ev, int64_t n) {
	som_found f = {.size_of = sizeof f};
	times++;
	if (som_lookup(below[nth], "speak", &f, ev) != SOM_OK) return 0;
	method *above = (method *)som_parent_proc(below[nth], 0, f.token, ev);
	return above ? above(o, ev, n) + 10 : 0;
}

static int64_t speak_below0(void *o, som_env *ev, int64_t n) { return speak_below(0, o, ev, n); }
static int64_t speak_below1(void *o, som_env *ev, int64_t n) { return speak_below(1, o, ev, n); }

__attribute__((visibility("default"))) int define_below(const char *name, const char *parent) {
	const som_override o = {"Zoo::Animal::speak", (som_proc *)(nbelow ? speak_below1 : speak_below0), "l:l/long long(long long)"};
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .override_size = sizeof o, .overrides = &o, .noverrides = 1};
	return nbelow < 2 && (below[nbelow] = som_class_define(&d, NULL)) && ++nbelow;
}

__attribute__((visibility("default"))) int called_below(void) { return times; }

/* A class whose speak calls itself as the object's class has it, with less each time. */
static int64_t speak_again(void *o, som_env *ev, int64_t n) {
	method *m = n > 0 ? (method *)som_find(o, som_name_of("speak", ev), ev) : NULL;
	return m ? m(o, ev, n - 1) + n : 0;
}

__attribute__((visibility("default"))) int define_again(void) {
	static const char *const parents[] = {"Zoo::Animal"};
	static const som_override overrides[] = {{"Zoo::Animal::speak", (som_proc *)speak_again, "l:l/long long(long long)"}};
	som_class_desc d = {.size_of = sizeof d, .name = "Again", .parents = parents, .nparents = 1, .override_size = sizeof *overrides, .overrides = overrides, .noverrides = 1};
	return som_class_define(&d, NULL) != NULL;
}

/* A class below another that has a thread of its own call an object's speak when it begins, and undoes it where that raises. */
static void ask(som_ref self, som_env *ev, void *context) {
	som_found f = {.size_of = sizeof f};
	(void)context;
	if (som_lookup(som_class_of(self), "speak", &f, ev) == SOM_OK && in_thread((method *)som_resolve(self, f.token), self, 3) < 0)
		som_raise_system(ev, "IDL:omg.org/CORBA/INITIALIZE:1.0", 0, SOM_COMPLETED_NO, "it is undone");
}

__attribute__((visibility("default"))) int define_asking(const char *name, const char *parent) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .init = ask};
	return som_class_define(&d, NULL) != NULL;
}

static call last;

/* It is called when the process ends, after the interpreter. */
__attribute__((visibility("default"))) void at_end(method *f, void *o, int64_t n) { last = (call){f, o, n, {0}}; }

__attribute__((destructor)) static void end(void) {
	if (!last.f) return;
	run(&last);
	printf("at the end: %s %lld\n", last.ev.major ? last.ev.text : "", (long long)last.n);
	fflush(stdout);
}
