/* sync.c: the kernel's one lock. It is held while classes are made, and then user code may run under it (initializers of
 * metaclasses, somClassReady, the entries of class libraries), as a system's loader does with its own. Calls, creation,
 * lookup and counting never take it; weak references have a lock of their own, below this one. */
#include "kernel.h"

static _Thread_local unsigned held;

#ifdef _WIN32
#include <windows.h>
static SRWLOCK mutex = SRWLOCK_INIT, weak = SRWLOCK_INIT;
static void acquire(SRWLOCK *m) { AcquireSRWLockExclusive(m); }
static void release(SRWLOCK *m) { ReleaseSRWLockExclusive(m); }
static CONDITION_VARIABLE woken = CONDITION_VARIABLE_INIT;
static void wait(void) { SleepConditionVariableSRW(&woken, &mutex, INFINITE, 0); }
void lock_wake(void) { WakeAllConditionVariable(&woken); }
static void mind_forks(void) {}
#else
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, weak = PTHREAD_MUTEX_INITIALIZER;
static void acquire(pthread_mutex_t *m) { pthread_mutex_lock(m); }
static void release(pthread_mutex_t *m) { pthread_mutex_unlock(m); }
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static void wait(void) { pthread_cond_wait(&woken, &mutex); }
void lock_wake(void) { pthread_cond_broadcast(&woken); }
/* The child of a fork has the forking thread alone: what it is given must not be half made by another. */
static void before_fork(void) {
	lock();
	weak_lock();
}
static void after_fork(void) {
	weak_unlock();
	unlock();
}
static void mind_forks(void) { pthread_atfork(before_fork, after_fork, after_fork); }
#endif

void weak_lock(void) { acquire(&weak); }
void weak_unlock(void) { release(&weak); }

void lock(void) {
	if (held++ == 0) acquire(&mutex);
}

void unlock(void) {
	if (--held == 0) release(&mutex);
}

unsigned lock_let_go(void) {
	unsigned depth = held;
	held = 0;
	release(&mutex);
	return depth;
}

void lock_again(unsigned depth) {
	acquire(&mutex);
	held = depth;
}

void lock_wait(void) {
	unsigned depth = held;
	held = 0;
	wait();
	held = depth;
}

static bool booted;

void boot(void) {
	static bool minded;
	if (__builtin_expect(__atomic_load_n(&booted, __ATOMIC_ACQUIRE), 1)) return;
	lock();
	if (!object_class) { /* else this thread is just making the roots, or another has */
		if (!minded) mind_forks();
		minded = true;
		make_roots();
		__atomic_store_n(&booted, true, __ATOMIC_RELEASE);
	}
	unlock();
}
