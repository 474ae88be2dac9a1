/* bridge.h: what Go and libsom know of each other. libsom's functions are called through a table, which is filled at run
 * time: the process has one libsom, and a program in Go can be built where there is none. */
#ifndef DSOM_NATIVE_BRIDGE_H
#define DSOM_NATIVE_BRIDGE_H

#include "som.h"

#define FUNCTIONS(X)                                                                                                      \
	X(som_code_name) X(som_raise_system) X(som_raise_user) X(som_env_clear) X(som_class_define) X(som_class_named)         \
	X(som_class_registered) X(som_class_check_version) X(som_class_unload) X(som_class_bind) X(som_new) X(som_copy)        \
	X(som_assign) X(som_retain) X(som_release) X(som_weak_new) X(som_weak_get) X(som_weak_free) X(som_descends)            \
	X(som_parent_row) X(som_class_proc) X(som_lookup) X(som_apply) X(som_closure) X(som_closure_free) X(som_class_describe) \
	X(som_class_instances) X(som_library_load) X(som_set_path) X(som_allocate) X(som_deallocate)                           \
	X(som_object_class) X(som_class_class) X(som_class_manager_class)

#define DECLARE(f) __typeof__(f) *f;
struct native_kernel {
	FUNCTIONS(DECLARE)
};
#undef DECLARE
extern struct native_kernel kernel;

/* Finds libsom, in file unless the process has it. 0, or why tells. */
int native_open(const char *file, char *why, size_t size);

/* What a call leaves behind: the result, and an environment on the heap if it raised, or NULL. */
typedef struct native_result {
	uint64_t value;
	som_env *raised;
} native_result;

/* Calls the method whose word is token octets behind row, of arguments without fractions. */
native_result native_call(uintptr_t row, intptr_t token, uintptr_t o, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* The same of any signature. The result's octets are those of a som_value. */
native_result native_apply(uintptr_t proc, const char *sig, uintptr_t o, som_value *args);
/* Ends an environment that a result has. */
void native_forget(som_env *raised);

/* Puts a Go error into an environment. A handle that is not 0 is that of the error itself. */
void native_raise_go(som_env *ev, const char *id, uintptr_t handle, const char *text);
void native_raise(som_env *ev, uint32_t code, const char *id, uint32_t minor, uint32_t completed, const char *text);
uintptr_t native_raised_go(const som_env *ev);

/* Procedures that enter Go by a number, of methods of arguments without fractions; more than that by som_closure. */
enum { NATIVE_ENTRIES = 512 };
som_proc *native_entry(uint32_t n);
/* Where instances of the class of entry n have their handle. */
void native_entry_at(uint32_t n, som_tok data);
som_proc *native_closure(const char *sig, uintptr_t method, som_env *ev);

/* Makes a class whose parts of objects begin and end in Go. data gets where instances have their handle. */
som_class *native_define(som_class_desc *desc, uintptr_t class, som_tok *data, som_env *ev);

/* The handle in an object, of the class whose data are at the word. */
static inline uint64_t *native_handle(uintptr_t o, som_tok data) { return (uint64_t *)som_data((som_ref)o, data); }

#endif
