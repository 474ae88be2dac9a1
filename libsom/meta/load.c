/* load.c: the library's classes, as one class library that is linked in. */
#include "meta.h"

#include <pthread.h>

enum { LOCKS = 64 };
static pthread_mutex_t locks[LOCKS];

static pthread_mutex_t *lock_of(const void *data) { return &locks[(uintptr_t)data / 64 % LOCKS]; }
void data_lock(const void *data) { pthread_mutex_lock(lock_of(data)); }
void data_unlock(const void *data) { pthread_mutex_unlock(lock_of(data)); }

/* At the beginning, and in the child of a fork, which has the forking thread alone. */
static void begin_locks(void) {
	for (int i = 0; i < LOCKS; i++)
		locks[i] = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

known object, metaclass;

static const char *const object_methods[] = {"somDefaultInit", "somDestruct", "somDispatch"};
static const char *const class_methods[] = {"somNew", "somNewNoInit", "somRenew", "somRenewNoInit", "somRenewNoZero", "somRenewNoInitNoZero", "somClassReady",
	"somGetClassMtab", "somMethodImplOwner"};
static const char *const hooks[] = {"sommBeforeMethod", "sommAfterMethod", "sommAroundMethod"};
static const char *const dispatch[] = {"sommProxyDispatch"};
static const char *const invariant[] = {"sommInvariant"};

static const struct {
	known *to;
	const som_class_desc *desc; /* NULL: the kernel's */
	const char *name;
	const char *const *methods;
	uint32_t n;
} all[] = {
	{&object, NULL, "SOMObject", object_methods, COUNT(object_methods)}, {&metaclass, NULL, "SOMClass", class_methods, COUNT(class_methods)},
	{&before_after, &before_after_desc, "SOMMBeforeAfter", hooks, COUNT(hooks)}, {&single_instance, &single_instance_desc, "SOMMSingleInstance", NULL, 0},
	{&traced, &traced_desc, "SOMMTraced", NULL, 0}, {&proxy_for, &proxy_for_desc, "SOMMProxyFor", NULL, 0},
	{&proxy, &proxy_desc, "SOMMProxyForObject", dispatch, COUNT(dispatch)}, {&extent, &extent_desc, "SOMMExtentManaged", NULL, 0},
	{&stamped, &stamped_desc, "SOMMTimeStamped", NULL, 0}, {&has_invariant, &has_invariant_desc, "SOMMHasInvariant", invariant, COUNT(invariant)},
	{&checked, &checked_desc, "SOMMInvariantChecked", NULL, 0}, {&abstract, &abstract_desc, "SOMMAbstract", NULL, 0},
	{&noninstantiable, &noninstantiable_desc, "SOMMNoninstantiable", NULL, 0}, {&final, &final_desc, "SOMMFinal", NULL, 0},
	{&redispatched, &redispatched_desc, "SOMMRedispatched", NULL, 0},
	{&prevention, &prevention_desc, "SOMMParentMethodCallPreventionEnabled", NULL, 0}, {&cooperative, &cooperative_desc, "SOMMCooperative", NULL, 0},
};

int define_metaclasses(uint32_t abi, som_env *ev) {
	static bool begun;
	int code = abi == SOM_ABI ? SOM_OK : SOM_E_LIBRARY;
	if (!begun) begin_locks();
#ifndef _WIN32
	if (!begun) pthread_atfork(NULL, NULL, begin_locks);
#endif
	begun = true;
	for (uint32_t i = 0; i < COUNT(all) && code == SOM_OK; i++) {
		som_class *c = all[i].desc ? som_class_define(all[i].desc, ev) : NULL;
		const som_binding b = {.size_of = sizeof b, .cls = all[i].name, .methods = all[i].methods, .nmethods = all[i].n};
		code = c || !all[i].desc ? som_class_bind(&b, &all[i].to->c, ev) : (int)ev->code; /* which holds the class from now on */
		som_release((som_ref)c);
	}
	return code;
}

int som_meta_load(som_env *ev) {
	bool loaded = __atomic_load_n(&all[COUNT(all) - 1].to->c.cls, __ATOMIC_ACQUIRE) != NULL;
	return loaded ? SOM_OK : som_library_add("SOM's metaclasses", define_metaclasses, ev);
}
