/* turns.c: code that metaclasses of the library call, in threads that need each other and in processes that fork meanwhile. Each argument
 * is the name of a check; says "ok". */
#define _DEFAULT_SOURCE
#include "check.h"
#include "som_meta.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(ok) CHECK_IN(&ev, ok)

static int at_work, entered, forked; /* atomic: what threads tell each other */
static int get(const int *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void set(int *at, int to) { __atomic_store_n(at, to, __ATOMIC_RELEASE); }
static void await(const int *at) {
	while (!get(at))
		sched_yield();
}

static pthread_t begin(void *(*run)(void *), void *arg) {
	pthread_t t;
	if (pthread_create(&t, NULL, run, arg) != 0) abort();
	return t;
}

static int32_t next(som_ref o, som_env *ev, int32_t n) { return (void)o, (void)ev, n + 1; }
static struct { som_classdata c; som_tok m[1]; } K;
static int32_t call(som_ref o) {
	som_env ev = {0};
	return ((int32_t (*)(som_ref, som_env *, int32_t))som_resolve(o, K.m[0]))(o, &ev, 1);
}

static void define(const char *metaclass, som_initializer *init) {
	som_env ev = {0};
	static const char *const names[] = {"next"};
	const som_method own[] = {{"next", "i:i", (som_proc *)next, NULL, SOM_STATIC}};
	const som_class_desc d = {.size_of = sizeof d, .name = "K", .metaclass = metaclass, .introduces = own, .nintroduces = 1, .method_size = sizeof *own, .init = init};
	const som_binding b = {.size_of = sizeof b, .cls = "K", .methods = names, .nmethods = 1};
	CHECK(som_meta_load(&ev) == SOM_OK && som_class_define(&d, &ev) && som_class_bind(&b, &K.c, &ev) == SOM_OK);
}

/* ---- Libraries ---- */

/* What runs in the first thread, where the second is in a library's entry: that wants what the first is at, and the first a class. */
static void need_class(void) {
	set(&at_work, 1);
	await(&entered);
	som_release((som_ref)som_class_registered("K", NULL));
}

static som_ref one; /* of the first thread, or its traced object */
static void *first(void *make) {
	if (make)
		one = som_new(K.c.cls, NULL);
	else
		call(one);
	return NULL;
}

static som_ref in_entry;
static int new_entry(uint32_t abi, som_env *ev) { return set(&entered, 1), (void)abi, (in_entry = som_new(K.c.cls, ev)) ? SOM_OK : (int)ev->code; }
static int call_entry(uint32_t abi, som_env *ev) { return set(&entered, 1), (void)abi, (void)ev, call(one) == 2 ? SOM_OK : SOM_E_RAISED; }

static int made;
static void slowly(som_ref o, som_env *ev, void *context) { (void)o, (void)ev, (void)context, made++, need_class(); }

static void single(void) {
	som_env ev = {0};
	define("SOMMSingleInstance", slowly);
	pthread_t t = begin(first, &t);
	await(&at_work);
	CHECK(som_library_add("second", new_entry, &ev) == SOM_OK);
	pthread_join(t, NULL);
	CHECK(one && one == in_entry && made == 1 && one->refs == 2);
}

/* An initializer that loads what asks for the one: it is told so. */
static int code_of_inner;
static int ask_entry(uint32_t abi, som_env *ev) {
	som_env inner = {0};
	som_ref o = som_new(K.c.cls, &inner);
	if (!o && inner.text && strstr(inner.text, "class K: its one instance is being made")) code_of_inner = (int)inner.code;
	som_env_clear(&inner);
	return (void)abi, (void)ev, SOM_OK;
}
static void load_asker(som_ref o, som_env *ev, void *context) { (void)o, (void)context, som_library_add("asker", ask_entry, ev); }
static void single_by_itself(void) {
	som_env ev = {0};
	define("SOMMSingleInstance", load_asker);
	som_ref o = som_new(K.c.cls, &ev), same = som_new(K.c.cls, &ev);
	CHECK(o && o == same && code_of_inner == SOM_E_CYCLE);
}

static int lines; /* atomic */
static void tell_slowly(const char *line, void *context) {
	(void)line, (void)context;
	if (__atomic_add_fetch(&lines, 1, __ATOMIC_RELAXED) == 1) need_class();
}
static void traced(void) {
	som_env ev = {0};
	define("SOMMTraced", NULL);
	one = som_new(K.c.cls, &ev);
	CHECK(som_trace(K.c.cls, tell_slowly, NULL, &ev) == SOM_OK);
	pthread_t t = begin(first, NULL);
	await(&at_work);
	CHECK(som_library_add("second", call_entry, &ev) == SOM_OK);
	pthread_join(t, NULL);
	CHECK(lines == 4);
}

/* A reader that ends the tracing, and calls what is traced. */
static void tell_once(const char *line, void *context) {
	som_env ev = {0};
	(void)line;
	CHECK(call(one) == 2 && context == &lines && som_trace(K.c.cls, NULL, NULL, &ev) == SOM_OK);
	lines++;
}
static void traced_by_itself(void) {
	som_env ev = {0};
	define("SOMMTraced", NULL);
	one = som_new(K.c.cls, &ev);
	for (int i = 1; i < 4; i++) {
		CHECK(som_trace(K.c.cls, tell_once, &lines, &ev) == SOM_OK && call(one) == 2 && call(one) == 2 && lines == i);
		som_value v = {.b = 1};
		CHECK(som_invoke((som_ref)K.c.cls, "_get_sommTraceIsOn", NULL, 0, &v, &ev) == SOM_OK && !v.b);
	}
}

/* One line at a time, and none when the tracing has ended. */
static int telling;
static void tell_alone(const char *line, void *context) {
	(void)line, (void)context;
	if (__atomic_add_fetch(&telling, 1, __ATOMIC_ACQ_REL) != 1) abort();
	sched_yield();
	__atomic_add_fetch(&lines, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&telling, 1, __ATOMIC_ACQ_REL);
}
static void *call_often(void *unused) {
	for (int i = 0; i < 500; i++)
		if (call(one) != 2) abort();
	return unused;
}
static void traced_by_many(void) {
	som_env ev = {0};
	pthread_t all[4];
	define("SOMMTraced", NULL);
	one = som_new(K.c.cls, &ev);
	som_trace(K.c.cls, tell_alone, NULL, &ev);
	for (int i = 0; i < 4; i++)
		all[i] = begin(call_often, NULL);
	while (__atomic_load_n(&lines, __ATOMIC_RELAXED) < 100)
		sched_yield();
	som_trace(K.c.cls, NULL, NULL, &ev);
	CHECK(!get(&telling));
	int then = __atomic_load_n(&lines, __ATOMIC_RELAXED);
	for (int i = 0; i < 4; i++)
		pthread_join(all[i], NULL);
	CHECK(lines == then);
}

/* ---- Forks ---- */

static _Thread_local int slow; /* this thread waits until the process has forked, in the allocator where it is asked for more than an object takes */
static void until_forked(void) {
	slow = 0;
	set(&at_work, 1);
	await(&forked);
}
static void *allocate(size_t n) {
	if (slow == 1 && n > SOM_HEAD + sizeof(void *)) until_forked();
	return malloc(n);
}

/* The kernel gives memory back under the lock of weak references in the checking mode: a fork waits for that. */
enum { TRIES = 20000 };
static int gave; /* atomic */
static void deallocate(void *p) {
	if (slow == 2) {
		slow = 0;
		set(&at_work, 1);
		for (int i = 0; i < TRIES && !get(&forked); i++)
			sched_yield();
		set(&gave, 1);
	}
	free(p);
}

/* Forks, and lets the child look: whether it says so. */
static int child_says(int (*look)(void)) {
	som_env ev = {0};
	int status;
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		alarm(300);
		_exit(look() ? 0 : 9);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int used_anew(void) {
	som_ref o = som_new(K.c.cls, NULL);
	int good = o && o != one && call(o) == 2;
	som_release(o);
	return good;
}

static void init_until_forked(som_ref o, som_env *ev, void *context) {
	(void)o, (void)ev, (void)context;
	if (slow) until_forked();
}
static void tell_until_forked(const char *line, void *context) { slow ? until_forked() : (void)__atomic_add_fetch(&lines, 1, __ATOMIC_RELAXED), (void)line, (void)context; }

/* A thread is at work for the class when the process forks; the child has the forking one alone. */
static void *work(void *how) {
	slow = *(char *)how == 'n';
	som_ref o = som_new(K.c.cls, NULL);
	slow = *(char *)how == 'c';
	if (call(o) != 2) abort();
	one = o;
	return NULL;
}
static int fork_at_work(int (*look)(void), const char *how) {
	pthread_t t = begin(work, (void *)(uintptr_t)how);
	await(&at_work);
	int good = child_says(look);
	set(&forked, 1);
	pthread_join(t, NULL);
	return good && look();
}

static void forked_single(void) {
	som_env ev = {0};
	define("SOMMSingleInstance", init_until_forked);
	pthread_t t = begin(work, "n");
	await(&at_work);
	CHECK(child_says(used_anew));
	set(&forked, 1);
	pthread_join(t, NULL);
	CHECK(som_new(K.c.cls, &ev) == one);
}

static int referred_to(void) {
	som_weak *w = som_weak_new(one, NULL);
	som_ref o = som_weak_get(w);
	som_weak_free(w);
	som_release(o);
	return o == one && get(&gave);
}
static void *end_many(void *unused) {
	for (int i = 0; i < 5000; i++)
		som_release(som_new(K.c.cls, NULL)); /* those that ended first are not kept any longer */
	slow = 2;
	som_release(som_new(K.c.cls, NULL));
	return unused;
}
static void forked_weak(void) {
	som_env ev = {0};
	define(NULL, NULL);
	one = som_new(K.c.cls, &ev);
	som_set_checking(1);
	pthread_t t = begin(end_many, NULL);
	await(&at_work);
	CHECK(child_says(referred_to));
	set(&forked, 1);
	pthread_join(t, NULL);
}

static int told(void) {
	int before = lines;
	return used_anew() && lines == before + 6; /* it begins, is called, and ends */
}
static void forked_traced(void) {
	som_env ev = {0};
	define("SOMMTraced", NULL);
	som_trace(K.c.cls, tell_until_forked, NULL, &ev);
	CHECK(fork_at_work(told, "c"));
}

/* The forking thread tells a line, and goes on with that in the child. */
static int goes_on(void) {
	int before = lines;
	return call(one) == 2 && lines == before;
}
static void tell_and_fork(const char *line, void *context) {
	som_env ev = {0};
	(void)line, (void)context;
	if (lines++ == 0) CHECK(child_says(goes_on));
}
static void forked_by_reader(void) {
	som_env ev = {0};
	define("SOMMTraced", NULL);
	one = som_new(K.c.cls, &ev);
	som_trace(K.c.cls, tell_and_fork, NULL, &ev);
	CHECK(call(one) == 2 && lines == 2);
}

static int listed(void) {
	som_env ev = {0};
	som_ref o = som_new(K.c.cls, &ev), all[4];
	int64_t n = o ? som_extent(K.c.cls, all, 4, &ev) : 0;
	int good = 0;
	for (int64_t i = 0; i < n && i < 4; i++)
		good += all[i] == o, som_release(all[i]);
	som_release(o);
	return good == 1;
}
static void forked_extents(void) {
	som_env ev = {0};
	define("SOMMExtentManaged", NULL);
	CHECK(fork_at_work(listed, "n"));
}

static int stamped(void) {
	som_ref o = som_new(K.c.cls, NULL);
	int good = o && call(o) == 2 && som_stamp(o, NULL) > 0;
	som_release(o);
	return good;
}
static void forked_stamped(void) {
	som_env ev = {0};
	define("SOMMTimeStamped", NULL);
	CHECK(fork_at_work(stamped, "n"));
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*run)(void); } all[] = {{"single", single}, {"single-by-itself", single_by_itself}, {"traced", traced},
		{"traced-by-itself", traced_by_itself}, {"traced-by-many", traced_by_many}, {"forked-single", forked_single}, {"forked-weak", forked_weak}, {"forked-traced", forked_traced},
		{"forked-by-reader", forked_by_reader}, {"forked-extents", forked_extents}, {"forked-stamped", forked_stamped}};
	const som_hooks hooks = {.size_of = sizeof hooks, .allocate = allocate, .deallocate = deallocate};
	som_env ev = {0};
	alarm(300); /* who waits for ever is ended, on a machine on which much else runs */
	CHECK(som_set_hooks(&hooks, &ev) == SOM_OK);
	for (size_t c = 0; argc == 2 && c < sizeof all / sizeof *all; c++)
		if (!strcmp(argv[1], all[c].name)) {
			all[c].run();
			puts("ok");
			return 0;
		}
	return 2;
}
