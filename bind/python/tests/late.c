/* late.c: to be preloaded: who asks the weak reference of an object that another thread is making hears that it is there when that thread has just undone it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <som.h>

static int state; /* atomic: 1: the object waits to be undone, 2: it is being so, 3: it is no more */
static som_ref undone;
static som_class *of;
static int touched;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Waits for a condition, a minute at most. */
#define AWAIT(condition) \
	do { \
		time_t until = time(NULL) + 60; \
		while (!(condition) && time(NULL) < until) sched_yield(); \
	} while (0)

static int now(void) { return __atomic_load_n(&state, __ATOMIC_ACQUIRE); }
static void set(int to) { __atomic_store_n(&state, to, __ATOMIC_RELEASE); }

static void late(void) {
	if (now() != 1) return;
	set(2);
	AWAIT(som_class_instances(of) == 0);
	set(3);
}

__attribute__((visibility("default"))) som_ref som_weak_get(som_weak *w) {
	void *f = real("som_weak_get");
	som_ref (*get)(som_weak *);
	memcpy(&get, &f, sizeof get);
	som_ref o = get(w);
	late();
	return o;
}

__attribute__((visibility("default"))) int som_weak_lives(som_weak *w) {
	void *f = real("som_weak_lives");
	int (*lives)(som_weak *);
	memcpy(&lives, &f, sizeof lives);
	int is = lives(w);
	late();
	return is;
}

__attribute__((visibility("default"))) void som_release(som_ref o) {
	void *f = real("som_release");
	void (*release)(som_ref);
	memcpy(&release, &f, sizeof release);
	if (o && o == undone && now() == 3) __atomic_add_fetch(&touched, 1, __ATOMIC_RELAXED);
	else release(o);
}

/* A class whose objects have their speak called when they begin, and are undone behind that. */
static void undo(som_ref self, som_env *ev, void *context) {
	som_found f = {.size_of = sizeof f};
	(void)context;
	of = som_class_of(self), undone = self;
	if (som_lookup(of, "speak", &f, ev) != SOM_OK) return;
	som_proc *proc = som_resolve(self, f.token);
	((int64_t(*)(som_ref, som_env *, int64_t))proc)(self, ev, 1);
	set(1);
	AWAIT(now() == 2);
	som_raise_system(ev, "IDL:omg.org/CORBA/INITIALIZE:1.0", 0, SOM_COMPLETED_NO, "it is undone");
}

__attribute__((visibility("default"))) int define_late(const char *name, const char *parent) {
	som_class_desc d = {.size_of = sizeof d, .name = name, .parents = &parent, .nparents = 1, .init = undo};
	return som_class_define(&d, NULL) != NULL;
}

__attribute__((visibility("default"))) int await_waiting(void) {
	AWAIT(now() == 1);
	return now();
}

/* 0: the object has been undone in the midst of a question, and nobody has touched its memory since. */
__attribute__((visibility("default"))) int touched_late(void) { return now() == 3 ? __atomic_load_n(&touched, __ATOMIC_RELAXED) : -1; }
