/*
 * objects.c: which of libsom's objects Smalltalk knows, by the numbers of their places there.
 *
 * Smalltalk has a reference of each. One of a class of Smalltalk's may end all the same: where an override meets it before its begin, which comes behind what its ancestors do to begin it, and
 * these fail, it goes, whoever has references. A weak reference tells that, until begin does; and what ends behind its begin is told by end. The reference is given back by Smalltalk, as any other.
 */
#include "plugin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct known {
	sq n; /* the number of its place in Smalltalk; 0: none */
	som_weak *doubt; /* it has not been begun yet; NULL: there is none */
	int ended; /* whoever had references */
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

void on_begin(som_ref o, som_env *ev, void *context) {
	(void)ev, (void)context;
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k && !is_gone(k)) set_doubt(k, NULL, 0); /* else it is another's, that was there before */
	pthread_mutex_unlock(&lock);
}

void on_end(som_ref o, void *context) {
	(void)context;
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k && !is_gone(k)) set_doubt(k, NULL, 1);
	pthread_mutex_unlock(&lock);
}

/* ---- Making ---- */

/* The objects that the machine's thread is making, the innermost first. is: NULL where that is not known before it is begun. dropped: Smalltalk has met it meanwhile, and given it back. */
typedef struct making { som_ref is; int dropped; struct making *outer; } making;
static making *makings;

/* A new object of a class. */
EXPORT int primitiveNew(void) {
	som_env ev = {0};
	const somh_class *c = pointer_at(vm->stackValue(0));
	making m = {NULL, 0, makings};
	sq before = calls_out();
	makings = &m;
	som_ref o = c ? somh_new(c, &m.is, &ev) : NULL;
	makings = m.outer;
	if (o && m.dropped && o == m.is) {
		char s[600];
		snprintf(s, sizeof s, "the object of class %.500s has been released while it was made", c->name);
		som_raise_system(&ev, "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0", 0, SOM_COMPLETED_MAYBE, s);
		som_release(o);
	}
	under_way = before;
	if (failed_by(NULL, &ev, NULL, NULL)) return 0;
	if (!o) return fail(BAD_PARAM, "no class");
	vm->popthenPush(2, pointer(o));
	return 1;
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
	pthread_mutex_lock(&lock);
	known *k = find(o);
	if (k) {
		set_doubt(k, NULL, 0);
		somh_twin_set(all, o, NULL);
		free(k);
	}
	pthread_mutex_unlock(&lock);
	for (making *m = makings; m; m = m->outer)
		if (m->is == o) m->dropped = 1;
	return 1;
}

/* What is met before its begin is in doubt. */
static int remember(som_ref o, sq n) {
	const somh_class *c = class_of(o, NULL);
	som_weak *doubt = NULL;
	int good = c && somh_doubt(c, o, &doubt);
	pthread_mutex_lock(&lock);
	known *k = good ? found_or_made(o) : NULL;
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
