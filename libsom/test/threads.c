/* threads.c: threads that define, bind, look up, call, replace, count and unload at once; under a checker of races. Says
 * "ok" if every call answered what one of the implementations that could be there answers. */
#include "som.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4 };
static int rounds = 150;
static som_class *base;
static som_ref shared;
static som_weak *weak;
static struct { som_classdata c; som_tok m[2]; } Base;
static int64_t made, ended; /* atomic */

static void check(int ok, const char *what) {
	if (ok)
		return;
	fprintf(stderr, "threads: %s\n", what);
	exit(1);
}

static int32_t one(som_ref o, som_env *ev) { return (void)o, (void)ev, 1; }
static int32_t two(som_ref o, som_env *ev) { return (void)o, (void)ev, 2; }
static int32_t get(som_ref o, som_env *ev) { return (void)ev, *(int32_t *)som_data(o, Base.c.data); }
static void init(som_ref o, som_env *ev, void *context) {
	(void)ev, (void)context;
	memset((char *)o + SOM_HEAD, 0, 4);
	__atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
}
static void fini(som_ref o, void *context) { (void)o, (void)context, __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED); }

static const char *const names[] = {"number", "get"};
static const som_binding binding = {.size_of = sizeof binding, .cls = "Base", .methods = names, .nmethods = 2};

static int32_t by_offset(som_ref o, som_env *ev) {
	if (!som_bound(&Base.c))
		check(som_class_bind(&binding, &Base.c, ev) == SOM_OK, "bind");
	return ((int32_t (*)(som_ref, som_env *))som_resolve(o, Base.m[0]))(o, ev);
}

static void define_and_unload(int id, int round, som_env *ev) {
	char name[32];
	const char *parents[] = {"Base"};
	snprintf(name, sizeof name, "T%d_%d", id, round);
	const som_method own[] = {{"own", "i:", (som_proc *)two, NULL, SOM_STATIC}};
	const som_override over[] = {{"number", (som_proc *)two, NULL}};
	const som_class_desc d = {.size_of = sizeof d, .name = name, .parents = parents, .nparents = 1, .introduces = own, .nintroduces = 1,
		.method_size = sizeof *own, .overrides = over, .noverrides = 1, .override_size = sizeof *over};
	som_class *c = som_class_define(&d, ev);
	check(c != NULL, "define");
	som_ref o = som_new(c, ev);
	check(by_offset(o, ev) == 2 && som_is_a(o, base) && !som_is_a(shared, c), "an object of a class of one's own");
	const som_name *n = som_name_of("own", ev);
	for (int i = 0; i < 3; i++)
		check(((int32_t (*)(som_ref, som_env *))som_find(o, n, ev))(o, ev) == 2, "a method of a class of one's own");
	som_release(o);
	if (round % 2 == 0)
		check(som_class_unload(c, ev) == SOM_OK, "unload");
}

static void *work(void *arg) {
	int id = *(int *)arg;
	som_env ev = {0};
	const som_name *number = som_name_of("number", &ev), *dynamic = som_name_of("dynamic", &ev);
	for (int i = 0; i < rounds; i++) {
		int32_t n = by_offset(shared, &ev);
		check(n == 1 || n == 2, "by offset");
		n = ((int32_t (*)(som_ref, som_env *))som_find(shared, number, &ev))(shared, &ev);
		check(n == 1 || n == 2, "by name");
		som_value v = {.l = 0};
		int code = som_invoke(shared, "number", NULL, 0, &v, &ev);
		check(code == SOM_E_LIBRARY || (code == SOM_OK && (v.i == 1 || v.i == 2)), "by dispatch");
		if (code == SOM_E_LIBRARY) /* built without libffi */
			som_env_clear(&ev);
		if (som_find(shared, dynamic, NULL))
			check(((int32_t (*)(som_ref, som_env *))som_find(shared, dynamic, &ev))(shared, &ev) == 1, "dynamic");
		som_class_replace(base, Base.m[0], i % 2 ? (som_proc *)one : (som_proc *)two, &ev);
		som_ref o = som_new(base, &ev);
		check(((int32_t (*)(som_ref, som_env *))som_resolve(o, Base.m[1]))(o, &ev) == 0, "data");
		som_release(som_retain(o));
		som_weak *w = som_weak_new(o, &ev);
		check(som_weak_lives(w) && o->refs == 1, "a weak reference that is asked");
		som_release(o);
		check(!som_weak_lives(w) && som_weak_get(w) == NULL, "a weak reference to what has ended");
		som_weak_free(w);
		som_ref s = som_weak_get(weak);
		check(s == shared, "a weak reference");
		som_release(s);
		if (i % 10 == id)
			define_and_unload(id, i, &ev);
		if (i == rounds / 2 && id == 0)
			check(som_class_add(base, "dynamic", "i:", (som_proc *)one, &ev) == SOM_OK, "add");
		som_class *c = som_class_named("Base", &ev);
		check(c == base && som_class_unload(c, &ev) == SOM_E_BUSY, "named, and in use");
		som_env_clear(&ev);
		som_release(&c->object);
		check(ev.major == 0, "an exception");
	}
	return NULL;
}

static int32_t in_front(som_ref o, som_env *ev) { return (void)o, (void)ev, 3; }
static struct { som_class *c; som_ref made; int round, over; } maker; /* atomic, all */

static void *make(void *arg) {
	som_env ev = {0};
	for (int round = 0; !__atomic_load_n(&maker.over, __ATOMIC_ACQUIRE);) {
		if (__atomic_load_n(&maker.round, __ATOMIC_ACQUIRE) == round)
			continue;
		round = __atomic_load_n(&maker.round, __ATOMIC_ACQUIRE);
		som_ref o = som_create(maker.c, &ev);
		check(o != NULL, "an object of a class that is being changed");
		__atomic_store_n(&maker.made, o, __ATOMIC_RELEASE);
	}
	return arg;
}

static int64_t begun; /* atomic */
static void begins(som_ref o, som_env *ev) { (void)o, (void)ev, __atomic_add_fetch(&begun, 1, __ATOMIC_RELAXED); }

/* A somInit that a class gets while objects of it are made is begun of all that are made from then on. */
static void begin_while_made(som_class *c, som_env *ev) {
	som_found found = {.size_of = sizeof found};
	check(som_lookup(c, "SOMObject::somInit", &found, ev) == SOM_OK && som_class_replace(c, found.token, (som_proc *)begins, ev), "another somInit");
	int64_t before = __atomic_load_n(&begun, __ATOMIC_RELAXED);
	som_release(som_create(c, ev));
	check(__atomic_load_n(&begun, __ATOMIC_RELAXED) > before, "the somInit of what is made later");
}

/* Where something was put in front of a class's methods, no object that was made meanwhile is without it. */
static void front_while_made(som_env *ev) {
	pthread_t thread;
	check(pthread_create(&thread, NULL, make, NULL) == 0, "a thread that makes objects");
	const som_method own[] = {{"own", "i:", (som_proc *)two, NULL, SOM_STATIC}};
	som_class_desc d = {.size_of = sizeof d, .name = "Fronted", .introduces = own, .nintroduces = 1, .method_size = sizeof *own};
	for (int round = 1; round <= 10 * rounds; round++) {
		som_found found = {.size_of = sizeof found};
		maker.c = som_class_define(&d, ev);
		check(maker.c && som_lookup(maker.c, "Fronted::own", &found, ev) == SOM_OK, "define what is to be changed");
		maker.made = NULL;
		__atomic_store_n(&maker.round, round, __ATOMIC_RELEASE);
		if (round % 2) begin_while_made(maker.c, ev);
		int code = som_class_front(maker.c, found.token, (som_proc *)in_front, ev);
		som_ref o;
		while (!(o = __atomic_load_n(&maker.made, __ATOMIC_ACQUIRE)))
			;
		int32_t n = ((int32_t (*)(som_ref, som_env *))som_resolve(o, found.token))(o, ev);
		check((code == SOM_OK && n == 3) || (code == SOM_E_BUSY && n == 2), "something in front, or busy");
		som_env_clear(ev);
		som_release(o);
		check(som_class_unload(maker.c, ev) == SOM_OK, "unload what was changed");
	}
	__atomic_store_n(&maker.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	pthread_t threads[THREADS];
	int ids[THREADS];
	if (argc > 1)
		rounds = atoi(argv[1]);
	const som_method own[] = {{"number", "i:", (som_proc *)one, NULL, SOM_STATIC}, {"get", "i:", (som_proc *)get, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "Base", .introduces = own, .nintroduces = 2, .method_size = sizeof *own,
		.data_size = 4, .data_align = 4, .init = init, .fini = fini};
	base = som_class_define(&d, &ev);
	shared = som_new(base, &ev);
	weak = som_weak_new(shared, &ev);
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		check(pthread_create(&threads[i], NULL, work, &ids[i]) == 0, "a thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	front_while_made(&ev);
	som_weak_free(weak);
	som_release(shared);
	check(made == ended && som_class_instances(base) == 0, "as many ends as beginnings");
	puts("ok");
	return 0;
}
