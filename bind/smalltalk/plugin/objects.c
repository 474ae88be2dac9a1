/*
 * objects.c: which of libsom's objects Smalltalk knows, by the numbers of their places there, and what each has lent C++.
 *
 * Smalltalk has a reference of each. One of a class of Smalltalk's may end all the same: where an override meets it before its begin, which comes behind what its ancestors do to begin it, and
 * these fail, it goes, whoever has references. A weak reference tells that, until begin does; and what ends behind its begin is told by end.
 */
#include "plugin.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct known {
	sq n; /* the number of its place in Smalltalk; 0: none */
	som_weak *doubt; /* it has not been begun yet; NULL: there is none */
	int ended; /* whoever had references */
	somh_lent *lent; /* the machine's thread's, until the end */
} known;

static somh_twins *all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* an object may begin and end in any thread */
static int ndoubts; /* of how many it has to be asked: without the lock whether there are any */

static known *find(som_ref o) { return all ? somh_twin(all, o) : NULL; }

static known *found_or_made(som_ref o) {
	if (!all && !(all = somh_twins_new())) return NULL;
	known *k = somh_twin(all, o);
	if (!k && (k = calloc(1, sizeof *k)) && !somh_twin_set(all, o, k)) free(k), k = NULL;
	return k;
}

/* One of which there is nothing goes. */
static void tidy(som_ref o, known *k) {
	if (k->n || k->lent) return;
	somh_twin_set(all, o, NULL);
	free(k);
}

static int is_doubtful(const known *k) { return k->ended || k->doubt; }
static int is_gone(const known *k) { return k->ended || (k->doubt && !som_weak_lives(k->doubt)); }

static void set_doubt(known *k, som_weak *doubt, int ended) {
	int was = is_doubtful(k);
	som_weak_free(k->doubt);
	k->doubt = doubt, k->ended = ended;
	__atomic_add_fetch(&ndoubts, is_doubtful(k) - was, __ATOMIC_RELAXED);
}

int is_there(som_ref o) {
	if (!__atomic_load_n(&ndoubts, __ATOMIC_RELAXED)) return 1;
	pthread_mutex_lock(&lock);
	const known *k = find(o);
	int there = !k || !is_gone(k);
	pthread_mutex_unlock(&lock);
	return there;
}

somh_lent **lent_of(som_ref o) {
	pthread_mutex_lock(&lock);
	known *k = found_or_made(o);
	pthread_mutex_unlock(&lock);
	return k ? &k->lent : NULL;
}

void on_begin(som_ref o, som_env *ev, void *context) {
	(void)ev, (void)context;
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k && !is_gone(k)) set_doubt(k, NULL, 0); /* else it is another's, that was there before */
	pthread_mutex_unlock(&lock);
}

void on_end(som_ref o, void *context) {
	(void)context;
	somh_lent *lent = NULL;
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k && !is_gone(k)) {
		lent = k->lent, k->lent = NULL;
		if (k->n) set_doubt(k, NULL, 1);
		tidy(o, k);
	}
	pthread_mutex_unlock(&lock);
	somh_lent_end(&lent);
}

/* ---- Places ---- */

/* The number that Smalltalk has given an object, less than 0: the object is no more; 0: none. */
EXPORT int primitiveTwin(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(BAD_PARAM, "no object");
	pthread_mutex_lock(&lock);
	const known *k = find(o);
	sq n = !k ? 0 : is_gone(k) ? -k->n : k->n;
	pthread_mutex_unlock(&lock);
	vm->popthenPush(2, vm->integerObjectOf(n));
	return 1;
}

static int forget(som_ref o) {
	somh_lent *lent = NULL;
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k) {
		if (is_gone(k)) lent = k->lent, k->lent = NULL;
		k->n = 0;
		set_doubt(k, NULL, 0);
		tidy(o, k);
	}
	pthread_mutex_unlock(&lock);
	somh_lent_end(&lent);
	return 1;
}

/* What is met before its begin is in doubt. */
static int remember(som_ref o, sq n) {
	const somh_class *c = class_of(o, NULL);
	int unsure = c && c->nmade && !somh_begun(c, o);
	som_weak *doubt = unsure ? som_weak_new(o, NULL) : NULL;
	pthread_mutex_lock(&lock);
	known *k = c && (doubt || !unsure) ? found_or_made(o) : NULL;
	if (k) k->n = n, set_doubt(k, doubt, 0);
	else som_weak_free(doubt);
	pthread_mutex_unlock(&lock);
	return k != NULL;
}

EXPORT int primitiveTwinPut(void) {
	som_ref o = pointer_at(vm->stackValue(1));
	sq n = vm->stackIntegerValue(0);
	if (!o || vm->failed() || !(n ? remember(o, n) : forget(o))) return fail(BAD_PARAM, "no object, or no memory");
	vm->pop(2);
	return 1;
}

/* Whether others than Smalltalk have an object, or may not be asked yet; nil: it is no more. */
EXPORT int primitiveShared(void) {
	som_ref o = pointer_at(vm->stackValue(0));
	if (!o) return fail(BAD_PARAM, "no object");
	pthread_mutex_lock(&lock);
	const known *k = find(o);
	int gone = k && is_gone(k), unsure = k && k->doubt;
	pthread_mutex_unlock(&lock);
	vm->popthenPush(2, gone ? vm->nilObject() : unsure || somh_shared(o) ? vm->trueObject() : vm->falseObject());
	return 1;
}
