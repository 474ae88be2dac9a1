/* home.c: a host of one thread. Its object's methods are called from other threads: while it is in an open call, while it serves, while it does neither, for ever, and when it has
 * ended. The first argument is the class whose speak is overridden, "Zoo::Dog"; with a second one it ends in the midst of a call. */
#include "../somhost.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, TIMES = 100, DEEP = 2, LEAVING = -7, NEVER = -8 };

static pthread_t main_thread, leaver;
static char heard[200]; /* what the leaver was told */
static const somh_method *speak;
static som_ref pup, crowd;
static atomic_int spoken, woken, astray;
static int never_begun;

static void expect(int holds, const char *what) {
	if (holds) return;
	fprintf(stderr, "not so: %s\n", what);
	exit(1);
}

static int64_t say(som_ref o, int64_t n, som_env *ev) {
	som_value arg = {.l = n}, result = {.l = -1};
	somh_call(speak, NULL, o, &arg, &result, ev);
	return result.l;
}

static int64_t ask = 21;

static void *one(void *p) {
	som_env ev = {0};
	int64_t got = say(pup, ask, &ev);
	snprintf(p, 200, "%d %s", (int)got, ev.id ? ev.text : "");
	som_env_clear(&ev);
	return NULL;
}

/* The host's part: it is never in two threads at a time. 1000 and more has it call the crowd, whose threads call it again. */
struct asked { const som_value *args; som_value *result; som_env *ev; };

static void carry_out(void *p) {
	static int inside;
	struct asked *a = p;
	if (!pthread_equal(pthread_self(), main_thread)) astray++;
	int before = inside++;
	int64_t n = a->args[0].l;
	if (n == LEAVING) { /* as where the process ends in it: the thread is told, and goes */
		somh_home_leave();
		pthread_join(leaver, NULL);
		inside--;
		return;
	}
	if (n == NEVER) { /* as long as the thread waits, and longer; another one is served within it */
		never_begun = 1;
		somh_home_away();
		int before_it = woken;
		pthread_t other;
		char text[200] = "";
		ask = 21;
		somh_home_patience(SOMH_HOME_PATIENCE); /* of this one */
		expect(!pthread_create(&other, NULL, one, text), "a thread");
		while (woken == before_it) sched_yield();
		somh_home_serve();
		pthread_join(other, NULL);
		expect(!strcmp(text, "42 "), text);
		pthread_join(leaver, NULL);
		expect(!somh_home_back(), "the thread has gone");
		inside--;
		return;
	}
	if (n >= 1000) {
		som_value arg = {.l = n - 1000};
		somh_call_open(speak, NULL, crowd, &arg, a->result, a->ev);
	} else {
		a->result->l = n * 2;
	}
	spoken++;
	inside--;
	if (inside != before) astray++;
}

static void of_host(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	(void)context, (void)self;
	struct asked a = {args, result, ev};
	somh_home_do(carry_out, &a, ev);
}

/* An object that calls the host's from threads of its own, and waits for them. */
static atomic_int wrong;

static void *member(void *p) {
	int64_t n = *(int64_t *)p;
	for (int i = 0; i < (n >= 1000 ? 1 : TIMES); i++) {
		som_env ev = {0};
		int64_t got = say(pup, n, &ev);
		if (ev.major || got != (n >= 1000 ? THREADS : 2 * n)) wrong++;
		som_env_clear(&ev);
	}
	return NULL;
}

static void of_crowd(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	(void)context, (void)self, (void)ev;
	pthread_t all[THREADS];
	int64_t n = args[0].l;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&all[i], NULL, member, &n)) abort();
	for (int i = 0; i < THREADS; i++) pthread_join(all[i], NULL);
	result->l = THREADS;
}

static som_ref made(const char *name, const somh_class *below, som_handler *handler, int elsewhere) {
	som_env ev = {0};
	static char some;
	const struct somh_override over = {speak, &some};
	somh_definition d = {.size_of = sizeof d, .noverrides = 1, .nparents = 1, .name = name, .parents = &below, .overrides = &over, .handler = handler, .context = &some};
	const somh_class *c = somh_define(&d, &ev);
	expect(c && c->elsewhere == elsewhere, ev.text ? ev.text : name);
	som_ref o = som_new(c->cls, &ev);
	expect(o != NULL, "an object of a class made here");
	return o;
}

static void tell(void *p) { (void)p, woken++; }

int main(int argc, char **argv) {
	som_env ev = {0};
	const somh_class *dog = somh_named(argv[1], &ev);
	expect(dog && !dog->elsewhere && (speak = somh_find(dog, "speak", &ev)), "the class and its method");
	main_thread = pthread_self();
	pup = made("Pup", dog, of_host, 0);
	expect(somh_at_home() && say(pup, 4, &ev) == 8, "a host that has not said where it is at home");
	somh_home_set();
	somh_home_wake(tell, NULL);
	som_ref away = made("SOMDClientProxy", dog, of_crowd, 1); /* by its name */
	crowd = made("Crowd", somh_describe(som_class_of(away), &ev), of_crowd, 1);
	expect(say(pup, 5, &ev) == 10, "a call at home");

	spoken = 0;
	som_value arg = {.l = 7}, result = {0};
	expect(somh_call_open(speak, NULL, crowd, &arg, &result, &ev) == SOM_OK && result.l == THREADS, "an open call");
	expect(spoken == THREADS * TIMES && woken > 0, "all that others had for the host was done meanwhile");
	arg.l = 7 + 1000 * DEEP; /* each call within makes an open call of its own */
	spoken = 0;
	expect(somh_call_open(speak, NULL, crowd, &arg, &result, &ev) == SOM_OK && result.l == THREADS, "open calls within one another");
	int within = 0;
	for (int i = 0, n = THREADS; i < DEEP; i++, n *= THREADS) within += n;
	int least = 1;
	for (int i = 0; i <= DEEP; i++) least *= THREADS;
	expect(spoken == within + least * TIMES, "all that is within them");

	pthread_t thread;
	char text[200] = "";
	int before = woken;
	expect(!pthread_create(&thread, NULL, one, text), "a thread");
	while (woken == before) sched_yield();
	somh_home_serve();
	pthread_join(thread, NULL);
	expect(!strcmp(text, "42 "), text);
	somh_home_patience(20);
	expect(!pthread_create(&thread, NULL, one, text) && !pthread_join(thread, NULL), "a thread"); /* nobody serves */
	expect(strstr(text, "within 20 ms") != NULL, text);
	ask = NEVER;
	somh_home_patience(1000);
	while (!never_begun) {
		before = woken;
		expect(!pthread_create(&leaver, NULL, one, heard), "a thread");
		while (woken == before) sched_yield();
		somh_home_serve();
		if (never_begun) break;
		pthread_join(leaver, NULL); /* this thread had no processor for so long: again */
		expect(strstr(heard, "has not come to it") != NULL, heard);
	}
	expect(strstr(heard, "to its end within twice 1000 ms") != NULL, heard);
	before = woken;
	expect(!pthread_create(&thread, NULL, one, text), "a thread");
	while (woken == before) sched_yield();
	if (argc > 2) { /* in the midst of a call */
		somh_home_serve();
		pthread_join(thread, NULL);
		before = woken;
		ask = LEAVING;
		expect(!pthread_create(&leaver, NULL, one, text), "a thread");
		while (woken == before) sched_yield();
		somh_home_serve();
		expect(strstr(text, "has ended") != NULL, text);
		puts("left");
		return 0;
	}
	somh_home_end(); /* who waits is told, and so is who comes */
	pthread_join(thread, NULL);
	expect(strstr(text, "has ended") != NULL, text);
	*text = 0;
	expect(!pthread_create(&thread, NULL, one, text) && !pthread_join(thread, NULL), "a thread");
	expect(strstr(text, "has ended") != NULL, text);
	expect(!astray && !wrong, "the host is in its own thread, and in one call at a time");
	som_release(pup), som_release(crowd), som_release(away);
	puts("at home");
	return 0;
}
