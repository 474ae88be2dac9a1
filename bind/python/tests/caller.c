/* caller.c: who calls a method of Python's, and is no Python: a thread, and the process's end. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
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

static call last;

/* It is called when the process ends, after the interpreter. */
__attribute__((visibility("default"))) void at_end(method *f, void *o, int64_t n) { last = (call){f, o, n, {0}}; }

__attribute__((destructor)) static void end(void) {
	if (!last.f) return;
	run(&last);
	printf("at the end: %s %lld\n", last.ev.major ? last.ev.text : "", (long long)last.n);
	fflush(stdout);
}
