/* threads.c: calls from threads that are not Node's: they wait until the home thread comes to them, from its event loop or in a call of an object elsewhere (somh_home_do). */
#include "core.h"

#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool closed; /* other threads' calls are not taken any more */
static bool left;   /* and those that have been taken are not to be finished; of the home thread */
static napi_threadsafe_function waker;
static napi_async_context context;

typedef struct job { void (*run)(void *); void *p; bool begun; } job;

/* What C calls in the home thread, where nothing of JavaScript's may be on the stack. An exception that is on its way waits. */
static void run_here(void *data) {
	job *j = data;
	napi_handle_scope scope;
	napi_callback_scope callback = NULL;
	napi_value pending = NULL, resource;
	bool is = false;
	j->begun = true;
	if (napi_open_handle_scope(env, &scope) != napi_ok) return;
	if (!inside && napi_create_object(env, &resource) == napi_ok) napi_open_callback_scope(env, resource, context, &callback);
	napi_is_exception_pending(env, &is);
	if (is) napi_get_and_clear_last_exception(env, &pending);
	inside++;
	j->run(j->p);
	inside--;
	if (pending) napi_throw(env, pending);
	if (callback) napi_close_callback_scope(env, callback);
	napi_close_handle_scope(env, scope);
}

/* Node's event loop has come to it. */
static void serve(napi_env e, napi_value f, void *data, void *more) {
	(void)f, (void)data, (void)more;
	if (!e || down) return;
	inside++;
	somh_home_serve();
	inside--;
}

/* By any thread. */
static void wake(void *p) {
	(void)p;
	pthread_mutex_lock(&lock);
	if (!closed) napi_call_threadsafe_function(waker, NULL, napi_tsfn_nonblocking);
	pthread_mutex_unlock(&lock);
}

static bool is_closed(void) {
	pthread_mutex_lock(&lock);
	bool is = closed;
	pthread_mutex_unlock(&lock);
	return is;
}

int run_at_home(void (*run)(void *), void *p, som_env *ev) {
	job j = {run, p, false};
	som_env failed = {0};
	if (somh_at_home()) {
		if (down) return ENDED;
		run_here(&j);
		return RAN;
	}
	if (somh_home_do(run_here, &j, &failed) == SOM_OK) return RAN;
	bool ended = !j.begun && is_closed();
	if (!ended && ev) {
		som_env_clear(ev);
		*ev = failed;
	} else {
		som_env_clear(&failed);
	}
	return ended ? ENDED : NOT_DONE;
}

static napi_value set_wait(napi_env e, napi_callback_info info) {
	size_t n = 1;
	napi_value arg;
	double ms;
	napi_get_cb_info(e, info, &n, &arg, NULL, NULL);
	if (napi_get_value_double(e, arg, &ms) != napi_ok || !(ms >= 1 && ms <= 86400000)) return throw_range("setMainThreadWait() takes milliseconds, from 1 to 86400000");
	somh_home_patience((uint32_t)ms);
	return NULL;
}

bool has_left(void) { return left; }

static void close_queue(bool leave) {
	left |= leave;
	pthread_mutex_lock(&lock);
	closed = true;
	pthread_mutex_unlock(&lock);
	if (leave) somh_home_leave();
	else somh_home_end();
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
	somh_home_set();
	somh_home_wake(wake, NULL);
	return napi_create_string_latin1(env, "dsom", NAPI_AUTO_LENGTH, &name) == napi_ok && napi_async_init(env, NULL, name, &context) == napi_ok &&
		napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, serve, &waker) == napi_ok && napi_unref_threadsafe_function(env, waker) == napi_ok &&
		napi_add_env_cleanup_hook(env, ends, NULL) == napi_ok && napi_create_function(env, "setMainThreadWait", NAPI_AUTO_LENGTH, set_wait, NULL, &f) == napi_ok &&
		set(exports, "setMainThreadWait", f) && napi_create_function(env, "close", NAPI_AUTO_LENGTH, close_now, NULL, &f) == napi_ok && set(exports, "close", f);
}
