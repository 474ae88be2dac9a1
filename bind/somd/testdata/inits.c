/* Threads that begin and end with DSOM, as the methods of a server's classes do, by a class SOMDProcess of this program's own, which is seen by the thread sanitizer. */
#include "somdproc.ih.h"

#include <somd.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 2000 };

static int begun; /* begin has been called so much oftener than end */

/* Who is started when an end is being carried out, and what that has had. */
static pthread_t *wants_keeper;
static int *keeper_had, has_turn;
static void *keeper(void *arg);

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
	if (wants_keeper) {
		pthread_t *keeps = wants_keeper;
		wants_keeper = NULL;
		if (pthread_create(keeps, NULL, keeper, keeper_had)) abort();
		while (!__atomic_load_n(&has_turn, __ATOMIC_ACQUIRE)) sched_yield();
		__atomic_store_n(&has_turn, 0, __ATOMIC_RELAXED);
	}
}

static const char *refused = ""; /* a name that there is nothing of */

/* An object of the caller's, which answers while there is a begin. */
static som_ref SOMDProcess_do_global(som_ref self, som_env *ev, const char *name) {
	if (!strcmp(name, refused)) {
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_RESOURCES:1.0", 0, SOM_COMPLETED_NO, "it is refused");
		return NULL;
	}
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
	refused = "SOMOA";
	SOMD_Init(&ev);
	wrong += !ev.major || !there();
	som_env_clear(&ev);
	refused = "";
	SOMD_Init(&ev);
	wrong += ev.major || !there();
	som_env_clear(&ev);
	SOMD_Uninit(&ev);
	wrong += ev.major || !there();
	som_env_clear(&ev);
	return (void *)wrong;
}

/* Has the turn while another thread, whose own it waits for, wants it again. */
static som_turn own;

static void *keeper(void *arg) {
	int *had = arg;
	if (som_turn_take(&somd_client.turn, NULL) != SOM_OK) abort();
	__atomic_store_n(&has_turn, 1, __ATOMIC_RELEASE);
	*had = som_turn_take(&own, NULL) == SOM_OK; /* else the other has been asked first, and has what it wants */
	som_turn_give(&somd_client.turn);
	if (*had) som_turn_give(&own);
	return NULL;
}

/* Ends once without the turn: which of two that wait for each other is told so is not said. */
static long turnless(void) {
	som_env ev = {0};
	long wrong = 0;
	int had = 0;
	for (int i = 0; !had && !wrong; i++) {
		pthread_t keeps;
		SOMD_Init(&ev);
		som_turn_take(&own, NULL);
		wants_keeper = &keeps, keeper_had = &had;
		SOMD_Uninit(&ev);
		wrong += ev.major || i == 1000;
		som_turn_give(&own);
		if (wants_keeper) return wrong + 1; /* nothing has ended */
		pthread_join(keeps, NULL);
	}
	wrong += !there(); /* it stays */
	SOMD_Init(&ev);
	wrong += ev.major || !there();
	SOMD_Uninit(&ev);
	return wrong + (ev.major || SOMD_ORBObject || somd_client.process);
}

/* A SOMD_Init that raises has begun nothing. */
static long raising(void) {
	static const char *const names[] = {"ORB", "ImplRepository", "SOMDObjectMgr", "SOMOA", "SOMDServer"};
	long wrong = 0;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		som_env ev = {0};
		int before = begun;
		refused = names[i];
		SOMD_Init(&ev);
		wrong += !ev.major || begun != before || SOMD_ORBObject;
		som_env_clear(&ev);
		SOMD_Uninit(&ev);
		wrong += !ev.major;
		som_env_clear(&ev);
		SOMD_Init(NULL);
		wrong += begun != before || SOMD_ORBObject;
		refused = "";
	}
	return wrong;
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
	printf("wrong where one raises: %ld, and without the turn: %ld\n", raising(), turnless());
	printf("begun: %d, objects: %llu\n", begun, (unsigned long long)som_class_instances(c));
	return 0;
}
