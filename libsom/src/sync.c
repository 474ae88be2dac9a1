/* sync.c: the kernel's one lock. It is held while classes are made, and then user code may run under it (initializers of
 * metaclasses, somClassReady, the entries of class libraries), as a system's loader does with its own. Calls, creation,
 * lookup and counting never take it; weak references have a lock of their own, below this one. */
#include "kernel.h"

#include <pthread.h>

struct thread {
	const thread *waits; /* for what another thread has in hand */
	unsigned since;      /* while nobody was woken: its number of wakes is that */
	unsigned held;       /* how often this one has the lock */
	const char *for_class; /* while it gets a library ready: for that class, or "". Or NULL */
};
static _Thread_local thread me;
static unsigned wakes, forks;
static const thread *asked; /* to wait no longer, or NULL */
static const thread *survivor; /* of the last fork, in its child */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, weak = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static bool booted;

void weak_lock(void) { pthread_mutex_lock(&weak); }
void weak_unlock(void) { pthread_mutex_unlock(&weak); }

static void acquire(void) { if (me.held++ == 0) pthread_mutex_lock(&mutex); }
void unlock(void) { if (--me.held == 0) pthread_mutex_unlock(&mutex); }
void lock(void) { boot(), acquire(); }

unsigned lock_let_go(const char *for_class) {
	unsigned depth = me.held;
	me = (thread){.for_class = for_class};
	pthread_mutex_unlock(&mutex);
	return depth;
}

void lock_again(unsigned depth) { pthread_mutex_lock(&mutex), me = (thread){.held = depth}; }

const thread *this_thread(void) { return &me; }

/* What is to be of a library that t gets ready. */
static bool has_class(const thread *t) {
	const klass *k = t->for_class ? registered(t->for_class) : NULL;
	return k && !k->by;
}

bool lock_wait(const thread *by) {
	const thread *t = by, *last = NULL, *other = NULL, before = me;
	for (; t && t != &me; last = t, t = t->since == wakes ? t->waits : NULL) /* who has been woken since looks again, and perhaps goes on */
		other = has_class(t) ? t : other;
	if (!other && me.for_class && !has_class(&me)) other = last; /* which this one waits for, and can do something else than wait for it */
	if (t && !other) return false;
	if (t) asked = other, lock_wake();
	me = (thread){.waits = by, .since = wakes, .for_class = me.for_class};
	pthread_cond_wait(&woken, &mutex);
	me = before;
	return asked != &me || (asked = NULL);
}

void lock_wake(void) { wakes++, pthread_cond_broadcast(&woken); }

/* ---- Turns ---- */

/* Who has it, wanted from now on; or NULL: it is this thread's. Who has not survived a fork has nothing. */
static const thread *holder(som_turn *t) {
	weak_lock();
	const thread *by = t->forks == forks || t->by == survivor ? t->by : NULL;
	if (!by) t->by = &me, t->forks = forks;
	t->wanted = by != NULL;
	weak_unlock();
	return by;
}

int som_turn_take(som_turn *t, som_env *ev) {
	const thread *by = holder(t);
	if (!by) return SOM_OK;
	LOCKED;
	while ((by = holder(t)) && lock_wait(by)) {}
	return by ? fail(ev, SOM_E_CYCLE, "a thread has its turn that waits for this one, or is this one") : SOM_OK;
}

void som_turn_give(som_turn *t) {
	weak_lock();
	bool wanted = t->wanted;
	t->by = NULL;
	weak_unlock();
	if (wanted) lock(), lock_wake(), unlock();
}

/* The child of a fork has the forking thread alone: what it is given must not be half made by another. */
static void before_fork(void) { lock(), may_open(NULL), weak_lock(); }
static void after_fork(void) { weak_unlock(), unlock(); }
static void in_child(void) {
	woken = (pthread_cond_t)PTHREAD_COND_INITIALIZER; /* nobody waits here */
	forks++, survivor = &me;
	lose_libraries();
	for (klass *k = all_classes; k; k = k->next)
		k->by = k->by == &me ? &me : NULL;
	after_fork();
}

void boot(void) {
	if (__builtin_expect(__atomic_load_n(&booted, __ATOMIC_ACQUIRE), 1)) return;
	acquire();
	if (!booted && me.held == 1) { /* else another thread has made the roots, or this one is just making them */
		(void)((void)before_fork, (void)after_fork, (void)in_child, pthread_atfork(before_fork, after_fork, in_child)); /* 0 on Windows */
		make_roots();
		__atomic_store_n(&booted, true, __ATOMIC_RELEASE);
	}
	unlock();
}
