/* calls.h: the functions of the kernel's table as functions, which is how cgo calls them. */
#ifndef DSOM_NATIVE_CALLS_H
#define DSOM_NATIVE_CALLS_H

#include "bridge.h"

static inline int call_load(const char *file, som_env *ev) { return kernel.som_library_load(file, ev); }
static inline int call_set_path(const char *folders, som_env *ev) { return kernel.som_set_path(folders, ev); }
static inline som_class *call_named(const char *name, som_env *ev) { return kernel.som_class_named(name, ev); }
static inline som_class *call_registered(const char *name, som_env *ev) { return kernel.som_class_registered(name, ev); }
static inline som_class *call_class_of(som_class *c) { return som_class_of(&c->object); }
/* The class that programs are compiled with by this name, whatever has taken its place since. */
static inline som_class *call_bound(const char *name, som_env *ev) {
	som_classdata d = {0};
	const som_binding b = {.size_of = sizeof b, .cls = name};
	return kernel.som_class_bind(&b, &d, ev) == SOM_OK ? d.cls : NULL;
}
static inline uint64_t call_instances(som_class *c) { return kernel.som_class_instances(c); }
static inline const som_class_info *call_describe(som_class *c) { return kernel.som_class_describe(c); }
static inline uintptr_t call_parent_row(som_class *c, uint32_t n) { return (uintptr_t)kernel.som_parent_row(c, n); }
static inline uintptr_t call_class_proc(som_class *c, som_tok token) { return (uintptr_t)kernel.som_class_proc(c, token); }
static inline int call_lookup(som_class *c, const char *name, som_found *found, som_env *ev) {
	found->size_of = sizeof *found;
	return kernel.som_lookup(c, name, found, ev);
}
static inline som_class *call_root(int n) {
	return n == 0 ? kernel.som_object_class() : n == 1 ? kernel.som_class_class() : kernel.som_class_manager_class();
}
static inline uintptr_t call_new(som_class *c, som_env *ev) { return (uintptr_t)kernel.som_new(c, ev); }
static inline uintptr_t call_copy(uintptr_t o, som_env *ev) { return (uintptr_t)kernel.som_copy((som_ref)o, ev); }
static inline int call_assign(uintptr_t to, uintptr_t from, som_env *ev) { return kernel.som_assign((som_ref)to, (som_ref)from, ev); }
static inline void call_retain(uintptr_t o) { kernel.som_retain((som_ref)o); }
static inline void call_release(uintptr_t o) { kernel.som_release((som_ref)o); }
/* Gives a reference back unless it is the only one, and says whether it did. */
static inline _Bool call_yield(uintptr_t o) {
	uint32_t *refs = &((som_ref)o)->refs, n = __atomic_load_n(refs, __ATOMIC_ACQUIRE);
	while (n > 1)
		if (__atomic_compare_exchange_n(refs, &n, n - 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return 1;
	return 0;
}
static inline som_weak *call_weak_new(uintptr_t o) { return kernel.som_weak_new((som_ref)o, NULL); }
static inline uintptr_t call_weak_get(som_weak *w) { return (uintptr_t)kernel.som_weak_get(w); }
static inline void call_weak_free(som_weak *w) { kernel.som_weak_free(w); }
static inline const char *call_code_name(uint32_t code) { return kernel.som_code_name(code); }
static inline void call_env_clear(som_env *ev) { kernel.som_env_clear(ev); }
static inline void call_output(const char *text, size_t n) { kernel.som_output(text, n); }
static inline void call_deallocate(void *p) { kernel.som_deallocate(p); }
static inline char *call_allocate(size_t n) { return kernel.som_allocate(n); }

#endif
