/* threads.c: calls from threads that are not Node's wait in a queue until the home thread takes them: from its event loop, by a thread-safe function of Node-API's. */
#include "core.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { WAIT = 10000 }; /* milliseconds, to begin with */

typedef struct request {
	struct request *next;
	void (*run)(void *);
	void *p;
	enum { QUEUED, TAKEN, DONE, LEFT } state; /* LEFT: Node ends in the midst of it, and does not come back */
} request;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* by the monotonic clock */
static request *first, **last = &first;
static request *running; /* those that were taken, the newest first */
static uint32_t patience = WAIT;
static bool closed; /* other threads' calls are not taken any more */
static napi_threadsafe_function waker;
static napi_async_context context;

/* What C calls in the home thread, where nothing of JavaScript's may be on the stack. An exception that is on its way waits. */
static void run_here(void (*run)(void *), void *p) {
	napi_handle_scope scope;
	napi_callback_scope callback = NULL;
	napi_value pending = NULL, resource;
	bool is = false;
	if (napi_open_handle_scope(env, &scope) != napi_ok) return;
	if (!inside && napi_create_object(env, &resource) == napi_ok) napi_open_callback_scope(env, resource, context, &callback);
	napi_is_exception_pending(env, &is);
	if (is) napi_get_and_clear_last_exception(env, &pending);
	inside++;
	run(p);
	inside--;
	if (pending) napi_throw(env, pending);
	if (callback) napi_close_callback_scope(env, callback);
	napi_close_handle_scope(env, scope);
}

static request *take(void) {
	pthread_mutex_lock(&lock);
	request *r = first;
	if (r) {
		first = r->next;
		if (!first) last = &first;
		r->state = TAKEN;
		r->next = running, running = r;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

/* The home thread has been woken. */
static void woken(napi_env e, napi_value f, void *data, void *more) {
	(void)f, (void)data, (void)more;
	if (!e) return;
	for (request *r; !down && (r = take());) {
		inside++;
		run_here(r->run, r->p);
		inside--;
		pthread_mutex_lock(&lock);
		running = r->next;
		r->state = DONE;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
}

static void withdraw(request *r) {
	request **at = &first;
	while (*at && *at != r) at = &(*at)->next;
	if (!*at) return;
	*at = r->next;
	if (last == &r->next) last = at;
}

int run_at_home(void (*run)(void *), void *p) {
	if (somh_at_home()) {
		if (down) return ENDED;
		run_here(run, p);
		return RAN;
	}
	request r = {NULL, run, p, QUEUED};
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&lock);
	until.tv_sec += patience / 1000, until.tv_nsec += patience % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
	if (closed) {
		pthread_mutex_unlock(&lock);
		return ENDED;
	}
	*last = &r, last = &r.next;
	napi_call_threadsafe_function(waker, NULL, napi_tsfn_nonblocking);
	int late = 0;
	while (r.state == QUEUED && !closed && !late) late = pthread_cond_timedwait(&changed, &lock, &until) == ETIMEDOUT;
	if (r.state == QUEUED) withdraw(&r);
	while (r.state == TAKEN) pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return r.state == DONE ? RAN : late ? NOT_TAKEN : ENDED;
}

void refuse_call(som_env *ev, int how, const char *what) {
	char text[300];
	if (how == ENDED) {
		snprintf(text, sizeof text, "%s was not run: Node has ended", what);
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, text);
		return;
	}
	snprintf(text, sizeof text, "%s was not run: Node's main thread has not come to it within %u ms (setMainThreadWait); it runs JavaScript for longer, or waits in a call itself: let it await an Async call instead", what, patience);
	som_raise_system(ev, "IDL:omg.org/CORBA/TIMEOUT:1.0", 0, SOM_COMPLETED_NO, text);
}

static napi_value set_wait(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	double ms;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_double(e, arg, &ms) != napi_ok || !(ms >= 1 && ms <= 86400000)) return throw_range("setMainThreadWait() takes milliseconds, from 1 to 86400000");
	pthread_mutex_lock(&lock);
	patience = (uint32_t)ms;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void close_queue(bool leave) {
	pthread_mutex_lock(&lock);
	closed = true;
	for (; leave && running; running = running->next) running->state = LEFT;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* close(leave): the process is about to end, and waits for work that other threads do: whoever waits for it is told. The home thread goes on until the environment ends.
 * With leave no call that is running comes back, since process.exit was called in it. */
static napi_value close_now(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	bool leave = false;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	napi_get_value_bool(e, arg, &leave);
	close_queue(leave);
	return NULL;
}

static void ends(void *p) {
	(void)p;
	close_queue(true);
	__atomic_store_n(&down, true, __ATOMIC_RELEASE);
	napi_release_threadsafe_function(waker, napi_tsfn_abort);
}

bool set_up_threads(napi_value exports) {
	napi_value name, f;
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return napi_create_string_latin1(env, "dsom", NAPI_AUTO_LENGTH, &name) == napi_ok && napi_async_init(env, NULL, name, &context) == napi_ok &&
		napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, woken, &waker) == napi_ok && napi_unref_threadsafe_function(env, waker) == napi_ok &&
		napi_add_env_cleanup_hook(env, ends, NULL) == napi_ok && napi_create_function(env, "setMainThreadWait", NAPI_AUTO_LENGTH, set_wait, NULL, &f) == napi_ok &&
		set(exports, "setMainThreadWait", f) && napi_create_function(env, "close", NAPI_AUTO_LENGTH, close_now, NULL, &f) == napi_ok && set(exports, "close", f);
}
