/* home.c: hosts that run in one thread. What other threads have for it waits in a line, and it does that when it can: when it serves, or in an open call. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* clocks of conditions, masks of signals */
#endif
#include "inner.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

/* On the stack of the thread that waits for it. */
typedef struct job {
	struct job *next;
	void (*run)(void *);
	void *arg;
	struct turn *turn; /* in which the home thread does it; NULL: it has not begun */
	enum { WAITS, BEGUN, DONE, REFUSED, LEFT } state;
	bool late; /* its patience is at an end */
} job;

/* On the home thread's stack: a job that it is in. */
typedef struct turn {
	struct turn *outer;
	job *of;   /* NULL: who has waited for it is gone, or has been refused */
	bool away; /* arg is not in use: who waits may go */
} turn;

static pthread_t home;
static bool has_home, has_ended;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* a job has come, or has another state; an open call is done */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static job *first, **last = &first;
static turn *turns; /* the innermost */
static uint32_t patience = SOMH_HOME_PATIENCE;
static void (*wake)(void *);
static void *wake_arg;

#ifdef __APPLE__ /* whose conditions know the clock of the wall alone */
#define CLOCK CLOCK_REALTIME
#else
#define CLOCK CLOCK_MONOTONIC
#endif

static void prepare(void) {
	pthread_condattr_t a;
	pthread_condattr_init(&a);
#ifndef __APPLE__
	pthread_condattr_setclock(&a, CLOCK);
#endif
	pthread_cond_init(&changed, &a);
	pthread_condattr_destroy(&a);
}

void somh_home_set(void) {
	pthread_once(&once, prepare);
	home = pthread_self();
	__atomic_store_n(&has_home, true, __ATOMIC_RELEASE);
}

int somh_at_home(void) { return !__atomic_load_n(&has_home, __ATOMIC_ACQUIRE) || pthread_equal(home, pthread_self()); }

void somh_home_wake(void (*f)(void *), void *arg) {
	pthread_mutex_lock(&lock);
	wake = f;
	wake_arg = arg;
	pthread_mutex_unlock(&lock);
}

void somh_home_patience(uint32_t milliseconds) {
	pthread_mutex_lock(&lock);
	patience = milliseconds;
	pthread_mutex_unlock(&lock);
}

static void add_milliseconds(struct timespec *t, uint32_t n) {
	t->tv_sec += n / 1000;
	t->tv_nsec += n % 1000 * 1000000L;
	if (t->tv_nsec >= 1000000000L) t->tv_sec++, t->tv_nsec -= 1000000000L;
}

static void take_out(const job *j) {
	job **at = &first;
	while (*at != j) at = &(*at)->next;
	__atomic_store_n(at, j->next, __ATOMIC_RELAXED);
	if (last == &j->next) last = at;
}

int somh_home_do(void (*run)(void *), void *arg, som_env *ev) {
	if (somh_at_home()) return run(arg), SOM_OK;
	job j = {.run = run, .arg = arg};
	struct timespec until;
	clock_gettime(CLOCK, &until);
	pthread_mutex_lock(&lock);
	uint32_t most = patience;
	add_milliseconds(&until, most);
	if (has_ended) {
		j.state = REFUSED;
	} else {
		__atomic_store_n(last, &j, __ATOMIC_RELAXED);
		last = &j.next;
		pthread_cond_broadcast(&changed);
		void (*tell)(void *) = wake;
		void *to = wake_arg;
		pthread_mutex_unlock(&lock);
		if (tell) tell(to);
		pthread_mutex_lock(&lock);
	}
	while (j.state == WAITS && pthread_cond_timedwait(&changed, &lock, &until) == 0) {}
	if (j.state == WAITS) take_out(&j);
	else add_milliseconds(&until, most); /* as long again for what has begun, whenever that was */
	while (j.state == BEGUN && !(j.late && j.turn->away))
		if (j.late) pthread_cond_wait(&changed, &lock);
		else j.late = pthread_cond_timedwait(&changed, &lock, &until) != 0;
	if (j.state == BEGUN) j.turn->of = NULL, j.state = LEFT;
	pthread_mutex_unlock(&lock);
	char text[200];
	switch (j.state) {
	case DONE: return SOM_OK;
	case REFUSED: som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, j.turn ? SOM_COMPLETED_MAYBE : SOM_COMPLETED_NO, "the program of the object's language has ended"); break;
	case LEFT:
		snprintf(text, sizeof text, "what the object's language does for it has not come to its end within twice %u ms (SOMH_HOME_PATIENCE), and goes on", most);
		som_raise_system(ev, "IDL:omg.org/CORBA/TIMEOUT:1.0", 0, SOM_COMPLETED_MAYBE, text);
		break;
	default:
		snprintf(text, sizeof text, "the one thread of the object's language has not come to it within %u ms (SOMH_HOME_PATIENCE): it is busy, or waits for this thread", most);
		som_raise_system(ev, "IDL:omg.org/CORBA/TRANSIENT:1.0", 0, SOM_COMPLETED_NO, text);
	}
	return SOM_E_CYCLE;
}

/* Does the first of what waits. The lock is held before and after. */
static void serve_one(void) {
	job *j = first;
	take_out(j);
	turn t = {turns, j, false};
	turns = &t;
	j->state = BEGUN;
	j->turn = &t;
	pthread_mutex_unlock(&lock);
	j->run(j->arg);
	pthread_mutex_lock(&lock);
	turns = t.outer;
	if (!t.of) return;
	j->state = DONE;
	pthread_cond_broadcast(&changed);
}

void somh_home_away(void) {
	pthread_mutex_lock(&lock);
	turns->away = true;
	if (turns->of && turns->of->late) pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

int somh_home_back(void) {
	pthread_mutex_lock(&lock);
	turns->away = false;
	int waits = turns->of != NULL;
	pthread_mutex_unlock(&lock);
	return waits;
}

void somh_home_serve(void) {
	if (!__atomic_load_n(&first, __ATOMIC_RELAXED)) return; /* who asks again and again leaves the lock to those who come */
	pthread_mutex_lock(&lock);
	size_t n = 0;
	for (const job *j = first; j; j = j->next) n++;
	for (; n > 0 && first; n--) serve_one(); /* an inner one may have done some */
	pthread_mutex_unlock(&lock);
}

static void end(bool leave) {
	pthread_mutex_lock(&lock);
	has_ended = true;
	for (turn *t = turns; leave && t; t = t->outer)
		if (t->of) t->of->state = REFUSED, t->of = NULL;
	while (first) {
		job *j = first;
		take_out(j);
		j->state = REFUSED;
	}
	if (has_home) pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void somh_home_end(void) { end(false); }
void somh_home_leave(void) { end(true); }

/* ---- Open calls ---- */

typedef struct open_call {
	const somh_method *m;
	som_proc *proc;
	som_ref o;
	const som_value *args;
	som_value *result;
	som_env *ev;
	int code;
	bool done;
} open_call;

static void *carry(void *p) {
	open_call *c = p;
	int code = somh_call(c->m, c->proc, c->o, c->args, c->result, c->ev);
	pthread_mutex_lock(&lock);
	c->code = code;
	c->done = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

int somh_call_open(const somh_method *m, som_proc *proc, som_ref o, const som_value *args, som_value *result, som_env *ev) {
	if (!__atomic_load_n(&has_home, __ATOMIC_ACQUIRE) || !somh_at_home()) return somh_call(m, proc, o, args, result, ev);
	open_call c = {.m = m, .proc = proc, .o = o, .args = args, .result = result, .ev = ev};
	sigset_t none, before;
	pthread_t thread;
	sigfillset(&none);
	pthread_sigmask(SIG_BLOCK, &none, &before); /* signals are the host's own thread's */
	int failed = pthread_create(&thread, NULL, carry, &c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 0, SOM_COMPLETED_NO, "no thread can be made for a call of an object elsewhere");
		return SOM_E_MEMORY;
	}
	pthread_mutex_lock(&lock);
	while (!c.done)
		if (first) serve_one();
		else pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	return c.code;
}
