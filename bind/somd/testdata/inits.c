/* Threads that begin and end with DSOM, as the methods of a server's classes do, by a class SOMDProcess of this program's own, which is seen by the thread sanitizer. */
#include "somdproc.ih.h"

#include <somd.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 2000 };

static int begun; /* begin has been called so much oftener than end */

/* The last call that a server carries out when its program ends with DSOM. */
static pthread_t last;
static int lasts, ends; /* there is one; its program is ending */

static void SOMDProcess_do_begin(som_ref self, som_env *ev) {
	static int before;
	(void)self;
	if (!__atomic_exchange_n(&before, 1, __ATOMIC_RELAXED)) { /* the first time: nothing has begun before this returns */
		if (somd_begun(ev)) abort();
		som_env_clear(ev);
	}
	__atomic_add_fetch(&begun, 1, __ATOMIC_RELAXED);
}

static void SOMDProcess_do_end(som_ref self, som_env *ev) {
	(void)self, (void)ev;
	if (__atomic_exchange_n(&lasts, 0, __ATOMIC_ACQ_REL)) {
		void *said;
		__atomic_store_n(&ends, 1, __ATOMIC_RELEASE);
		pthread_join(last, &said);
		printf("wrong in the last call: %ld\n", (long)said);
	}
	__atomic_sub_fetch(&begun, 1, __ATOMIC_RELAXED);
}

/* An object of the caller's, which answers while there is a begin. */
static som_ref SOMDProcess_do_global(som_ref self, som_env *ev, const char *name) {
	(void)name;
	if (__atomic_load_n(&begun, __ATOMIC_RELAXED) <= 0) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "nothing has begun");
		return NULL;
	}
	return som_new(som_class_of(self), ev);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define NOT_USED(type, name, ...) \
	static type SOMDProcess_do_##name(som_ref self, som_env *ev, ##__VA_ARGS__) { \
		abort(); \
	}
NOT_USED(som_ref, create, const char *a)
NOT_USED(som_ref, factory, const char *a)
NOT_USED(uint8_t, daemon_ready, uint32_t a)
NOT_USED(char *, proxy_class, const char *a)
NOT_USED(som_ref, principal)
NOT_USED(void, set_exception, uint32_t a, const char *b, uint32_t c, uint32_t d, uint64_t e)
NOT_USED(som_ref, create_request, som_ref a, som_ref b, const char *c, som_ref d, void *e, uint32_t f)
NOT_USED(som_ref, create_request_args, som_ref a, const char *b, void *c)
NOT_USED(som_ref, next_response, uint32_t a)
NOT_USED(char *, serve, const char *a, const char *b, const char *c)
NOT_USED(char *, publish, som_ref a, const char *b)
NOT_USED(void, accept)
NOT_USED(void, served)
NOT_USED(void, interrupt)
NOT_USED(void, leave)
#pragma GCC diagnostic pop

static void *method(void *arg) {
	long wrong = 0;
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		som_env ev = {0};
		somd_begun(&ev); /* of others */
		som_env_clear(&ev);
		SOMD_Init(&ev);
		if (ev.major || !SOMD_SOMOAObject || !SOMD_ServerObject)
			wrong++;
		else {
			som_release(SOMDProcess_global(SOMD_SOMOAObject, &ev, "ORB"));
			wrong += ev.major != SOM_NO_EXCEPTION;
		}
		som_env_clear(&ev);
		SOMD_Uninit(&ev);
		wrong += ev.major != SOM_NO_EXCEPTION;
		som_env_clear(&ev);
	}
	return (void *)wrong;
}

static long there(void) { return SOMD_ORBObject && SOMD_ObjectMgr && SOMD_SOMOAObject && SOMD_ServerObject; }

/* It was begun before its program ends, and is ready after. */
static void *last_call(void *arg) {
	long wrong = 0;
	som_env ev = {0};
	(void)arg;
	while (!__atomic_load_n(&ends, __ATOMIC_ACQUIRE))
		wrong += !there();
	wrong += !there();
	SOMD_Init(&ev);
	wrong += ev.major || !there();
	som_env_clear(&ev);
	SOMD_Uninit(&ev);
	wrong += ev.major || !there();
	som_env_clear(&ev);
	return (void *)wrong;
}

int main(void) {
	pthread_t threads[THREADS];
	som_env ev = {0};
	long wrong = 0;
	som_class *c = SOMDProcess_define(&ev); /* lives as long as the program */
	if (!c) return 1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, method, NULL)) return 1;
	for (int i = 0; i < THREADS; i++) {
		void *said;
		pthread_join(threads[i], &said);
		wrong += (long)said;
	}
	SOMD_Init(&ev);
	lasts = 1;
	if (pthread_create(&last, NULL, last_call, NULL)) return 1;
	SOMD_Uninit(&ev);
	wrong += ev.major != SOM_NO_EXCEPTION;
	printf("wrong: %ld, begun: %d, left: %d\n", wrong, begun, SOMD_ORBObject || SOMD_ServerObject);
	SOMD_Uninit(&ev);
	printf("once more: %s\n", ev.major ? ev.id : "nothing raised");
	som_env_clear(&ev);
	return 0;
}
